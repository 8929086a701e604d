"""Elastic and morphological deformation of label maps: smooth displacements in mm, and a thicker or thinner wall."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["displaced", "displacement", "held_at_base", "walls_changed", "without_slivers"]

FAR_MM = 1e3
"""Distance to a structure that is not there."""
BASE_MM = 24.0
"""Distance below the base over which a displacement across the slices fades in."""
SLIVER_MM2 = 40.0
"""Area below which a piece of right ventricle in a slice is none."""
SMOOTH_PIXELS = 1.0
"""Standard deviation, in pixels, of the smoothing of distances that a wall is changed by."""
SPLINE_VARIANCE = 151 / 315
"""Mean over a cell of the sum of squared weights of a cubic B-spline, along each axis."""


def displacement(grid: VoxelGrid, sd_mm: float, smooth_mm: float, rng: np.random.Generator) -> np.ndarray:
    """(k, j, i, 3) displacement of every voxel along the grid's axes i, j, k in mm, smooth and Gaussian.

    Independent values at points `smooth_mm` apart in every direction, whatever the spacing, are interpolated by cubic
    B-splines (the free-form deformations of Rueckert et al., IEEE TMI 1999;18:712-721) and scaled to the standard
    deviation `sd_mm` of every component.
    """
    from scipy.ndimage import map_coordinates

    extent = (np.array(grid.size) - 1) * grid.spacing_mm
    count = np.ceil(extent / smooth_mm).astype(int) + 5
    knots = rng.standard_normal((3, *count[::-1]))
    offset = rng.uniform(1.5, 2.5, 3)
    places = [np.arange(n) * step / smooth_mm + start for n, step, start in zip(grid.size, grid.spacing_mm, offset)]
    at = np.stack(np.meshgrid(*places[::-1], indexing="ij"))
    field = np.stack([map_coordinates(values, at, order=3, prefilter=False) for values in knots], axis=-1)
    return field * sd_mm / np.sqrt(SPLINE_VARIANCE**3)


def held_at_base(field_mm: np.ndarray, cavity: np.ndarray, grid: VoxelGrid, axis: int, way: int) -> np.ndarray:
    """A displacement (k, j, i, 3) whose part across the slices fades to 0 at the basal slice and beyond it.

    The valve plane ends the labels of all structures at once: moved across it in parts, the basal slice would lose a
    piece, or a piece would appear above it.

    Parameters
    ----------
    cavity
        (k, j, i) mask.
    axis, way
        Of i, j, k, across the slices, and 1 where the base lies towards its end, -1 towards its beginning.
    """
    labelled = np.flatnonzero(cavity.any(axis=tuple(k for k in range(3) if k != 2 - axis)))
    base = labelled[-1] if way > 0 else labelled[0]
    below_mm = way * (base - np.arange(grid.size[axis])) * grid.spacing_mm[axis]
    shape = [-1 if k == 2 - axis else 1 for k in range(3)]
    held = field_mm.copy()
    held[..., axis] *= np.clip(below_mm / BASE_MM, 0, 1).reshape(shape)
    return held


def without_slivers(values: np.ndarray, grid: VoxelGrid, axis: int) -> np.ndarray:
    """Labels (k, j, i) without pieces of right ventricle, in planes across `axis`, below `SLIVER_MM2`."""
    from scipy.ndimage import label

    pixel_mm2 = float(np.delete(grid.spacing_mm, axis).prod())
    kept = values.copy()
    for plane in np.moveaxis(kept, 2 - axis, 0):
        pieces, _ = label(plane == LABELS["rv"])
        sizes = np.bincount(pieces.ravel()) * pixel_mm2
        plane[(sizes < SLIVER_MM2)[pieces] & (pieces > 0)] = 0
    return kept


def displaced(values: np.ndarray, grid: VoxelGrid, field_mm: np.ndarray) -> np.ndarray | None:
    """Labels (k, j, i) moved by a displacement (k, j, i, 3); None where the displacement folds space within the heart.

    The voxel x takes the label at x + u(x). Signed distances of cavity, epicardium and both ventricles are interpolated
    linearly, so that borders move by parts of a voxel and of the distance of slices; the structures stay nested.
    """
    from scipy.ndimage import map_coordinates

    spacing = grid.spacing_mm
    slopes = np.stack(
        [np.stack(np.gradient(field_mm[..., axis], *spacing[::-1]), axis=-1)[..., ::-1] for axis in range(3)], axis=-2
    )
    if (np.linalg.det(np.eye(3) + slopes)[values != 0] <= 0).any():
        return None
    at = np.stack(np.meshgrid(*(np.arange(n, dtype=float) for n in values.shape), indexing="ij"))
    at += np.moveaxis((field_mm / spacing)[..., ::-1], -1, 0)
    cavity = values == LABELS["lv"]
    ventricle = cavity | (values == LABELS["myo"])
    whole = ventricle | (values == LABELS["rv"])
    inside = [
        map_coordinates(_signed_mm(mask, spacing[::-1]), at, order=1, mode="nearest") < 0
        for mask in (cavity, ventricle, whole)
    ]
    return np.select(inside, [np.uint8(LABELS[name]) for name in ("lv", "myo", "rv")], np.uint8(0))


def walls_changed(values: np.ndarray, grid: VoxelGrid, axis: int, change_mm: float) -> np.ndarray:
    """Labels (k, j, i) with a wall that is thicker, or below 0 thinner, by half of `change_mm` on either side.

    In the planes across `axis` (of i, j, k), by distances in mm, smoothed over a pixel, as those of labels know their
    border to a pixel only; base and apex stay where they are. What a thinner wall leaves outside is right ventricle
    where that is nearer than the background.
    """
    from scipy.ndimage import gaussian_filter

    spacing = np.delete(grid.spacing_mm, axis)[::-1]
    changed = np.zeros_like(values)
    for old, new in zip(np.moveaxis(values, 2 - axis, 0), np.moveaxis(changed, 2 - axis, 0)):
        cavity, right = old == LABELS["lv"], old == LABELS["rv"]
        ventricle = cavity | (old == LABELS["myo"])
        inner, outer = (
            gaussian_filter(_signed_mm(mask, spacing), SMOOTH_PIXELS) < way * change_mm / 2
            for mask, way in ((cavity, -1), (ventricle, 1))
        )
        outside = ~(ventricle | right)
        freed = ventricle & ~outer & (_signed_mm(right, spacing) < _signed_mm(outside, spacing))
        new[right | freed] = LABELS["rv"]
        new[outer] = LABELS["myo"]
        new[inner & outer] = LABELS["lv"]
    return changed


def _signed_mm(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Signed distance in mm to the border of a mask, negative inside; voxels of both sides are half a voxel off it."""
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return np.full(mask.shape, FAR_MM)
    if mask.all():
        return np.full(mask.shape, -FAR_MM)
    half = 0.5 * float(spacing.min())
    outside, inside = (distance_transform_edt(some, sampling=spacing) - half for some in (~mask, mask))
    return np.where(mask, -inside, outside)
