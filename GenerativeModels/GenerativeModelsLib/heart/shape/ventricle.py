"""A left ventricle as two maps of radii: endo- and epicardium along fixed rays of the heart frame.

Heart frame: right-handed, mm; +z along the long axis from apex to base, the base plane at z = 0; +x towards the middle
of the septum; +y anterior. Rays leave the long axis horizontally from the base down to a centre at z = -reach, and fan
out from there to the apex, so that a ventricle, open at the base, is two numbers per ray. Wall and cavity have
sub-voxel resolution, and corresponding points of two hearts have the same index in the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["AZIMUTHS", "LEVELS", "ROWS", "Heart", "Ventricle", "ray_directions", "ray_origins", "ray_positions"]

LEVELS, FAN = 16, 12
"""Rows of horizontal rays, the last of which leaves the centre; rows of the fan below it, the last straight down."""
ROWS = LEVELS + FAN
AZIMUTHS = 36
"""Rays per row, from +x towards +y."""
REACH_SHARE = 0.6
"""Depth of the fan's centre below the base, as a share of the cavity's length."""
DENSITY_G_PER_ML = 1.05
"""Density of myocardium."""


@lru_cache(maxsize=8)
def ray_directions(rows: int = ROWS, azimuths: int = AZIMUTHS) -> np.ndarray:
    """(rows, azimuths, 3) unit vectors of the rays, base first; the share of the fan is the same for all `rows`."""
    fan = _fan_angles(rows)
    phi = 2 * np.pi * np.arange(azimuths) / azimuths
    flat = np.cos(fan)[:, None]
    return np.stack(
        [flat * np.cos(phi), flat * np.sin(phi), np.broadcast_to(-np.sin(fan)[:, None], (rows, azimuths))], axis=-1
    )


@lru_cache(maxsize=8)
def ray_origins(rows: int = ROWS) -> np.ndarray:
    """(rows,) height of the rays' origins on the long axis as a share of -reach: 0 at the base to 1 at the centre."""
    return np.clip(_row_positions(rows) / (LEVELS - 1), 0, 1)


def _row_positions(rows: int) -> np.ndarray:
    """Positions of the rows among the `ROWS` standard ones; finer meshes interpolate between these."""
    return np.linspace(0, ROWS - 1, rows)


def _fan_angles(rows: int) -> np.ndarray:
    """Angle of the rows below the horizontal, radians."""
    return np.clip((_row_positions(rows) - (LEVELS - 1)) / FAN, 0, 1) * np.pi / 2


@dataclass(frozen=True, eq=False)
class Ventricle:
    """One left ventricle at one phase, in the heart frame.

    Attributes
    ----------
    reach_mm
        Depth of the fan's centre below the base plane.
    endo_mm, epi_mm
        (ROWS, AZIMUTHS) distance of endo- and epicardium from the long axis along the rays; epi_mm > endo_mm > 0. The
        last row is one point, the apex.
    """

    reach_mm: float
    endo_mm: np.ndarray
    epi_mm: np.ndarray

    def __post_init__(self) -> None:
        for name in ("endo_mm", "epi_mm"):
            if getattr(self, name).shape != (ROWS, AZIMUTHS):
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {(ROWS, AZIMUTHS)}.")
        if not (self.reach_mm > 0 and (self.endo_mm > 0).all() and (self.epi_mm > self.endo_mm).all()):
            raise ValueError("A ventricle needs 0 < endo_mm < epi_mm on every ray and a positive reach_mm.")

    @property
    def cavity_length_mm(self) -> float:
        """Length from the base plane to the endocardial apex."""
        return self.reach_mm + float(self.endo_mm[-1].mean())

    def points(self, surface: str) -> np.ndarray:
        """(ROWS, AZIMUTHS, 3) points of "endo" or "epi" in the heart frame."""
        radii = {"endo": self.endo_mm, "epi": self.epi_mm}[surface]
        return ray_points(radii, self.reach_mm)

    def surface(self, surface: str, finer: int = 2) -> Surface:
        """Triangle mesh of "endo" or "epi", open at the base, with normals away from the long axis.

        `finer` times as many rays each way, by cubic splines; the first points are the base ring, the last the apex.
        """
        radii = refined({"endo": self.endo_mm, "epi": self.epi_mm}[surface], finer)
        rows, azimuths = radii.shape
        points = ray_points(radii, self.reach_mm)[:-1].reshape(-1, 3)
        apex = np.array([[0.0, 0.0, -self.reach_mm - radii[-1].mean()]])
        return Surface(np.concatenate([points, apex]), open_triangles(rows, azimuths))

    @property
    def cavity_ml(self) -> float:
        """Volume inside the endocardium below the base plane."""
        return _enclosed_ml(self.surface("endo"))

    @property
    def myocardium_ml(self) -> float:
        """Volume between epi- and endocardium below the base plane."""
        return _enclosed_ml(self.surface("epi")) - self.cavity_ml

    @property
    def mass_g(self) -> float:
        """Mass of the myocardium at 1.05 g/ml."""
        return DENSITY_G_PER_ML * self.myocardium_ml

    def scaled(self, factor: float) -> Ventricle:
        """The same shape with all lengths times `factor`."""
        return Ventricle(self.reach_mm * factor, self.endo_mm * factor, self.epi_mm * factor)


