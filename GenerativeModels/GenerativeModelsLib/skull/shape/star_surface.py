"""Star-shaped head surfaces, represented by the radius in every direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import map_coordinates

POLAR, AZIMUTH = 65, 128
"""Rows (polar angle 0 to pi from +z) and columns (azimuth from +x towards +y, periodic) of a radius table."""


@lru_cache(maxsize=1)
def table_directions() -> np.ndarray:
    """Unit vectors (POLAR, AZIMUTH, 3) of the entries of a radius table, head frame."""
    theta = np.linspace(0.0, np.pi, POLAR)[:, None]
    phi = np.arange(AZIMUTH)[None, :] * (2 * np.pi / AZIMUTH)
    return np.stack(
        [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) * np.ones_like(phi)], axis=-1
    )


@lru_cache(maxsize=4)
def unit_sphere(subdivisions: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) and outward triangles (M, 3) of an icosphere; 4 subdivisions give 2562 vertices."""
    g = (1 + 5**0.5) / 2
    points = [(-1, g, 0), (1, g, 0), (-1, -g, 0), (1, -g, 0), (0, -1, g), (0, 1, g)]
    points += [(0, -1, -g), (0, 1, -g), (g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)]
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2), (10, 7, 6)]
    faces += [(7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10)]
    faces += [(8, 6, 7), (9, 8, 1)]
    vertices, triangles = np.asarray(points, float), np.asarray(faces)
    for _ in range(subdivisions):
        edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        a, b, c = (inverse.reshape(3, -1) + len(vertices)).astype(int)
        vertices = np.concatenate([vertices, vertices[unique].mean(axis=1)])
        t0, t1, t2 = triangles.T
        triangles = np.concatenate([np.c_[t0, a, c], np.c_[t1, b, a], np.c_[t2, c, b], np.c_[a, b, c]])
    return vertices / np.linalg.norm(vertices, axis=1, keepdims=True), triangles


@dataclass(frozen=True)
class HeadShape:
    """Outer skull surface, star-shaped about the origin of the head frame.

    Attributes
    ----------
    log_radius
        (POLAR, AZIMUTH) natural logarithm of the radius in mm at `table_directions`.
    """

    log_radius: np.ndarray

    def __post_init__(self) -> None:
        if self.log_radius.shape != (POLAR, AZIMUTH):
            raise ValueError(f"log_radius has shape {self.log_radius.shape}, expected {(POLAR, AZIMUTH)}.")

    def radius(self, directions: np.ndarray) -> np.ndarray:
        """Radius in mm (...) along `directions` (..., 3), which need not be unit vectors."""
        x, y, z = np.moveaxis(np.asarray(directions, float), -1, 0)
        row = np.arctan2(np.hypot(x, y), z) * ((POLAR - 1) / np.pi)
        column = np.mod(np.arctan2(y, x), 2 * np.pi) * (AZIMUTH / (2 * np.pi))
        return np.exp(map_coordinates(self._wrapped, [row, column + 1], order=1, mode="nearest"))

    @property
    def _wrapped(self) -> np.ndarray:
        return np.concatenate([self.log_radius[:, -1:], self.log_radius, self.log_radius[:, :2]], axis=1)

    def implicit(self, points: np.ndarray) -> np.ndarray:
        """Signed distance in mm, negative inside, of `points` (..., 3); exact to first order near the surface.

        The level function |x| - r(x/|x|) is divided by the length of its gradient, sqrt(1 + |grad r|^2 / r^2).
        """
        points = np.asarray(points, float)
        rho = np.maximum(np.linalg.norm(points, axis=-1), 1e-9)
        r = self.radius(points)
        return (rho - r) / self._slope.radius(points)

    @property
    def _slope(self) -> HeadShape:
        """The table of log sqrt(1 + |d ln r|^2)."""
        theta = np.linspace(0.0, np.pi, POLAR)[:, None]
        d_theta = np.gradient(self.log_radius, np.pi / (POLAR - 1), axis=0)
        wrapped = np.concatenate([self.log_radius[:, -1:], self.log_radius, self.log_radius[:, :1]], axis=1)
        d_phi = (wrapped[:, 2:] - wrapped[:, :-2]) / (2 * 2 * np.pi / AZIMUTH) / np.maximum(np.sin(theta), 0.05)
        return HeadShape(0.5 * np.log1p(d_theta**2 + d_phi**2))

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether `points` (..., 3) in mm lie inside the head."""
        points = np.asarray(points, float)
        return np.linalg.norm(points, axis=-1) < self.radius(points)

    def points(self, subdivisions: int = 4) -> np.ndarray:
        """Surface points (N, 3) in mm along the directions of `unit_sphere(subdivisions)`."""
        directions, _ = unit_sphere(subdivisions)
        return directions * self.radius(directions)[:, None]

    def scaled(self, sx: float, sy: float, sz: float) -> HeadShape:
        """The head stretched along the axes of the head frame."""
        directions = table_directions() / np.array([sx, sy, sz])
        length = np.linalg.norm(directions, axis=-1)
        return HeadShape(np.log(self.radius(directions) / length))

    def mirrored(self) -> HeadShape:
        """The head reflected in the midsagittal plane, x -> -x."""
        directions = table_directions() * np.array([-1.0, 1.0, 1.0])
        return HeadShape(np.log(self.radius(directions)))

    def axial_outline(self, count: int = 256) -> np.ndarray:
        """Points (count, 2) x, y in mm of the section z = 0."""
        phi = np.arange(count) * (2 * np.pi / count)
        directions = np.stack([np.cos(phi), np.sin(phi), np.zeros(count)], axis=-1)
        return directions[:, :2] * self.radius(directions)[:, None]


def ellipsoid(half_x: float, half_y: float, half_z: float) -> HeadShape:
    """The ellipsoid with the given half axes in mm."""
    return HeadShape(-0.5 * np.log(((table_directions() / np.array([half_x, half_y, half_z])) ** 2).sum(-1)))
