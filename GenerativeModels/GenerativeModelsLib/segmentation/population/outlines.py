"""Outlines of ventricles in planes across the long axis, in polar coordinates about it."""

from __future__ import annotations

import numpy as np

__all__ = ["level_radii", "polar_interpolation"]


def level_radii(points: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """(levels, azimuths) radii at which a surface meets the planes z = `heights`; 0 below its lowest point.

    Parameters
    ----------
    points
        (rows, azimuths, 3) of the heart frame, each column from the base down to the apex, mm.
    heights
        (levels,) mm. Above the base the surface continues as a vertical wall.
    """
    flat, z = np.hypot(points[..., 0], points[..., 1]), np.minimum.accumulate(points[..., 2], axis=0)
    columns = [np.interp(-heights, -z[:, column], flat[:, column], right=0.0) for column in range(points.shape[1])]
    return np.stack(columns, axis=-1)


def polar_interpolation(radii: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Radii at `angles` (...) in radians, from radii (n,) at n equal angles of a turn from 0 on."""
    count = len(radii)
    place = (angles / (2 * np.pi) * count) % count
    return np.interp(place, np.arange(count + 1), np.append(radii, radii[0]))
