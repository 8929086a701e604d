"""Pictures of a heart without OpenGL: cut open along its long axis, coloured by wall thickness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.shape.thickness import FINER
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS
from GenerativeModelsLib.page.meshes import shaded_picture, value_colours

__all__ = ["RING", "PictureFrame", "cut_faces", "heart_picture", "rim_faces"]

RING = (0.62, 0.62, 0.60)
"""Colour of the base ring, where no thickness is reported."""
TILT_DEGREES = 28.0
FRONT = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
"""Screen right, up and towards the viewer in the heart frame, seen from the anterior wall."""


@dataclass(frozen=True, eq=False)
class PictureFrame:
    """Frame shared by pictures of several hearts: centre (3,), and half the width in mm."""

    centre: np.ndarray
    extent: float

    @classmethod
    def around(cls, surfaces: Sequence[Surface]) -> PictureFrame:
        """The frame that contains all surfaces."""
        seen = np.concatenate([surface.points for surface in surfaces]) @ _rotation().T
        low, high = seen.min(axis=0), seen.max(axis=0)
        return cls(_rotation().T @ ((low + high) / 2), 0.52 * float((high - low)[:2].max()))


def heart_picture(surface: Surface, frame: PictureFrame, size_px: int, ends_mm: tuple[float, float]) -> np.ndarray:
    """(size_px, size_px, 4) uint8: a mesh of `heart_surface` cut open, seen from the front and a little above.

    `ends_mm` are those of the colour scale of the wall thickness.
    """
    centre = frame.centre
    points = surface.points - centre
    back = (points[surface.triangles][..., 1] + centre[1]).mean(axis=1) <= 0
    triangles = np.concatenate([surface.triangles[back], cut_faces(), rim_faces()])
    triangles = triangles[(points[triangles][..., 1] + centre[1]).mean(axis=1) <= 1e-6]
    colours = value_colours(surface.point_data["wall_thickness_mm"], len(points), ends_mm, RING)
    return shaded_picture(points, triangles, colours, _rotation(), frame.extent, size_px, both_sides=True)


def _rotation() -> np.ndarray:
    """(3, 3) rows: screen right, screen up, towards the viewer."""
    tilt = np.radians(TILT_DEGREES)
    right, up, near = FRONT
    return np.array([right, np.cos(tilt) * up - np.sin(tilt) * near, np.sin(tilt) * up + np.cos(tilt) * near])


@lru_cache(maxsize=1)
def cut_faces() -> np.ndarray:
    """(M, 3) triangles between endo- and epicardium where the plane y = 0 cuts the wall: at the septum and opposite."""
    rows, azimuths = FINER * (ROWS - 1), FINER * AZIMUTHS
    count = rows * azimuths + 1
    columns = []
    for column in (0, azimuths // 2):
        index = np.append(np.arange(rows) * azimuths + column, count - 1)
        columns.append(_strip(index, index + count))
    return np.concatenate(columns)


@lru_cache(maxsize=1)
def rim_faces() -> np.ndarray:
    """(M, 3) triangles between the rings of both surfaces at the base, where the wall is cut."""
    rows, azimuths = FINER * (ROWS - 1), FINER * AZIMUTHS
    ring = np.append(np.arange(azimuths), 0)
    return _strip(ring, ring + rows * azimuths + 1)


def _strip(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    first = np.stack([inner[:-1], outer[:-1], outer[1:]], axis=1)
    return np.concatenate([first, np.stack([inner[:-1], outer[1:], inner[1:]], axis=1)])
