"""What the models without a network read of the borders of a case."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.predictor import PLANES, Conditions
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse

__all__ = ["axial_ellipse", "planes_of", "read_height", "vertical_extent"]


def planes_of(y: Conditions) -> tuple[str, ...]:
    """Names of the planes of a case, B = 1, in the order of `PLANES`.

    Raises
    ------
    InputError
        There is no axial plane, in whose size all lengths are given.
    """
    found = tuple(name for name, there in zip(PLANES, y.present[0].tolist()) if there)
    if "axial" not in found:
        raise InputError(f"The planes are {', '.join(found) or 'none'}: give an axial one too, whose size is the unit.")
    return found


def border_points(border: np.ndarray) -> np.ndarray:
    """(A, 2) points right, down of a canonical border (C, A), in units of s."""
    theta = np.arange(border.shape[-1]) * (2 * np.pi / border.shape[-1])
    return border[0][:, None] * np.stack([np.cos(theta), np.sin(theta)], axis=-1)


def vertical_extent(border: np.ndarray) -> float:
    """Extent of a canonical border (C, A) from top to bottom, in units of s."""
    return float(np.ptp(border_points(border)[:, 1]))


def axial_ellipse(y: Conditions) -> Ellipse:
    """Ellipse fitted to the axial border of a case, in units of s; each point counts by its inverse variance."""
    planes_of(y)
    border = _numbers(y.borders[0, 0])
    return fit_ellipse(border_points(border), np.exp(-2 * border[1]))


def read_height(y: Conditions) -> float | None:
    """Mean height of the sagittal and coronal borders of a case, in units of s; None without these planes."""
    there = [PLANES.index(name) for name in planes_of(y) if name != "axial"]
    return float(np.mean([vertical_extent(_numbers(y.borders[0, k])) for k in there])) if there else None


def _numbers(border: Tensor) -> np.ndarray:
    return border.detach().double().cpu().numpy()
