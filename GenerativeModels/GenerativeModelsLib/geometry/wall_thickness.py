"""Thickness of a wall along the streamlines of the potential between its two surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.laplace import solve_potential
from GenerativeModelsLib.geometry.streamlines import ENDO, EPI, Streamlines

__all__ = ["RING_VOXELS", "THIN_VOXELS", "WallField", "WallThickness", "wall_thickness"]

THIN_VOXELS = 2.0
"""Thickness in voxels below which a wall counts as thin."""
THIN_SHARE = 0.01
"""Share of thin points above which there is a warning."""
RING_VOXELS = 1.0
"""Distance to the basal cut, in voxels, below which no thickness is reported, because the cut face is not wall."""
MARGIN = 3
"""Voxels kept around the wall."""


@dataclass(frozen=True, eq=False)
class WallThickness:
    """Thickness in mm at the points of both surfaces.

    Attributes
    ----------
    endo_mm, epi_mm
        (N,) and (M,): along the streamline through each point; NaN on the base ring and away from the wall.
    warnings
        Sentences for the user.
    """

    endo_mm: np.ndarray
    epi_mm: np.ndarray
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class WallField:
    """The potential across a wall, and the lengths of its streamlines.

    The potential u is 0 on the inner surface and 1 on the outer one and solves Laplace's equation div grad u = 0. With
    the unit field T = grad u / |grad u|, Yezzi and Prince (IEEE Trans Med Imaging 2003;22:1332-1339) define the
    thickness of a wall at x as the length of the streamline of T through x: W = L0 + L1 with grad L0 . T = 1 from the
    inner surface and -grad L1 . T = 1 from the outer one. It is symmetric, unique, and R - r on spheres and cylinders.

    They solve for L0 and L1 on the voxels with upwind differences. Here dx/ds = T is integrated from each given point,
    which solves the same equations along their characteristics: midpoint steps of equal rise in u, ds = du / |grad u|,
    then one step to the surface, given by its signed distance. Neither end is rounded to a voxel, and the error of the
    length is of second order in the error of T. Next to the surfaces and beyond them T is the surfaces' normal, since
    u is constant on each.

    Attributes
    ----------
    grid
        The part of the given grid around the wall.
    potential
        (z, y, x) on `grid`; NaN at voxels outside the wall.
    iterations
        Number of solver iterations.
    crossing_share
        Volume where the inner surface lies outside the outer one, relative to the wall's volume.
    """

    grid: Grid
    potential: np.ndarray
    iterations: int
    crossing_share: float
    _streamlines: Streamlines

    @classmethod
    def solve(cls, grid: Grid, endo_mm: np.ndarray, epi_mm: np.ndarray, base_mm: np.ndarray | None = None) -> WallField:
        """The field of the wall between two surfaces.

        Parameters
        ----------
        grid
            Grid of the fields, of any position. Where the wall leaves it, there is no flux through its border.
        endo_mm, epi_mm
            (z, y, x) signed distances in mm to the inner and the outer surface, negative inside. They must be accurate
            within two voxels of the surfaces; farther away only their sign is used. Lids along the cut, as in a label
            map that ends at the base, are detected and excluded.
        base_mm
            Signed distance to the basal cut, a plane or a surface, negative on the wall's side; None for a closed wall.

        Raises
        ------
        InputError
            No wall, endo and epi swapped, or values that are not finite or not distances in mm.
        ValueError
            An array that is not on `grid`.
        """
        fields = {"endo_mm": endo_mm, "epi_mm": epi_mm} | ({} if base_mm is None else {"base_mm": base_mm})
        for name, values in fields.items():
            grid.require(values)
            if not np.isfinite(values).all():
                raise InputError(f"{name} holds values that are not finite; expected a signed distance in mm.")
        kept = True if base_mm is None else np.asarray(base_mm) < 0
        wall = (np.asarray(endo_mm) > 0) & (np.asarray(epi_mm) < 0) & kept
        crossing = int(((np.asarray(endo_mm) < 0) & (np.asarray(epi_mm) > 0) & kept).sum())
        if crossing > wall.sum():
            raise InputError(
                "endo_mm and epi_mm are swapped: the surface named endocardium encloses the one named epicardium; "
                "give the inner surface first."
            )
        if not wall.any():
            raise InputError(
                "There is no wall: no voxel lies outside the endocardium, inside the epicardium and below the base; "
                "check the signs of the distances (negative inside) and the spacing against the wall's thickness."
            )
        box = _Box.around(wall, grid)
        endo, epi = box.cut(endo_mm), box.cut(epi_mm)
        base = None if base_mm is None else box.cut(base_mm)
        found = solve_potential(endo, epi, base, box.grid.spacing_zyx)
        potential = np.full(box.grid.shape_zyx, np.nan)
        potential.ravel()[found.voxels] = found.values
        streamlines = Streamlines.of(found, endo, epi, base, box.grid.spacing_zyx)
        return cls(box.grid, potential, found.iterations, crossing / int(wall.sum()), streamlines)

    def thickness_at(self, points: np.ndarray) -> np.ndarray:
        """Length (N,) in mm of the streamlines through `points` (N, 3), on a surface or in the wall.

        NaN closer than `RING_VOXELS` to the basal cut or beyond it, more than a voxel outside the wall, and outside the
        grid. For a point slightly off a surface the length is measured from that surface. Where the surfaces cross, the
        thickness is 0.

        Raises
        ------
        ValueError
            If `points` has another shape.
        """
        points = np.asarray(points, float)
        if points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f"points has shape {points.shape}, expected (N, 3).")
        lines, places = self._streamlines, self.grid.indices(points)
        here = lines.at(places)
        endo, epi = here[:, ENDO].astype(float), here[:, EPI].astype(float)
        least, most = min(self.grid.spacing_mm), max(self.grid.spacing_mm)
        near = lines.holds(places) & (endo > -most) & (epi < most)
        near &= lines.above_cut(places) <= -RING_VOXELS * most
        length = np.where(near, 0.0, np.nan)
        for outward, left in ((True, -epi), (False, endo)):
            beside = near & (left <= 0.1 * least)
            length[beside] += left[beside]
            far = np.flatnonzero(near & ~beside)
            if len(far):
                length[far] += lines.lengths(places[far], here[far], outward=outward)
        return np.maximum(length, 0.0)


def wall_thickness(
    grid: Grid,
    endo_mm: np.ndarray,
    epi_mm: np.ndarray,
    base_mm: np.ndarray | None = None,
    *,
    endo_points: np.ndarray,
    epi_points: np.ndarray,
) -> WallThickness:
    """Thickness at the points (N, 3), (M, 3) of both surfaces of a wall; see `WallField.solve` for the fields."""
    field = WallField.solve(grid, endo_mm, epi_mm, base_mm)
    endo, epi = field.thickness_at(endo_points), field.thickness_at(epi_points)
    warnings = []
    known = np.concatenate([endo, epi])
    known = known[np.isfinite(known)]
    least = THIN_VOXELS * max(grid.spacing_mm)
    thin = float((known < least).mean()) if len(known) else 0.0
    if not len(known):
        warnings.append("No point lies on the wall: there is no thickness to report.")
    if thin > THIN_SHARE:
        warnings.append(
            f"The wall is thinner than {THIN_VOXELS:g} voxels ({least:.1f} mm) at {100 * thin:.0f} % of its points, "
            f"{known.min():.1f} mm at the thinnest: a finer grid would be more accurate."
        )
    if field.crossing_share > 1e-3:
        warnings.append(
            f"The endocardium leaves the epicardium in {100 * field.crossing_share:.1f} % of the wall's volume; "
            "the thickness there is 0."
        )
    return WallThickness(endo, epi, tuple(warnings))


@dataclass(frozen=True, eq=False)
class _Box:
    """The voxels around a wall, with a margin that may reach beyond the grid."""

    grid: Grid
    slices: tuple[slice, ...]
    padding: tuple[tuple[int, int], ...]

    @classmethod
    def around(cls, wall: np.ndarray, grid: Grid) -> _Box:
        found = [np.flatnonzero(wall.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
        low = np.array([f[0] for f in found]) - MARGIN
        high = np.array([f[-1] for f in found]) + MARGIN + 1
        first, last = np.maximum(low, 0), np.minimum(high, wall.shape)
        origin = grid.origin_mm + low[::-1] * grid.spacing_mm
        return cls(
            Grid(tuple(origin), grid.spacing_mm, tuple(high - low)),
            tuple(slice(a, b) for a, b in zip(first, last)),
            tuple(zip(first - low, high - last)),
        )

    def cut(self, field: np.ndarray) -> np.ndarray:
        return np.pad(np.asarray(field, float)[self.slices], self.padding, mode="edge")