@dataclass(frozen=True, eq=False)
class Heart:
    """A ventricle at end diastole and end systole."""

    ed: Ventricle
    es: Ventricle

    @property
    def ejection_fraction_percent(self) -> float:
        return 100 * (1 - self.es.cavity_ml / self.ed.cavity_ml)


def ray_points(radii: np.ndarray, reach_mm: float) -> np.ndarray:
    """(rows, azimuths) radii -> (rows, azimuths, 3) points of the heart frame."""
    rows, azimuths = radii.shape
    points = radii[..., None] * ray_directions(rows, azimuths)
    points[..., 2] -= reach_mm * ray_origins(rows)[:, None]
    return points


def ray_positions(points: np.ndarray, reach_mm: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column (fractions) of the ray through points (..., 3) of the heart frame, and their distance along it, mm.

    Points above the base plane are on the first row.
    """
    flat = np.hypot(points[..., 0], points[..., 1])
    below = -points[..., 2] - reach_mm
    level = np.clip(-points[..., 2] / reach_mm, 0, 1) * (LEVELS - 1)
    row = np.where(below < 0, level, LEVELS - 1 + np.arctan2(below, flat) / (np.pi / 2) * FAN)
    column = (np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi) * AZIMUTHS) % AZIMUTHS
    return row, column, np.where(below < 0, flat, np.hypot(flat, below))


def refined(radii: np.ndarray, finer: int) -> np.ndarray:
    """A map of radii on `finer` times as many rays, by cubic splines: periodic along the row, even over the apex."""
    if finer == 1:
        return radii
    from scipy.ndimage import map_coordinates, spline_filter1d

    rows, azimuths = radii.shape
    pad = 6
    over_apex = np.roll(radii, azimuths // 2, axis=1)[-2 : -2 - pad : -1]
    padded = np.concatenate([2 * radii[:1] - radii[pad:0:-1], radii, over_apex])
    padded = np.pad(padded, ((0, 0), (pad, pad)), mode="wrap")
    for axis in (0, 1):
        padded = spline_filter1d(padded, axis=axis, mode="mirror")
    at_rows = np.linspace(0, rows - 1, finer * (rows - 1) + 1) + pad
    at_azimuths = np.arange(finer * azimuths) / finer + pad
    grid = np.meshgrid(at_rows, at_azimuths, indexing="ij")
    return map_coordinates(padded, grid, order=3, prefilter=False)


@lru_cache(maxsize=8)
def open_triangles(rows: int, azimuths: int) -> np.ndarray:
    """(M, 3) triangles of `rows - 1` rings and an apex, counter-clockwise seen from outside."""
    ring = np.arange(azimuths)
    after = (ring + 1) % azimuths
    strips = []
    for row in range(rows - 2):
        top, below = row * azimuths, (row + 1) * azimuths
        strips.append(np.stack([top + ring, below + ring, below + after], axis=1))
        strips.append(np.stack([top + ring, below + after, top + after], axis=1))
    last = (rows - 2) * azimuths
    apex = np.full(azimuths, (rows - 1) * azimuths)
    strips.append(np.stack([last + ring, apex, last + after], axis=1))
    return np.concatenate(strips)


def _enclosed_ml(surface: Surface) -> float:
    """Volume in ml of an open mesh closed by its base plane z = 0: cones from the origin, which is in that plane."""
    a, b, c = (surface.points[surface.triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6000
