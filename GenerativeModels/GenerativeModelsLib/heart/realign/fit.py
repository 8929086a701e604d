"""Shifts of slices and modes of the reference, fitted together to the outlines of all slices.

For a point of an outline of slice k, at p in the heart frame, with l(p) its distance from the origin of its ray, r the
mean radius and m_j the modes along that ray, the fit minimises

    sum w (l(p + s_k + a + b z) - r - sum_j c_j m_j)^2 / SLICE_MM^2 + sum c_j^2 + sum |s_k|^2 / SHIFT_MM^2
        + |a|^2 / OFFSET_MM^2 + |b|^2 / TILT^2

over the shift s_k of each slice, shared by the phases, the coefficients c_j, and for each phase an offset a and a tilt
b of the heart frame, which the shifts have displaced; all of them in the plane of the slices. The weights w make every
outline count as `AZIMUTHS` points, and those of outliers are Huber's. Solved by Gauss-Newton steps; a standard error is
that of the Gaussian posterior.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.infer.code import PHASE_NAMES, PHASES
from GenerativeModelsLib.heart.measure.load import LoadedHeart, LoadedPhase
from GenerativeModelsLib.heart.realign.reference import Reference
from GenerativeModelsLib.heart.realign.slices import SharedSlices
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, ray_positions

__all__ = ["FittedShifts", "fitted_shifts"]

SLICE_MM = 2.0
"""Standard deviation of the radius of one point of an outline from the modes; larger than a contour's error, since
neighbouring points err alike. Chosen on simulated hearts, as the stiffness of the reference."""
SHIFT_MM = 2.0
"""Standard deviation of shifts of breath holds along a row or column."""
OFFSET_MM, TILT = 1.0, float(np.tan(np.radians(2.0)))
"""Standard deviations of the heart frame's place and tilt."""
TURNS, REWEIGHTED = 3, 5
BELOW_BASE_MM = 3.0
"""Depth below the base plane from which outlines are used."""
LEAST_SEEN = 0.7
"""Smallest share of an outline at that depth."""
LEAST_PIXELS = 8
HUBER = 1.345
STEP_MM = 0.5
"""Step of the numerical derivative."""


@dataclass(frozen=True, eq=False)
class FittedShifts:
    """By how much slices must be moved.

    Attributes
    ----------
    move_mm : (slices, 2) row and column in mm; 0 where `known` is False.
    error_mm : (slices,) standard error of each of the two.
    known : (slices,) bool, whether an outline of the slice was used.
    """

    move_mm: np.ndarray
    error_mm: np.ndarray
    known: np.ndarray


@dataclass(frozen=True, eq=False)
class _Outline:
    """An outline in the heart frame: points (N, 3), axes of its plane (2, 3), numbers of phase, surface and slice."""

    phase: int
    surface: int
    slice: int
    points: np.ndarray
    axes: np.ndarray
    reach_mm: float

    @property
    def height(self) -> np.ndarray:
        """(N, 1) height above the middle of the horizontal rays, mm."""
        return self.points[:, 2:] + 0.5 * self.reach_mm


def fitted_shifts(
    loaded: LoadedHeart, slices: SharedSlices, reference: Reference, start_mm: np.ndarray
) -> FittedShifts:
    """Shifts (slices, 2) that bring the slices of a heart onto the reference, from `start_mm` (slices, 2) on.

    The heart may be measured with its slices moved; the shifts are from where the file has them.
    """
    outlines = [one for phase, there in loaded.phases.items() for one in _outlines(phase, there, slices)]
    k, n = len(reference.modes), slices.count
    prior = np.concatenate(
        [
            np.ones(k),
            np.full(2 * n, 1 / SHIFT_MM**2),
            np.tile([1 / OFFSET_MM**2] * 2 + [1 / TILT**2] * 2, PHASES),
        ]
    )
    x = np.zeros(len(prior))
    x[k : k + 2 * n] = start_mm.ravel()
    for _ in range(TURNS):
        design, target, weight = _linearised(outlines, reference, x, n)
        x, normal = _solved(design, target, weight, prior)
    known = np.isin(np.arange(n), [one.slice for one in outlines])
    variance = np.linalg.inv(normal).diagonal()[k : k + 2 * n].reshape(n, 2)
    move = np.where(known[:, None], x[k : k + 2 * n].reshape(n, 2), 0.0)
    return FittedShifts(move, np.sqrt(variance.mean(axis=1)), known)


