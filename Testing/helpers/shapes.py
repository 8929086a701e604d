"""Shapes whose measures are known in closed form."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.shape.star_surface import unit_sphere


def ball(radius: float, centre=(0.0, 0.0, 0.0), subdivisions: int = 4) -> Surface:
    """Icosphere whose vertices lie on the sphere."""
    return ellipsoid((radius, radius, radius), centre, subdivisions)


def ellipsoid(half_axes, centre=(0.0, 0.0, 0.0), subdivisions: int = 4) -> Surface:
    """Stretched icosphere whose vertices lie on the ellipsoid."""
    directions, triangles = unit_sphere(subdivisions)
    return Surface(directions * half_axes + centre, triangles)


def lump(subdivisions: int = 4) -> Surface:
    """A smooth closed surface without any symmetry, about the size of a fetal head."""
    directions, triangles = unit_sphere(subdivisions)
    x, y, z = directions.T
    radius = 1 + 0.12 * x * y + 0.1 * z * y**2 + 0.08 * x**3 + 0.06 * z**3 - 0.05 * x * z
    return Surface(directions * radius[:, None] * (40, 50, 38), triangles)


def box(size, centre=(0.0, 0.0, 0.0)) -> Surface:
    """Cuboid of 8 points and 12 triangles."""
    corners = np.array(list(itertools.product((-0.5, 0.5), repeat=3))) * size + centre
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return Surface(corners, np.array(triangles))


def ball_field(grid: Grid, radius: float, centre=(0.0, 0.0, 0.0)) -> np.ndarray:
    """Exact signed distance (z, y, x) of a ball."""
    return np.linalg.norm(grid.points() - np.asarray(centre), axis=-1) - radius


def rigid(rotation_degrees=(0.0, 0.0, 0.0), translation=(0.0, 0.0, 0.0)) -> np.ndarray:
    """4 x 4 motion from angles about x, y, z."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", rotation_degrees, degrees=True).as_matrix()
    matrix[:3, 3] = translation
    return matrix
