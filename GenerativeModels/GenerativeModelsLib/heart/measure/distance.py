"""Smooth signed distances of cavity and epicardium from label maps, also from stacks of thick slices.

Maps that are not stacks have a 3D distance, smoothed over a voxel. Stacks have a 2D distance per slice, interpolated
between slices (shape-based interpolation, Raya and Udupa 1990), which smooths the steps of the labels; below the last
slice the shape is closed by a rounded apex, or by an ellipsoid where the labels end before it. The base is open: both
shapes are continued above it, since distances to the flat end of the labels would narrow the ventricle there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsLib.heart.measure.apex import OpenApex
from GenerativeModelsLib.heart.measure.frame import HeartFrame

__all__ = ["LabelDistance", "label_distance"]

SMOOTHING_VOXELS = 0.9
ABOVE_BASE_MM = 16.0
LEAST_VOXEL_MM = 0.75
"""Voxel size below which maps are thinned, to limit the time of the distance transform."""
FINE_STEP_MM = 1.5
"""Largest distance of the interpolated slices of a stack."""


@dataclass(frozen=True, eq=False)
class LabelDistance:
    """Signed distances (negative inside) to endo- and epicardium, which can be sampled at any point.

    Attributes
    ----------
    endo_mm, epi_mm : (k, j, i) on their own grid; of a stack, with interpolated slices.
    to_index : (4, 4) LPS mm -> (i, j, k) of these arrays.
    """

    endo_mm: np.ndarray
    epi_mm: np.ndarray
    to_index: np.ndarray

    def sample(self, which: str, points_lps: np.ndarray) -> np.ndarray:
        """Distance to "endo" or "epi" at points (..., 3), by linear interpolation; it increases beyond the map."""
        from scipy.ndimage import map_coordinates

        field = {"endo": self.endo_mm, "epi": self.epi_mm}[which]
        index = points_lps @ self.to_index[:3, :3].T + self.to_index[:3, 3]
        inside = np.clip(index, 0, np.array(field.shape[::-1]) - 1.0)
        step = np.linalg.norm(np.linalg.inv(self.to_index)[:3, :3], axis=0)
        beyond = np.linalg.norm((index - inside) * step, axis=-1)
        return map_coordinates(field, np.moveaxis(inside[..., ::-1], -1, 0), order=1) + beyond


def label_distance(label_map: LabelMap, frame: HeartFrame, apex: OpenApex | None = None) -> LabelDistance:
    """Distances of the ventricle below the base plane, continued above it; see the module's docstring.

    `apex` is where a stack ends before its apex (`apex.open_apex`), which is then at its length.
    """
    if label_map.slice_column is None:
        return _solid_distance(label_map, frame)
    return _stack_distance(label_map, frame, apex)


def _solid_distance(label_map: LabelMap, frame: HeartFrame) -> LabelDistance:
    from scipy.ndimage import map_coordinates

    label_map = _ventricle_box(label_map)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in label_map.values.shape), indexing="ij")[::-1], -1)
    height = index @ (label_map.to_lps[:3, :3].T @ frame.rim) + (label_map.to_lps[:3, 3] - frame.origin_lps) @ frame.rim
    # Near the rim, distances are computed with a mirror image of the part below it, so that the shape does not end
    # there. The mirror plane is below the last layer of labels, which is partly filled or empty.
    mirror = -float(label_map.spacing_mm.max())
    above = (height > mirror) & (height < ABOVE_BASE_MM)
    values = np.where(height > mirror, 0, label_map.values)
    points = index[above] @ label_map.to_lps[:3, :3].T + label_map.to_lps[:3, 3]
    values[above] = label_map.at(points + 2 * (mirror - height[above])[:, None] * frame.rim)
    cavity = values == label_map.labels.lv
    fields = [
        _distance(mask, label_map.spacing_mm[::-1]) for mask in (cavity, cavity | (values == label_map.labels.myo))
    ]
    to_index = np.linalg.inv(label_map.to_lps)
    # A mirror image is level at the mirror plane; the walls of the ventricle are continued with their slope.
    above = (height > 2 * mirror) & (height < ABOVE_BASE_MM)
    points = index[above] @ label_map.to_lps[:3, :3].T + label_map.to_lps[:3, 3]
    over = (height[above] - 2 * mirror)[:, None] * frame.rim
    places = [((points - k * over) @ to_index[:3, :3].T + to_index[:3, 3])[:, ::-1].T for k in (1, 2)]
    for field in fields:
        at, below = (map_coordinates(field, place, order=1, mode="nearest") for place in places)
        field[above] = 2 * at - below
    return LabelDistance(*fields, to_index)


def _ventricle_box(label_map: LabelMap) -> LabelMap:
    """Bounding box of cavity and wall with a margin, thinned if voxels are finer than `LEAST_VOXEL_MM`."""
    found = np.argwhere(label_map.mask("lv") | label_map.mask("myo"))[:, ::-1]
    room = np.ceil(ABOVE_BASE_MM / label_map.spacing_mm).astype(int)
    step = np.maximum(1, np.floor(LEAST_VOXEL_MM / label_map.spacing_mm + 1e-3)).astype(int)
    return label_map.window(found.min(0) - room, found.max(0) + 1 + room, tuple(int(s) for s in step))


def _distance(mask: np.ndarray, sampling: np.ndarray) -> np.ndarray:
    """Signed distance in mm of a mask along all its axes, smoothed over a voxel without shrinking curved surfaces."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    half = 0.5 * float(np.mean(sampling))
    outside = distance_transform_edt(~mask, sampling=sampling)
    inside = distance_transform_edt(mask, sampling=sampling)
    distance = np.where(mask, -(inside - half), outside - half).astype(np.float32)
    sigma = SMOOTHING_VOXELS * float(np.mean(sampling)) / sampling
    smooth = gaussian_filter(distance, sigma)
    # A Gaussian G adds sigma^2 / 2 times the Laplacian of the distance, its curvature; 2 G - G G removes this term.
    return 2 * smooth - gaussian_filter(smooth, sigma)