def _solved(
    design: np.ndarray, target: np.ndarray, weight: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Least squares with Huber's weights and a prior (N,) of 1 / variance: the unknowns and the normal matrix."""
    own = weight
    for _ in range(REWEIGHTED):
        normal = design.T @ (design * own[:, None]) + np.diag(prior)
        x = np.linalg.solve(normal, design.T @ (own * target))
        error = np.abs(target - design @ x)
        scale = HUBER * 1.4826 * np.median(error)
        own = weight * np.minimum(1, scale / np.maximum(error, 1e-9))
    return x, normal


def _linearised(
    outlines: list[_Outline], reference: Reference, x: np.ndarray, slices: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design (N, unknowns), target (N,) and weights (N,) of all points about the unknowns `x`."""
    k = len(reference.modes)
    frames = k + 2 * slices
    designs, targets, weights = [], [], []
    for one in outlines:
        shift, frame = k + 2 * one.slice, frames + 4 * one.phase
        base = x[shift : shift + 2] + x[frame : frame + 2] + one.height * x[frame + 2 : frame + 4]
        mean, modes = reference.mean[one.phase, one.surface], reference.modes[:, one.phase, one.surface]

        def beyond(by: np.ndarray, one: _Outline = one, base: np.ndarray = base, mean: np.ndarray = mean) -> np.ndarray:
            row, column, along = ray_positions(one.points + (base + by) @ one.axes, one.reach_mm)
            return along - _between(mean, row, column)

        steps = STEP_MM * np.eye(2)
        slope = np.stack([beyond(step) - beyond(-step) for step in steps], axis=1) / (2 * STEP_MM)
        design = np.zeros((len(one.points), len(x)))
        row, column, _ = ray_positions(one.points + base @ one.axes, one.reach_mm)
        design[:, :k] = -_between(modes, row, column).T
        design[:, shift : shift + 2] = design[:, frame : frame + 2] = slope
        design[:, frame + 2 : frame + 4] = slope * one.height
        designs.append(design)
        targets.append((slope * base).sum(axis=1) - beyond(np.zeros(2)))
        weights.append(np.full(len(slope), AZIMUTHS / len(slope) / SLICE_MM**2))
    return np.concatenate(designs), np.concatenate(targets), np.concatenate(weights)


def _between(maps: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """(..., N) values of maps (..., ROWS, AZIMUTHS) at rows and columns (N,), by linear interpolation."""
    r, c = np.minimum(row.astype(int), ROWS - 2), column.astype(int) % AZIMUTHS
    down, on = row - r, column - np.floor(column)
    after = (c + 1) % AZIMUTHS
    upper = maps[..., r, c] * (1 - on) + maps[..., r, after] * on
    lower = maps[..., r + 1, c] * (1 - on) + maps[..., r + 1, after] * on
    return upper * (1 - down) + lower * down


def _outlines(phase: str, there: LoadedPhase, slices: SharedSlices) -> Iterator[_Outline]:
    """The outlines of cavity and epicardium below the base, where the file has them."""
    label_map, across = there.label_map, there.label_map.slice_column
    axes = label_map.plane_axes @ there.frame.axes.T
    cavity = label_map.mask("lv")
    for surface, mask in enumerate((cavity, cavity | label_map.mask("myo"))):
        for number, plane in enumerate(np.moveaxis(mask, 2 - across, 0)):
            if plane.sum() < LEAST_PIXELS:
                continue
            places = _edges(plane)
            index = np.full((len(places), 3), float(number))
            index[:, label_map.plane_columns] = places
            points = there.frame.to_heart(index @ label_map.to_lps[:3, :3].T + label_map.to_lps[:3, 3])
            below = points[:, 2] < -BELOW_BASE_MM
            if below.mean() >= LEAST_SEEN:
                place = slices.start[phase] + number
                own = PHASE_NAMES.index(phase), surface, place, points[below], axes, there.ventricle.reach_mm
                yield _Outline(*own)


def _edges(plane: np.ndarray) -> np.ndarray:
    """(N, 2) row and column half-way between pixels inside and outside a structure."""
    down = np.argwhere(plane[1:] != plane[:-1]) + np.array([0.5, 0.0])
    on = np.argwhere(plane[:, 1:] != plane[:, :-1]) + np.array([0.0, 0.5])
    return np.concatenate([down, on])
