"""What `ellipsoid-head` and `mean-head` learn: the mean height of the borders, and the mean head."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.skull.predictors.from_borders import axial_ellipse, read_height
from GenerativeModelsLib.skull.shape.cast import cast_head
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.rivals.known_heads import KnownHeads

__all__ = ["fit_ellipsoid", "fit_mean_head"]

CAST_SIZE = 40.0
"""Head size in mm at which the mean head is cast: its rays have steps of 0.5 mm."""


def fit_ellipsoid(heads: KnownHeads, basis: LowRankField, advance: Progress) -> dict[str, Tensor]:
    """`height`: mean height of the sagittal and coronal borders that were read, in axial head sizes.

    Real pictures are not used: they have neither plane.
    """
    y = Conditions(heads.batch.borders, heads.batch.present)
    found = []
    for i in np.flatnonzero(heads.read & heads.batch.present[:, 0].numpy()):
        one = Conditions(y.borders[i : i + 1], y.present[i : i + 1])
        height = read_height(one)
        if height is not None:
            found.append(height / (axial_ellipse(one).perimeter / (2 * np.pi)))
    advance(1, 1)
    return {"height": torch.tensor(np.mean(found))}


def fit_mean_head(heads: KnownHeads, basis: LowRankField, advance: Progress) -> dict[str, Tensor]:
    """`height` as of `fit_ellipsoid`, and `log_radius`: the surface of the field with the mean coefficients."""
    with torch.no_grad():
        field = basis(heads.batch.coefficients.mean(0, keepdim=True))[0].double().numpy()
    spacing = 2 * HALF_EXTENT / (basis.size - 1) * CAST_SIZE
    shape = cast_head(field * CAST_SIZE, spacing, np.full(3, HALF_EXTENT * CAST_SIZE))
    log_radius = torch.from_numpy(shape.log_radius - np.log(CAST_SIZE))
    return {**fit_ellipsoid(heads, basis, advance), "log_radius": log_radius}
