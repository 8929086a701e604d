"""Heads without a model of shape: an ellipsoid, and the mean head brought to the axes of the borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions, Prediction
from GenerativeModelsLib.skull.predictors.from_borders import axial_ellipse, read_height
from GenerativeModelsLib.skull.shape.ellipse import perimeter
from GenerativeModelsLib.skull.shape.field import unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, ellipsoid
from GenerativeModelsLib.skull.shape.unit_head import Extents, measure, place, unit_head

__all__ = ["EllipsoidHead", "MeanHead", "load_ellipsoid", "load_mean_head"]


@dataclass(frozen=True)
class EllipsoidHead:
    """A `Predictor`: the ellipsoid with the axes of the axial border, centred in its plane. No draws, no poses.

    Its height is that of the sagittal and coronal borders, or their mean height in the training without these planes.

    Attributes
    ----------
    basis : on the CPU.
    height : mean height of the sagittal and coronal borders of the training, in axial head sizes.
    """

    basis: LowRankField
    height: float

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Predict one case, B = 1; see `Predictor.predict`."""
        axial = axial_ellipse(y)
        size, read = axial.perimeter / (2 * np.pi), read_height(y)
        height = self.height * size if read is None else read
        return _prediction(self.basis, ellipsoid(axial.semi_minor, axial.semi_major, height / 2), size)


@dataclass(frozen=True)
class MeanHead:
    """A `Predictor`: the mean head of the training brought to the axes of the axial border. No draws, no poses.

    With a sagittal or coronal plane, its height is changed by the ratio of the borders' height to their mean height in
    the training; otherwise it is that of the mean head of this size.

    Attributes
    ----------
    basis : on the CPU.
    unit : (POLAR, AZIMUTH) table of the unit mean head, see `skull.shape.unit_head`.
    up, down : heights of the mean head above and below the axial plane, in its axial head sizes.
    height : as in `EllipsoidHead`.
    """

    basis: LowRankField
    unit: np.ndarray
    up: float
    down: float
    height: float

    @staticmethod
    def of(basis: LowRankField, shape: HeadShape, height: float) -> MeanHead:
        """From the surface of the mean head, in any unit of length."""
        extents, _, _ = measure(shape)
        size = perimeter(extents.half_x, extents.half_y) / (2 * np.pi)
        return MeanHead(basis, unit_head(shape, extents), extents.up / size, extents.down / size, height)

    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Predict one case, B = 1; see `Predictor.predict`."""
        axial = axial_ellipse(y)
        size, read = axial.perimeter / (2 * np.pi), read_height(y)
        scale = size if read is None else read / self.height
        extents = Extents(axial.semi_minor, axial.semi_major, self.up * scale, self.down * scale)
        return _prediction(self.basis, place(self.unit, extents), size)


def _prediction(basis: LowRankField, shape: HeadShape, size: float) -> Prediction:
    """Of a head in units of s whose own size is `size`."""
    field = torch.from_numpy(unit_field(shape, size))[None]
    x = torch.cat([basis.project(field), torch.tensor([[np.log(size)]], dtype=torch.float32)], dim=1)
    return Prediction(x)


def load_ellipsoid(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> EllipsoidHead:
    """The model of a finished training."""
    return EllipsoidHead(basis, float(tensors["height"]))


def load_mean_head(config: Mapping[str, Any], tensors: Mapping[str, Tensor], basis: LowRankField) -> MeanHead:
    """The model of a finished training."""
    return MeanHead.of(basis, HeadShape(tensors["log_radius"].numpy()), float(tensors["height"]))
