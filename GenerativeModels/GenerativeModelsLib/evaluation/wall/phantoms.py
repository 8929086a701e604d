"""Wall phantoms with known thickness along the streamlines of the Laplace potential."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.geometry.grids import Grid

__all__ = ["WallPhantom", "cylinders", "half_ellipsoids", "offset_spheres", "slab", "spheres"]

Field = Callable[[np.ndarray], np.ndarray]
"""Signed distance (...) in mm at points (..., 3)."""

SCATTERED = 1500
"""Points on each surface."""


@dataclass(frozen=True, eq=False)
class WallPhantom:
    """Wall phantom with known thickness.

    Attributes
    ----------
    name
        Description, with lengths in mm.
    endo, epi, base
        Signed distances, negative inside the surfaces and on the wall's side of the base; None for no base.
    endo_points, epi_points
        (N, 3) mm on the surfaces, away from the base and from the border of the grid.
    endo_thickness, epi_thickness
        (N,) mm along the streamlines through those points.
    half_extent
        (3,) mm along x, y, z: half of the bounding box, centred at 0, before `moved`.
    pose
        4 x 4 rigid motion of the phantom's own frame.
    """

    name: str
    endo: Field
    epi: Field
    base: Field | None
    endo_points: np.ndarray
    epi_points: np.ndarray
    endo_thickness: np.ndarray
    epi_thickness: np.ndarray
    half_extent: tuple[float, float, float]
    pose: np.ndarray

    def moved(self, pose: np.ndarray) -> WallPhantom:
        """The phantom after a rigid motion (4 x 4)."""
        rotation, shift = pose[:3, :3], pose[:3, 3]

        def carried(field: Field) -> Field:
            return lambda points: field((points - shift) @ rotation)

        return replace(
            self,
            endo=carried(self.endo),
            epi=carried(self.epi),
            base=None if self.base is None else carried(self.base),
            endo_points=self.endo_points @ rotation.T + shift,
            epi_points=self.epi_points @ rotation.T + shift,
            pose=pose @ self.pose,
        )

    def grid(self, spacing_mm: float | tuple[float, float, float], margin_voxels: int = 4) -> Grid:
        """Grid that encloses the phantom."""
        corners = np.stack(np.meshgrid(*([-e, e] for e in self.half_extent)), axis=-1).reshape(-1, 3)
        corners = corners @ self.pose[:3, :3].T + self.pose[:3, 3]
        spacing = np.broadcast_to(np.asarray(spacing_mm, float), 3)
        low, high = corners.min(axis=0) - margin_voxels * spacing, corners.max(axis=0) + margin_voxels * spacing
        count = np.ceil((high - low) / spacing).astype(int) + 1
        return Grid(tuple(low), tuple(spacing), tuple(count[::-1]))

    def fields(self, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Endo, epi and base on a grid."""
        points = grid.points()
        return self.endo(points), self.epi(points), None if self.base is None else self.base(points)


def spheres(inner: float, outer: float) -> WallPhantom:
    """Concentric spheres, of thickness R - r."""
    directions = _directions()
    flat = np.full(SCATTERED, outer - inner)
    return WallPhantom(
        f"spheres {inner:g} / {outer:g}",
        lambda p: np.linalg.norm(p, axis=-1) - inner,
        lambda p: np.linalg.norm(p, axis=-1) - outer,
        None,
        directions * inner,
        directions * outer,
        flat,
        flat,
        (outer,) * 3,
        np.eye(4),
    )


def cylinders(inner: float, outer: float, length: float) -> WallPhantom:
    """Coaxial cylinders along z, cut at both ends by planes that no streamline crosses, of thickness R - r."""
    angle = np.linspace(0, 60 * np.pi, SCATTERED)
    height = np.linspace(-0.4 * length, 0.4 * length, SCATTERED)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    flat = np.full(SCATTERED, outer - inner)
    return WallPhantom(
        f"cylinders {inner:g} / {outer:g}",
        lambda p: np.hypot(p[..., 0], p[..., 1]) - inner,
        lambda p: np.hypot(p[..., 0], p[..., 1]) - outer,
        lambda p: np.abs(p[..., 2]) - length / 2,
        np.column_stack([inner * ring, height]),
        np.column_stack([outer * ring, height]),
        flat,
        flat,
        (outer, outer, length / 2),
        np.eye(4),
    )


