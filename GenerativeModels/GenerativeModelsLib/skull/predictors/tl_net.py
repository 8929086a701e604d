"""TL-net from the folder of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.tl_net import TLNet, TLNetPredictor

__all__ = ["load_tl_net"]


def load_tl_net(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> TLNetPredictor:
    """The predictor of a training, in evaluation mode."""
    net = TLNet(**config["network"])
    net.load_state_dict(tensors)
    return TLNetPredictor(net, basis).eval()
