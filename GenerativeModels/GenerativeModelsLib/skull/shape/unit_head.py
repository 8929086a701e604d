"""Conversion between heads in mm and unit heads, whose axes and heights are normalised.

A unit head is a table f of log-radius over directions e; its surface point exp(f(e)) e is mapped to the head by scaling
x, y and z, with different factors of z above and below the axial plane. For f = 0 the head consists of two half
ellipsoids with the same axial outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin

import numpy as np
from scipy.ndimage import map_coordinates

from GenerativeModelsLib.skull.shape.ellipse import fit_ellipse
from GenerativeModelsLib.skull.shape.star_surface import AZIMUTH, POLAR, HeadShape, table_directions


@dataclass(frozen=True)
class Extents:
    """Half axes of the axial outline, and greatest heights above and below its plane, in mm."""

    half_x: float
    half_y: float
    up: float
    down: float

    def carry(self, directions: np.ndarray) -> np.ndarray:
        """Unit `directions` (..., 3) of the unit head mapped to the head; not of unit length."""
        factors = np.empty_like(directions)
        factors[..., 0], factors[..., 1] = self.half_x, self.half_y
        z = directions[..., 2]
        for _ in range(6):  # the factor of z depends on the mapped direction
            factors[..., 2] = z_factor(z, self.up, self.down)
            carried = directions * factors
            z = carried[..., 2] / np.linalg.norm(carried, axis=-1)
        return carried


def z_factor(z: np.ndarray, up: float, down: float) -> np.ndarray:
    """Scale factor of z for unit directions with this z: `down` below, `up` above, smooth within +-20 degrees."""
    t = np.clip(z / 0.7 + 0.5, 0, 1)
    return down + (up - down) * t * t * (3 - 2 * t)


@dataclass(frozen=True)
class _Placement:
    """Map from the unit head to the head: shift by -`shift` (2,), then `matrix` (2, 2) in x and y, heights in z."""

    matrix: np.ndarray
    shift: np.ndarray
    up: float
    down: float

    def radius(self, table: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Radius in mm along unit `directions` (..., 3) of the placed head; `table`: `pad_columns` of the unit head."""
        z = directions[..., 2]
        q = np.empty_like(directions)
        q[..., :2] = directions[..., :2] @ np.linalg.inv(self.matrix).T
        q[..., 2] = z / z_factor(z, self.up, self.down)
        radius = _lookup(table, q) / np.linalg.norm(q, axis=-1)
        if self.shift.any():
            move = np.array([*self.shift, 0.0])
            for _ in range(3):
                p = radius[..., None] * q + move
                radius = radius * _lookup(table, p) / np.linalg.norm(p, axis=-1)
        return radius


def pad_columns(table: np.ndarray) -> np.ndarray:
    """Table with its first columns repeated at the end, for linear interpolation across azimuth 0."""
    return np.concatenate([table, table[:, :2]], axis=1)


def _lookup(padded: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """exp of the padded log table along `directions` (..., 3)."""
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    row = np.arctan2(np.sqrt(x * x + y * y), z) * ((POLAR - 1) / np.pi)
    column = np.mod(np.arctan2(y, x), 2 * np.pi) * (AZIMUTH / (2 * np.pi))
    return np.exp(map_coordinates(padded, [row, column], order=1, mode="nearest"))


def measure(shape: HeadShape) -> tuple[Extents, tuple[float, float], float]:
    """Extents of `shape`, centre (x, y) in mm of the ellipse of its outline, and angle of its long axis from +y."""
    ellipse = fit_ellipse(shape.axial_outline(AZIMUTH))
    z = np.exp(shape.log_radius) * table_directions()[..., 2]
    extents = Extents(ellipse.semi_minor, ellipse.semi_major, float(z.max()), float(-z.min()))
    return extents, ellipse.centre, ellipse.angle_rad - np.pi / 2


def height_of(shape: HeadShape) -> float:
    """Greatest extent in mm along z."""
    return float(np.ptp(np.exp(shape.log_radius) * table_directions()[..., 2]))


def unit_head(shape: HeadShape, extents: Extents) -> np.ndarray:
    """Table (POLAR, AZIMUTH) of the unit head of `shape`, a head with centred outline and midline x = 0."""
    stretched = extents.carry(table_directions())
    return np.log(shape.radius(stretched) / np.linalg.norm(stretched, axis=-1))


def place(unit: np.ndarray, extents: Extents, iterations: int = 4) -> HeadShape:
    """The head of a unit table with the fitted axial ellipse of `extents`; heights are accurate to about 0.5 mm.

    The ellipse fitted to the outline z = 0 defines the head frame: its centre is the origin, its short axis is x.

    Parameters
    ----------
    unit
        (POLAR, AZIMUTH) log-radius of the unit head.
    extents
        Target half axes and heights in mm.
    iterations
        Number of corrections of scale, centre and angle; with four the error of the outline is below 0.001 mm.
    """
    padded, e = pad_columns(unit), table_directions()
    ring, caps = e[POLAR // 2], np.concatenate([e[:24:2, ::4], e[-1:-25:-2, ::4]])
    now = _Placement(np.diag([extents.half_x, extents.half_y]), np.zeros(2), extents.up, extents.down)
    for _ in range(iterations):
        ellipse = fit_ellipse(ring[:, :2] * now.radius(padded, ring)[:, None])
        z = caps[..., 2] * now.radius(padded, caps)
        angle = ellipse.angle_rad - np.pi / 2
        turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
        stretch = np.array([[extents.half_x / ellipse.semi_minor], [extents.half_y / ellipse.semi_major]])
        now = _Placement(
            stretch * turn @ now.matrix,
            now.shift + np.linalg.solve(now.matrix, ellipse.centre),
            now.up * extents.up / float(z.max()),
            now.down * extents.down / float(-z.min()),
        )
    return HeadShape(np.log(now.radius(padded, e)).astype(np.float32))
