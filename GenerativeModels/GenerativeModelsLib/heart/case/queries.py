"""Queries on the latent space that a worker answers in tens of milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.shape.surfaces import quick_surface

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["shape_at"]


def shape_at(model: HeartModel, z_top: Sequence[float]) -> dict[str, Any]:
    """The heart at a point of the top level, lower levels at their prior means.

    Parameters
    ----------
    z_top
        (d_L,) point of the top level.

    Returns
    -------
    `surfaces`: by phase `points` (N, 3) float32 in mm of the heart frame, `triangles` (M, 3) int32 and the point arrays
    of `heart_surface`, from `quick_surface`; `hcm_probability`; `edv_ml`, `esv_ml`, `ef_percent`; `within_population`,
    whether the point is in the region of the training population.

    Raises
    ------
    InputError
        `z_top` has another length, or a number that is not finite.
    """
    top = len(model.levels)
    z = np.asarray(z_top, float)
    if z.shape != (model.levels[-1],) or not np.isfinite(z).all():
        raise InputError(f"z_top is {list(z_top)}: give {model.levels[-1]} finite numbers.")
    heart = model.decode(top, z[None]).heart(0)
    density = model.typical.density
    return {
        "surfaces": {phase: _arrays(getattr(heart, phase)) for phase in PHASES},
        "hcm_probability": float(model.probability(z[None])[0]),
        "edv_ml": heart.ed.cavity_ml,
        "esv_ml": heart.es.cavity_ml,
        "ef_percent": heart.ejection_fraction_percent,
        "within_population": bool(density.log_density(z[None])[0] >= density.limit),
    }


def _arrays(ventricle) -> dict[str, np.ndarray]:
    surface = quick_surface(ventricle)
    return {
        "points": surface.points.astype(np.float32),
        "triangles": surface.triangles.astype(np.int32),
        **{name: np.asarray(values, np.float32) for name, values in surface.point_data.items()},
    }
