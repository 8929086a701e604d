"""How far the outline of a head has moved by a translation, as the border reader of the skull sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.infer.find_heads import locate_all
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.planes.image import plane_from_array

__all__ = ["NOMINAL_MM", "Drift", "border_in", "border_or_none", "distances_mm", "drift_between"]

NOMINAL_MM = 150.0
"""Height that a picture without a spacing is taken to have, while its head is looked for."""


@dataclass(frozen=True)
class Drift:
    """Distance of two outlines along the rays from the middle of the first.

    Attributes
    ----------
    mean_mm, largest_mm
        Over the rays; None where the spacing of the picture is not known.
    mean_percent
        Mean in per cent of the mean radius.
    """

    mean_mm: float | None
    largest_mm: float | None
    mean_percent: float


def border_in(model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float] | None) -> Border:
    """The border of the head in an axial picture (rows, columns); in nominal mm where no spacing is known.

    Raises
    ------
    InputError
        There is no head in it, or the spacing is implausible.
    """
    if spacing_mm is None:
        spacing_mm = (NOMINAL_MM / len(pixels),) * 2
    return locate_all(model, {"axial": plane_from_array(pixels, spacing_mm, "axial")})["axial"].border


def distances_mm(before: Border, outline_mm: np.ndarray) -> np.ndarray:
    """(ANGLES,) distance of an outline (K, 2) from a border along its rays."""
    reach = np.linalg.norm(before.strip.rays_mm(), axis=-1)
    return np.abs(before.strip.radii_of(outline_mm) - before.radius) * reach


def drift_between(before: Border, after: Border, *, in_mm: bool = True) -> Drift:
    """The drift from one border to another; without `in_mm` the spacing of their pictures is not known."""
    found = distances_mm(before, after.points_mm())
    radius = float((before.radius * np.linalg.norm(before.strip.rays_mm(), axis=-1)).mean())
    mean, largest = (float(value) if in_mm else None for value in (found.mean(), found.max()))
    return Drift(mean, largest, 100 * float(found.mean()) / radius)


def border_or_none(model: SkullModel, pixels: np.ndarray, spacing_mm: tuple[float, float] | None) -> Border | None:
    """`border_in`, or None where there is no head."""
    try:
        return border_in(model, pixels, spacing_mm)
    except InputError:
        return None