def slab(thickness: float, width: float) -> WallPhantom:
    """Infinite plate normal to x."""
    place = np.random.default_rng(0).uniform(-0.3 * width, 0.3 * width, (SCATTERED, 2))
    flat = np.full(SCATTERED, thickness)
    return WallPhantom(
        f"slab {thickness:g}",
        lambda p: p[..., 0] + thickness / 2,
        lambda p: p[..., 0] - thickness / 2,
        None,
        np.column_stack([-flat / 2, place]),
        np.column_stack([flat / 2, place]),
        flat,
        flat,
        (thickness / 2, width / 2, width / 2),
        np.eye(4),
    )


def half_ellipsoids(short: float, long: float, wall: float) -> WallPhantom:
    """The lower halves of two confocal prolate ellipsoids, open at the equator: the shape of a left ventricle.

    In prolate coordinates (c sinh xi sin nu, c cosh xi cos nu) the potential depends on xi alone: streamlines are the
    hyperbolas of constant nu, of length c times the integral of sqrt(cosh^2 xi - cos^2 nu), and none crosses z = 0.

    Parameters
    ----------
    short, long
        Half axes of the inner ellipsoid.
    wall
        Thickness at the base; it decreases towards the apex.
    """
    c = np.sqrt(long**2 - short**2)
    first, last = np.arcsinh(short / c), np.arcsinh((short + wall) / c)
    directions = _directions()
    cosine, ring = -np.abs(directions[:, 2]), directions[:, :2] / np.linalg.norm(directions[:, :2], axis=1)[:, None]
    keep = cosine < -0.02
    cosine, ring = cosine[keep], ring[keep]
    node, weight = np.polynomial.legendre.leggauss(24)
    xi = first + (last - first) * (node + 1) / 2
    length = c * (last - first) / 2 * np.sqrt(np.cosh(xi) ** 2 - cosine[:, None] ** 2) @ weight

    def points(at: float) -> np.ndarray:
        radius = c * np.sinh(at) * np.sqrt(1 - cosine**2)
        return np.column_stack([radius[:, None] * ring, c * np.cosh(at) * cosine])

    outer_long = c * np.cosh(last)
    return WallPhantom(
        f"half ellipsoids {short:g} x {long:g}, wall {length.min():.1f} to {wall:g}",
        lambda p: _spheroid_distance(p, short, long),
        lambda p: _spheroid_distance(p, short + wall, outer_long),
        lambda p: p[..., 2],
        points(first),
        points(last),
        length,
        length,
        (short + wall, short + wall, outer_long),
        np.eye(4),
    )


def offset_spheres(inner: float, outer: float, offset: float) -> WallPhantom:
    """Sphere within a sphere, shifted by `offset` along x: curved streamlines, thickness R - r +- `offset`.

    The potential is a series of Legendre functions about both centres, fitted on both spheres to 1e-9; the streamlines
    are integrated in it.
    """
    potential = _TwoCentres(inner, outer, offset)
    directions = _directions()
    angle = np.arccos(directions[:, 0])
    turns = directions[:, 1:] / np.linalg.norm(directions[:, 1:], axis=1)[:, None]
    starts = offset + inner * np.cos(angle), inner * np.sin(angle)
    ends = outer * np.cos(angle), outer * np.sin(angle)

    def points(at: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return np.column_stack([at[0], at[1][:, None] * turns])

    return WallPhantom(
        f"spheres {inner:g} / {outer:g}, offset {offset:g}",
        lambda p: np.linalg.norm(p - (offset, 0, 0), axis=-1) - inner,
        lambda p: np.linalg.norm(p, axis=-1) - outer,
        None,
        points(starts),
        points(ends),
        potential.lengths(*starts, 1.0),
        potential.lengths(*ends, 0.0),
        (outer,) * 3,
        np.eye(4),
    )


def _directions() -> np.ndarray:
    """Unit vectors spread evenly along a spiral over the sphere."""
    z = 1 - (2 * np.arange(SCATTERED) + 1) / SCATTERED
    turn = np.pi * (1 + np.sqrt(5)) * np.arange(SCATTERED)
    ring = np.sqrt(1 - z * z)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), z])