def _stack_distance(label_map: LabelMap, frame: HeartFrame, apex: OpenApex | None) -> LabelDistance:
    """Distances of a stack on finer slices, from above the base plane to below the apex."""
    column = label_map.slice_column
    rows, columns = (c for c in (2, 1, 0) if c != column)
    to_lps = label_map.to_lps[:, [columns, rows, column, 3]].copy()
    cavity = np.moveaxis(label_map.mask("lv"), 2 - column, 0)
    whole = cavity | np.moveaxis(label_map.mask("myo"), 2 - column, 0)
    moves = np.zeros((len(cavity), 2)) if label_map.moved_mm is None else label_map.moved_mm
    if to_lps[:3, 2] @ frame.axes[2] > 0:  # reversed, so that the basal slice is first
        cavity, whole, moves = cavity[::-1], whole[::-1], moves[::-1]
        to_lps[:3, 3] += (len(cavity) - 1) * to_lps[:3, 2]
        to_lps[:3, 2] *= -1
    plane_mm = np.linalg.norm(to_lps[:3, :2], axis=0)[::-1]
    gap = float(np.linalg.norm(to_lps[:3, 2]))
    middle = np.array([np.argwhere(cavity).mean(0)[2], np.argwhere(cavity).mean(0)[1]])
    at_axis = to_lps[:3, :2] @ middle + to_lps[:3, 3]
    first = _crossing(frame, at_axis, to_lps[:3, 2]) + 0.5
    cavity_slices = np.flatnonzero(cavity.any((1, 2)))
    top = int(np.clip(round(first), cavity_slices[0], cavity_slices[-1]))
    room = np.ceil(ABOVE_BASE_MM / plane_mm).astype(int)
    cavity, whole = (np.pad(mask, ((0, 0), (room[0],) * 2, (room[1],) * 2)) for mask in (cavity, whole))
    to_lps[:3, 3] -= to_lps[:3, 0] * room[1] + to_lps[:3, 1] * room[0]
    finer = max(1, int(np.ceil(gap / FINE_STEP_MM)))
    tip = None if apex is None else cavity_slices[-1] + apex.missing_mm / gap
    last = len(cavity) if tip is None else max(len(cavity), int(np.ceil(tip + ABOVE_BASE_MM / gap)))
    at = np.arange((top - 2) * finer, (last + 2) * finer + 1) / finer
    endo, epi = _interpolated(cavity, whole, moves / plane_mm, plane_mm, gap, top, at, tip)
    to_lps[:3, 3] += at[0] * to_lps[:3, 2]
    to_lps[:3, 2] /= finer
    return LabelDistance(endo, epi, np.linalg.inv(to_lps))


