"""Signed distance of unit heads, scaled to an axial perimeter of 2 pi, on a fixed grid."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.skull.shape.star_surface import HeadShape

GRID_SIZE = 32
HALF_EXTENT = 1.65
"""The grid has GRID_SIZE^3 points on the cube [-HALF_EXTENT, HALF_EXTENT]^3, end points included."""
CLAMP = 0.6


def unit_axis(size: int = GRID_SIZE) -> np.ndarray:
    return np.linspace(-HALF_EXTENT, HALF_EXTENT, size)


def unit_points(size: int = GRID_SIZE) -> np.ndarray:
    """Points (G, G, G, 3) of a grid of G = `size`, order z, y, x, each x, y, z, in head sizes."""
    axis = unit_axis(size)
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack([x, y, z], axis=-1)


def unit_field(shape: HeadShape, head_size_mm: float, size: int = GRID_SIZE) -> np.ndarray:
    """Signed distance (G, G, G) float32 of a head, G = `size`, in head sizes, negative inside, clamped to +-CLAMP."""
    field = shape.implicit(unit_points(size) * head_size_mm) / head_size_mm
    return np.clip(field, -CLAMP, CLAMP).astype(np.float32)
