"""The generator of the conditional GAN from the folder of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.skull_gan import HeadGenerator, SkullGANPredictor

__all__ = ["load_gan"]


def load_gan(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> SkullGANPredictor:
    """The predictor of a training, in evaluation mode."""
    net = HeadGenerator(**config["network"])
    net.load_state_dict(tensors)
    return SkullGANPredictor(net, basis).eval()
