"""Conversion of a signed distance on voxels to a star-shaped head about the centre of its axial section."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates

from GenerativeModelsLib.skull.shape import harmonics as spherical_harmonics
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, table_directions

DEGREE = 16
"""Degree of the harmonics through which a voxel surface is smoothed: about 8 mm on a head of 100 mm."""


def largest_section(distance: np.ndarray) -> tuple[int, np.ndarray]:
    """Index along z and centroid (x, y), in voxels, of the largest section of a distance (z, y, x)."""
    area = gaussian_filter1d((distance < 0).sum(axis=(1, 2)).astype(float), 2.0)
    level = int(area.argmax())
    rows, columns = np.nonzero(distance[level] < 0)
    return level, np.array([columns.mean(), rows.mean()])


def head_about_largest_section(
    distance: np.ndarray, spacing_mm: float, degree: int = DEGREE
) -> tuple[HeadShape, Ellipse, np.ndarray]:
    """The head of a distance about the centre of the ellipse fitted to its axial section of largest area.

    Parameters
    ----------
    distance
        (z, y, x) signed distance in mm, negative inside, axes along +z superior, +y posterior, +x left (LPS).
    spacing_mm
        Voxel size, isotropic.

    Returns
    -------
    The head, the ellipse of its axial outline, and the centre (x, y, z) in mm from the first voxel.
    """
    level, middle = largest_section(distance)
    centre = np.array([*middle, level]) * spacing_mm
    for _ in range(4):
        shape = cast_head(distance, spacing_mm, centre, degree)
        outline = fit_ellipse(shape.axial_outline())
        centre = centre + np.array([*outline.centre, 0.0])
        if np.hypot(*outline.centre) < 1e-3:
            break
    return shape, outline, centre


def cast_head(
    distance: np.ndarray, spacing_mm: float, centre_mm: np.ndarray, degree: int = DEGREE, turn: np.ndarray | None = None
) -> HeadShape:
    """The head with the radii (>= 4 mm) at the last exit of rays from `centre_mm` (x, y, z), smoothed by harmonics.

    `turn` (3, 3) has the axes of the head frame as columns; None means those of the voxels.
    """
    directions = table_directions() if turn is None else table_directions() @ turn.T
    radii = np.arange(4.0, 0.75 * max(distance.shape) * spacing_mm, 0.5)
    at = (centre_mm + radii[:, None, None, None] * directions) / spacing_mm
    values = map_coordinates(distance, np.moveaxis(at, -1, 0)[::-1], order=1, mode="nearest")
    radius = last_exit(values, radii)
    return HeadShape(spherical_harmonics.synthesise(spherical_harmonics.fit(np.log(radius), degree)))


def last_exit(values: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Radius (...) at which rays leave a head for the last time, at least the first of `radii`.

    `values` (R, ...) is the signed distance, negative inside, at the equidistant `radii` (R,) along the rays.
    """
    last = (len(radii) - 1 - (values[::-1] < 0).argmax(axis=0)).clip(0, len(radii) - 2)
    inside = np.take_along_axis(values, last[None], axis=0)[0]
    outside = np.take_along_axis(values, last[None] + 1, axis=0)[0]
    step = radii[1] - radii[0]
    return np.maximum(radii[last] + step * inside / np.minimum(inside - outside, -1e-6), radii[0])