def _crossing(frame: HeartFrame, start: np.ndarray, step: np.ndarray) -> float:
    """Number of steps from `start` (LPS) at which the line of the slices through the cavity meets the base plane."""
    return float((frame.origin_lps - start) @ frame.axes[2] / (step @ frame.axes[2]))


def _interpolated(
    cavity: np.ndarray,
    whole: np.ndarray,
    moves: np.ndarray,
    plane_mm: np.ndarray,
    gap: float,
    top: int,
    at: np.ndarray,
    tip: float | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of cavity and whole at the slice positions `at`, base first, from the slice `top` on.

    `moves` (slices, 2) are rows and columns by which the slices are moved; the distances are, not the labels.
    `tip` is the position of the cavity's apex beyond a stack that ends before it; None = from the labels.
    """
    area = float(np.prod(plane_mm))
    thickness = [np.sqrt(mask.sum((1, 2)) * area / np.pi) for mask in (cavity, whole)]
    both = cavity.any((1, 2))
    wall = float(np.median((thickness[1] - thickness[0])[both]))
    endo, endo_tip = _stacked(cavity, moves, plane_mm, top, at, least_tip=-np.inf, tip=tip)
    # The wall at the apex is thinner than elsewhere, but not zero.
    outer = endo_tip + 0.6 * wall / gap
    epi, _ = _stacked(whole, moves, plane_mm, top, at, least_tip=outer, tip=None if tip is None else outer)
    return endo, np.minimum(epi, endo)


def _stacked(
    mask: np.ndarray,
    moves: np.ndarray,
    plane_mm: np.ndarray,
    top: int,
    at: np.ndarray,
    least_tip: float,
    tip: float | None,
) -> tuple[np.ndarray, float]:
    """One structure's distances at the slice positions `at`, and the position of its tip, which `tip` sets."""
    from scipy.interpolate import Akima1DInterpolator

    there = np.flatnonzero(mask.any((1, 2)))
    there = there[there >= top]
    known = np.stack([_moved(_distance(mask[k], plane_mm), moves[k]) for k in there])
    last = int(there[-1])
    field = np.empty((len(at), *mask.shape[1:]), np.float32)
    within = (at >= there[0]) & (at <= last)
    if len(there) > 1:
        between = Akima1DInterpolator(there, known, axis=0)
        field[within] = between(at[within])
        # Above the base the shape is continued for half a slice at half its slope, as slices also differ by chance.
        mirrored = there[0] + np.minimum(there[0] - at[at < there[0]], 0.5)
        field[at < there[0]] = 1.5 * known[0] - 0.5 * between(mirrored)
    else:
        field[at <= last] = known[0]
    areas = mask.sum((1, 2))
    # Half an ellipsoid from its largest cross-section on: the share of its length at the last slice.
    share = 1.0 if tip is None else np.sqrt(max(1 - areas[last] / areas.max(), 0.0))
    if tip is None:
        tip = max(last + _reach_of_tip(mask, there), least_tip)
    depth = (at[at > last] - last) / (tip - last)
    # A last slice of one or two voxels is smoothed away: close it over half a pixel, so that it does not open again.
    deepest = max(-float(known[-1].min()), 0.5 * float(plane_mm.mean()))
    # With a share of 1 a paraboloid: its cross-section decreases linearly to zero at the tip.
    kept = 1 - depth if share == 1 else (1 - (share + (1 - share) * depth) ** 2) / (1 - share**2)
    closing = np.where(depth < 1, 1 - np.sqrt(np.clip(kept, 0, None)), depth)
    field[at > last] = known[-1] + (deepest * closing)[:, None, None]
    return field, tip


def _moved(distance: np.ndarray, by: np.ndarray) -> np.ndarray:
    """The distances of a slice moved by rows and columns (2,), not whole ones."""
    from scipy.ndimage import shift

    return shift(distance, by, order=1, mode="nearest") if by.any() else distance


def _reach_of_tip(mask: np.ndarray, there: np.ndarray) -> float:
    """Extent of a structure beyond its last slice, in slices.

    Extrapolated from the decrease of its area; less than one slice if the next slice is empty.
    """
    area = mask[there].sum((1, 2)).astype(float)
    ends = there[-1] + 1 < len(mask)
    reach = 0.5
    if len(there) > 1 and area[-2] > area[-1]:
        reach = 0.85 * area[-1] / (area[-2] - area[-1])
    return float(np.clip(reach, 0.25, 0.9 if ends else 1.2))
