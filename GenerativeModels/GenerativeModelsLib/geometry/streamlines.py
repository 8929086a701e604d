"""Streamlines of the potential in a wall, and their lengths to both surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.laplace import CLOSED, OUTSIDE, WALL, WallPotential

__all__ = ["STEPS", "Streamlines"]

STEPS = 4
"""Number of steps of equal rise in the potential; twice as many change a ventricle's thickness by 0.001 voxels."""
ENDO, EPI, POTENTIAL = 3, 4, 5
"""Columns of the interpolated values; the first three are the potential's gradient along z, y, x (per mm)."""


@dataclass(frozen=True, eq=False)
class Streamlines:
    """Direction field across a wall, integrated from given places to either surface.

    Places are continuous indices (N, 3) in the order z, y, x of the arrays.
    """

    spacing_zyx: tuple[float, float, float]
    lidded: bool
    longest_step: float  # mm, for places without a direction
    _rows: np.ndarray  # (z, y, x, 6) float32
    _base: np.ndarray | None

    @classmethod
    def of(
        cls,
        found: WallPotential,
        endo: np.ndarray,
        epi: np.ndarray,
        base: np.ndarray | None,
        spacing_zyx: tuple[float, float, float],
    ) -> Streamlines:
        """The streamlines of a potential between two surfaces, given by their signed distances (z, y, x) in mm.

        Raises
        ------
        InputError
            A field that does not rise by about 1 per mm across its surface.
        """
        longest = float(endo.ravel()[found.voxels].max()) / 2
        return cls(spacing_zyx, found.lidded, longest, _rows(found, endo, epi, base, spacing_zyx), base)

    def at(self, places: np.ndarray) -> np.ndarray:
        """Interpolated values (N, 6) at places: gradient of the potential, signed distances, potential."""
        return _interpolate(self._rows, places)

    def above_cut(self, places: np.ndarray) -> np.ndarray:
        """Distances (N,) in mm above the basal cut; minus infinity if there is no cut."""
        if self._base is None:
            return np.full(len(places), -np.inf)
        return _interpolate(self._base[..., None], places)[:, 0]

    def holds(self, places: np.ndarray) -> np.ndarray:
        """Whether (N,) places lie on the grid."""
        return ((places >= 0) & (places <= np.array(self._rows.shape[:3]) - 1)).all(axis=1)

    def lengths(self, places: np.ndarray, here: np.ndarray, *, outward: bool) -> np.ndarray:
        """Lengths (N,) in mm from `places` to the outer or the inner surface; NaN where a streamline misses it.

        Midpoint steps of equal rise in the potential, ds = du / |grad u|, and a last step of the remaining signed
        distance: a streamline ends at the sub-voxel position of the surface, not where the potential reaches 0 or 1.
        """
        sign, column = (1.0, EPI) if outward else (-1.0, ENDO)
        per_mm = sign / np.array(self.spacing_zyx)
        length = np.zeros(len(places))
        for steps_left in range(STEPS, -1, -1):
            landing = steps_left == 0
            rise = (1 - here[:, POTENTIAL] if outward else here[:, POTENTIAL]) / max(steps_left, 1)
            direction, slope = _unit(here)
            step = -sign * here[:, column] if landing else np.minimum(rise / slope, self.longest_step)
            direction, slope = _unit(self.at(places + (step / 2)[:, None] * direction * per_mm))
            step = step if landing else np.minimum(rise / slope, self.longest_step)
            places = places + step[:, None] * direction * per_mm
            length += step
            here = self.at(places)
        left = -sign * here[:, column]
        least = min(self.spacing_zyx)
        # If there is a lid, a streamline that ends next to the cut has reached the lid, not the surface.
        ceiling = -0.25 * least if self.lidded else max(self.spacing_zyx)
        missed = (np.abs(left) > 0.5 * least) | (self.above_cut(places) > ceiling)
        missed |= ~self.holds(places) | (length + left < 0)
        return np.where(missed, np.nan, length + left)


