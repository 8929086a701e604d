"""REC-CVAE and HiREC-CVAE from the folder of their training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from GenerativeModelsLib.models.cvae import HiRecCVAE, RecCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.low_rank_field import LowRankField

KINDS = {"HiRecCVAE": HiRecCVAE, "RecCVAE": RecCVAE}


def load_cvae(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> SkullEnsemble:
    """The ensemble of a training, in evaluation mode."""
    net = SkullEnsemble(KINDS[config["model"]], **{"rank": len(basis.modes), **config["network"]})
    net.load_state_dict(tensors)
    return net.eval()