def _spheroid_distance(points: np.ndarray, short: float, long: float) -> np.ndarray:
    """Signed distance to the prolate spheroid along z: the nearest point is at e^2 y / (t + e^2) for the root t."""
    rho = np.maximum(np.hypot(points[..., 0], points[..., 1]), 1e-9)
    z = np.abs(points[..., 2])
    a, b = short**2, long**2
    t = np.maximum(short * rho - a, long * z - b)
    for _ in range(60):  # Newton's method from the left on a convex decreasing function is monotone
        p, q = (short * rho / (t + a)) ** 2, (long * z / (t + b)) ** 2
        step = (p + q - 1) / (2 * p / (t + a) + 2 * q / (t + b))
        t = t + step
        if np.abs(step).max() < 1e-9 * a:
            break
    gap = np.hypot(rho - a * rho / (t + a), z - b * z / (t + b))
    return np.sign(t) * gap


class _TwoCentres:
    """The potential between two spheres in the half plane (x, s) with s >= 0."""

    TERMS = 40

    def __init__(self, inner: float, outer: float, offset: float) -> None:
        self.inner, self.outer, self.offset = inner, outer, offset
        angle = np.linspace(0, np.pi, 400)
        x = np.concatenate([offset + inner * np.cos(angle), outer * np.cos(angle)])
        s = np.concatenate([inner * np.sin(angle), outer * np.sin(angle)])
        wanted = np.repeat([0.0, 1.0], len(angle))
        self.coefficients = np.linalg.lstsq(self._terms(x, s), wanted, rcond=None)[0]
        self.error = float(np.abs(self(x, s) - wanted).max())

    def _terms(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        near, far = np.hypot(x - self.offset, s), np.hypot(x, s)
        powers = np.arange(self.TERMS)
        p = np.polynomial.legendre.legvander((x - self.offset) / near, self.TERMS - 1)
        q = np.polynomial.legendre.legvander(x / far, self.TERMS - 1)
        outward = (self.inner / near)[:, None] ** (powers + 1) * p
        inward = (far / self.outer)[:, None] ** powers * q
        return np.concatenate([outward, inward], axis=1)

    def __call__(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        return self._terms(x, s) @ self.coefficients

    def lengths(self, x: np.ndarray, s: np.ndarray, level: float, steps: int = 24) -> np.ndarray:
        """Lengths of the streamlines from (x, s) to the sphere where the potential is `level`, by Runge-Kutta steps."""
        x, s, total = x.copy(), s.copy(), np.zeros(len(x))
        step = (level - self(x, s)) / steps

        def slope(x: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            h = 1e-4
            gx = (self(x + h, s) - self(x - h, s)) / (2 * h)
            gs = (self(x, s + h) - self(x, s - h)) / (2 * h)
            size = gx**2 + gs**2
            return gx / size, gs / size  # dx/du, ds/du along the streamline

        for _ in range(steps):
            k1 = slope(x, s)
            k2 = slope(x + step / 2 * k1[0], s + step / 2 * k1[1])
            k3 = slope(x + step / 2 * k2[0], s + step / 2 * k2[1])
            k4 = slope(x + step * k3[0], s + step * k3[1])
            dx = step / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
            ds = step / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
            total += np.abs(step) / 6 * sum(w * np.hypot(*k) for w, k in zip((1, 2, 2, 1), (k1, k2, k3, k4)))
            x, s = x + dx, s + ds
        return total
