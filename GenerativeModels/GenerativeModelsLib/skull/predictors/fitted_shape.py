"""Gaussian shape models fitted to the borders of each case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer.border_fit import BorderFit, HeadPrior

__all__ = ["load_fitted"]


def load_fitted(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> BorderFit:
    """The fit with the `mean` and `covariance` of a finished training as its prior, see `HeadPrior`."""
    return BorderFit(basis, HeadPrior(tensors["mean"].double().numpy(), tensors["covariance"].double().numpy()))
