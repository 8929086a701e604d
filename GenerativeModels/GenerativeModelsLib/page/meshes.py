"""Meshes of a page: compact buffers for `mesh_view.js`, colours, and still pictures for where there is no WebGL."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.page.colours import colour_table

__all__ = [
    "UNKNOWN",
    "View",
    "data_uri",
    "micrometres",
    "packed",
    "shaded_picture",
    "value_colours",
    "vertex_normals",
    "webp_uri",
]

UNKNOWN = 65_535
"""Code of a value that is not known; other codes are micrometres."""


@dataclass(frozen=True)
class View:
    """A direction to look from; `right` and `up` are screen axes in the frame of the mesh.

    `look` is what its button does, such as "Look from the left".
    """

    key: str
    label: str
    right: tuple[float, float, float]
    up: tuple[float, float, float]
    look: str = ""

    @property
    def rotation(self) -> np.ndarray:
        """(3, 3) rows: screen right, screen up, towards the viewer."""
        return np.array([self.right, self.up, np.cross(self.right, self.up)])


def data_uri(encoded: bytes, kind: str) -> str:
    """`data:` address of an encoded picture."""
    return f"data:image/{kind};base64,{base64.b64encode(encoded).decode()}"


def packed(values: np.ndarray, kind: str) -> str:
    """base64 of the array's bytes as numpy type `kind`, such as "<u2"."""
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()


def micrometres(values_mm: np.ndarray | None, count: int) -> np.ndarray:
    """(count,) codes of values in mm, `UNKNOWN` where they are NaN or absent."""
    if values_mm is None:
        return np.full(count, UNKNOWN)
    codes = np.clip(np.nan_to_num(np.asarray(values_mm, float), nan=0.0) * 1000, 0, UNKNOWN - 1).round()
    return np.where(np.isfinite(values_mm), codes, UNKNOWN)


def value_colours(
    values: np.ndarray | None, count: int, ends: tuple[float, float], unknown: tuple[float, float, float]
) -> np.ndarray:
    """(count, 3) colours 0 to 1 of values on a scale between the two `ends`, `unknown` where there is none."""
    colours = np.tile(np.asarray(unknown, float), (count, 1))
    if values is not None:
        known = np.isfinite(values)
        index = np.clip((values[known] - ends[0]) / (ends[1] - ends[0]) * 255, 0, 255).round().astype(int)
        colours[known] = colour_table()[index] / 255
    return colours


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, 3) unit normals, triangles weighted by their area."""
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    faces = np.cross(b - a, c - a)
    normals = np.stack(
        [sum(np.bincount(triangles[:, k], faces[:, axis], len(points)) for k in range(3)) for axis in range(3)], axis=1
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def shaded_picture(
    points: np.ndarray,
    triangles: np.ndarray,
    colours: np.ndarray,
    rotation: np.ndarray,
    extent: float,
    size_px: int,
    *,
    both_sides: bool = False,
) -> np.ndarray:
    """(size_px, size_px, 4) uint8 picture of a mesh on nothing; the light comes from the upper left.

    Parameters
    ----------
    points, triangles, colours
        (N, 3) mm about the middle of the picture, (M, 3), and (N, 3) colours from 0 to 1.
    rotation
        (3, 3), see `View`.
    extent
        Half the picture's width in mm.
    both_sides
        Draw the insides of open meshes as well.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import TriMesh
    from matplotlib.figure import Figure
    from matplotlib.tri import Triangulation

    normals = vertex_normals(points, triangles) @ rotation.T
    points = points @ rotation.T
    if both_sides:
        normals = normals * np.where(normals[:, 2:] < 0, -1, 1)
    else:
        a, b, c = np.moveaxis(points[triangles], 1, 0)
        triangles = triangles[np.cross(b - a, c - a)[:, 2] > 0]
    triangles = triangles[np.argsort(points[triangles, 2].mean(axis=1))]
    shade = 0.70 + 0.36 * np.clip(normals @ np.array([-0.45, 0.55, 0.70]), 0, 1)
    rgba = np.concatenate([np.clip(colours * shade[:, None], 0, 1), np.ones((len(points), 1))], axis=1)
    figure = Figure((size_px / 100, size_px / 100), dpi=100, facecolor=(0, 0, 0, 0))
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(-extent, extent), ylim=(-extent, extent))
    if len(triangles):
        mesh = TriMesh(Triangulation(points[:, 0], points[:, 1], triangles))
        mesh.set_facecolor(rgba)
        axes.add_collection(mesh, autolim=False)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def webp_uri(picture: np.ndarray) -> str:
    """`data:` address of a picture (rows, cols, 3 or 4) uint8."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "webp", quality=85, method=2)
    return data_uri(buffer.getvalue(), "webp")
