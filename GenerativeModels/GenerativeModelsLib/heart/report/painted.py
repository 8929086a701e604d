"""Small still pictures of ventricles coloured by wall thickness, with matplotlib alone: no display, no OpenGL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.heart.shape.surfaces import quick_surface
from GenerativeModelsLib.heart.shape.ventricle import Ventricle
from GenerativeModelsLib.page.colours import colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

__all__ = ["HEIGHT_MM", "RANGE_MM", "draw_ventricle", "thickness_colours"]

RANGE_MM = (4.0, 18.0)
"""Range of the colours of wall thickness; the same in all pictures, so that hearts can be compared."""
HEIGHT_MM = 125.0
"""Height of a picture; the same for all hearts."""
_BARE = (0.82, 0.82, 0.82, 1.0)
"""Colour of points without thickness."""


def thickness_colours(range_mm: tuple[float, float] = RANGE_MM) -> ScalarMappable:
    """Colours of wall thickness in mm, for drawing and for a colour bar."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(*range_mm), colour_map())


def draw_ventricle(
    axes: Axes, ventricle: Ventricle, colours: ScalarMappable | None = None, turn_degrees: float = 0.0
) -> None:
    """Draw both surfaces, base up, septum to the left, seen from the anterior side and 30 degrees from above.

    `turn_degrees` turns the heart about its long axis. Triangles are painted from the farthest to the nearest.
    """
    from matplotlib.collections import PolyCollection

    colours = colours or thickness_colours()
    surface = quick_surface(ventricle)
    right, up, towards = _view(turn_degrees)
    points = surface.points
    corners = points[surface.triangles]
    order = np.argsort((corners @ towards).mean(axis=1), kind="stable")
    thickness = surface.point_data["wall_thickness_mm"][surface.triangles].mean(axis=1)
    shown = np.where(np.isfinite(thickness)[:, None], colours.to_rgba(np.nan_to_num(thickness, nan=0.0)), _BARE)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    lamp = 0.75 * towards + 0.5 * up - 0.35 * right
    light = 0.62 + 0.38 * np.abs(normal @ (lamp / np.linalg.norm(lamp)))
    shown[:, :3] *= light[:, None]
    flat = np.stack([corners @ right, corners @ up], axis=-1)
    axes.add_collection(
        PolyCollection(flat[order], facecolors=shown[order], edgecolors=shown[order], linewidths=0.3, rasterized=True)
    )
    middle = -0.5 * ventricle.cavity_length_mm * up[2]
    axes.set_xlim(-0.36 * HEIGHT_MM, 0.36 * HEIGHT_MM)
    axes.set_ylim(middle - HEIGHT_MM / 2, middle + HEIGHT_MM / 2)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _view(turn_degrees: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors of the picture in the heart frame: to the right, up, and towards the eye."""
    turn, lift = np.radians(turn_degrees), np.radians(30.0)
    ahead = np.array([np.sin(turn), np.cos(turn), 0.0])  # anterior at 0
    right = np.array([-np.cos(turn), np.sin(turn), 0.0])  # away from the septum at 0
    towards = np.cos(lift) * ahead + np.sin(lift) * np.array([0.0, 0.0, 1.0])
    return right, np.cross(towards, right), towards
