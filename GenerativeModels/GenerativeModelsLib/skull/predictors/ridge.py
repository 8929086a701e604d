"""Ridge regression from borders to heads, with Gaussian draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from GenerativeModelsLib.models.gaussian import matched_noise
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.skull.predictors.from_borders import planes_of

__all__ = ["SUBSETS", "LinearMap", "RidgeHead", "border_features", "load_ridge", "ridge_tensors"]

SUBSETS = (("axial",), ("axial", "sagittal"), ("axial", "coronal"), PLANES)
"""Planes of a case: one regression for each."""


@dataclass(frozen=True)
class LinearMap:
    """x = features @ weight + bias + factor @ normal noise.

    Attributes
    ----------
    weight : (F, K + 1).
    bias : (K + 1,).
    factor : (K + 1, K + 1) F with F F^T the covariance of held-out residuals.
    """

    weight: Tensor
    bias: Tensor
    factor: Tensor


@dataclass(frozen=True)
class RidgeHead:
    """A `Predictor`: a linear map of the borders of the planes that are present. No poses.

    The draws are Gaussian about the mean, with the covariance of held-out residuals; it is the same for every case.

    Attributes
    ----------
    maps : by subset of planes, of `SUBSETS`.
    """

    maps: Mapping[tuple[str, ...], LinearMap]

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Predict one case, B = 1; see `Predictor.predict`."""
        planes = planes_of(y)
        found = self.maps[planes]
        mean = border_features(y.borders.cpu(), planes).to(found.weight) @ found.weight + found.bias
        draws = None
        if samples:
            noise = matched_noise(samples, len(found.bias), generator=generator, dtype=found.bias.dtype)
            draws = (mean + noise @ found.factor.T).float()
        return Prediction(mean.float(), draws)


def border_features(borders: Tensor, planes: tuple[str, ...]) -> Tensor:
    """(B, F) values of the borders (B, 3, C, A) of these planes, one after the other."""
    return borders[:, [PLANES.index(name) for name in planes]].flatten(1)


def ridge_tensors(maps: Mapping[tuple[str, ...], LinearMap]) -> dict[str, Tensor]:
    """Tensors of a file from which `load_ridge` makes the maps again."""
    return {f"{'+'.join(planes)}.{k}": tensor for planes, found in maps.items() for k, tensor in vars(found).items()}


def load_ridge(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> RidgeHead:
    """The model of a finished training."""
    names = LinearMap.__dataclass_fields__
    return RidgeHead({s: LinearMap(**{k: tensors[f"{'+'.join(s)}.{k}"] for k in names}) for s in SUBSETS})
