"""The sector of an ultrasound image, without the black around it and what is written there."""

from __future__ import annotations

import numpy as np

__all__ = ["sector_mask", "sector_outline"]

DARK = 8
"""Grey levels up to this may lie around the sector."""
APART_PX = 5
"""Brighter pixels at most so far apart belong to one part."""
LEAST_SHARE = 0.03
"""Parts of fewer pixels, as a share of the largest part, are letters, marks and noise."""


def sector_outline(pixels: np.ndarray) -> np.ndarray:
    """Convex outline of the sector.

    Parameters
    ----------
    pixels
        (rows, columns) grey levels 0 to 255.

    Returns
    -------
    ndarray
        (K, 2) of (column, row), K >= 3, along the border; the whole image, if it shows too little.
    """
    hull = _hull(pixels)
    if hull is None:
        rows, columns = np.shape(pixels)
        return np.array([[-0.5, -0.5], [columns - 0.5, -0.5], [columns - 0.5, rows - 0.5], [-0.5, rows - 0.5]])
    return hull.points[hull.vertices]


def sector_mask(pixels: np.ndarray) -> np.ndarray:
    """(rows, columns) bool, which pixels lie within `sector_outline`."""
    inside = np.ones(np.shape(pixels), bool)
    hull = _hull(pixels)
    if hull is not None:
        row, column = np.ogrid[: inside.shape[0], : inside.shape[1]]
        for across, down, offset in hull.equations:
            inside &= across * column + down * row + offset <= 1e-9
    return inside


def _hull(pixels: np.ndarray):
    """The scipy.spatial.ConvexHull of the corners of the sector's pixels; None without a sector."""
    from scipy.ndimage import label, maximum_filter
    from scipy.spatial import ConvexHull

    bright = np.nan_to_num(np.asarray(pixels, float)) > DARK
    parts, count = label(maximum_filter(bright, APART_PX))
    sizes = np.bincount(parts[bright], minlength=count + 1)
    bright &= (sizes >= max(LEAST_SHARE * sizes.max(), APART_PX**2))[parts]
    rows = np.flatnonzero(bright.any(axis=1))
    if not len(rows):
        return None
    ends = np.array([[row, *np.flatnonzero(bright[row])[[0, -1]]] for row in rows])
    corners = [(ends[:, k] + across, ends[:, 0] + down) for k, across in ((1, -0.5), (2, 0.5)) for down in (-0.5, 0.5)]
    return ConvexHull(np.concatenate([np.stack(corner, axis=1) for corner in corners]))