def _rows(found: WallPotential, endo, epi, base, spacing_zyx) -> np.ndarray:
    """Values (z, y, x, 6) to interpolate: the potential's gradient, the distances to the surfaces, the potential."""
    rows = np.zeros((*endo.shape, 6), np.float32)
    rows[..., ENDO], rows[..., EPI], rows[..., POTENTIAL] = endo, epi, found.kind == OUTSIDE
    flat, a, b, voxels = rows.reshape(-1, 6), endo.ravel(), epi.ravel(), found.voxels
    flat[voxels, :3], flat[voxels, POTENTIAL] = found.gradient, found.values
    # Outside the wall, and inside it next to a surface, where the potential's differences use short arms, the gradient
    # is replaced by the surfaces' normals, blended from the inner to the outer one and scaled to the gradient of a flat
    # wall. In the middle of a narrow cavity the normals cancel; such voxels have no direction.
    beyond, beside = 2.0 * max(spacing_zyx), 0.3 * min(spacing_zyx)
    around = (endo > -beyond) & (epi < beyond) & (found.kind != WALL) & _interior(endo.shape)
    steepness = np.maximum(np.sqrt(np.einsum("ij,ij->i", found.gradient, found.gradient)), 1e-12)
    next_to = np.minimum(found.values, 1 - found.values) < beside * steepness
    at = np.concatenate([np.flatnonzero(around), voxels[next_to]])
    share = np.clip(a[at] / np.maximum(a[at] - b[at], 1e-12), 0.0, 1.0)
    steps = (endo.shape[1] * endo.shape[2], endo.shape[2], 1)
    slopes_a = np.stack([(a[at + s] - a[at - s]) / (2 * h) for s, h in zip(steps, spacing_zyx)], axis=1)
    slopes_b = np.stack([(b[at + s] - b[at - s]) / (2 * h) for s, h in zip(steps, spacing_zyx)], axis=1)
    for name, slopes, distance in (("endo_mm", slopes_a, a[at]), ("epi_mm", slopes_b, b[at])):
        _require_distance(name, slopes[np.abs(distance) < beyond / 2])
    normals = (1 - share)[:, None] * slopes_a + share[:, None] * slopes_b
    flat[at, :3] = normals / np.maximum(a[at] - b[at], 0.5 * min(spacing_zyx))[:, None]
    if found.lidded:
        _continue_across(rows, found.kind, np.flatnonzero(around & (base > -beyond)))
    return rows


def _continue_across(rows: np.ndarray, kind: np.ndarray, at: np.ndarray) -> None:
    """Set the gradient of voxels `at` around the cut, and the potential beyond it, to the mean of the wall around them.

    The distances of a label map that ends at the base are distances to a lid there, and the lid's normals would bend
    the streamlines.
    """
    z, y, x = kind.shape[1] * kind.shape[2], kind.shape[2], 1
    around = np.array([i * z + j * y + k * x for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)])
    flat, kinds = rows.reshape(-1, 6), kind.ravel()
    neighbours = at[:, None] + around
    in_wall = (kinds[neighbours] == WALL).astype(rows.dtype)
    count = in_wall.sum(axis=1)
    at, neighbours, in_wall, count = (v[count > 0] for v in (at, neighbours, in_wall, count))
    mean = np.einsum("nk,nkc->nc", in_wall, flat[neighbours]) / count[:, None]
    flat[at, :3] = mean[:, :3]
    closed = kinds[at] == CLOSED
    flat[at[closed], POTENTIAL] = mean[closed, POTENTIAL]


def _interior(shape_zyx: tuple[int, ...]) -> np.ndarray:
    inside = np.zeros(shape_zyx, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    return inside


def _require_distance(name: str, slopes: np.ndarray) -> None:
    rise = float(np.median(np.linalg.norm(slopes, axis=1))) if len(slopes) else 1.0
    if not 0.5 < rise < 2.0:
        raise InputError(
            f"{name} rises by {rise:.2g} per mm across its surface, expected 1: give a signed distance in mm, "
            "not in voxels and not a mask."
        )


def _unit(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Direction (N, 3) and length (N,) of the gradients in the first three columns."""
    vectors = rows[:, :3]
    length = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12)
    return vectors / length[:, None], length


def _interpolate(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Trilinear values (N, k) of `rows` (z, y, x, k) at continuous indices (N, 3) in the order z, y, x."""
    depth, height, width, columns = rows.shape
    low = np.clip(places, 0, (depth - 2, height - 2, width - 2)).astype(np.int32)
    up = np.clip(places - low, 0.0, 1.0).astype(rows.dtype).T
    down = 1 - up
    weights = np.empty((len(places), 8), rows.dtype)
    for corner in range(8):
        z, y, x = ((up if corner >> bit & 1 else down)[axis] for axis, bit in enumerate((2, 1, 0)))
        weights[:, corner] = z * y * x
    offsets = np.array([(c >> 2) * height * width + (c >> 1 & 1) * width + (c & 1) for c in range(8)])
    first = (low[:, 0] * height + low[:, 1]) * width + low[:, 2]
    values = np.take(rows.reshape(-1, columns), first[:, None] + offsets, axis=0, mode="clip")
    return np.einsum("nk,nkc->nc", weights, values)
