"""Outlines of the reconstructed surface in a placed picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.locate.placement import Placement
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

NORMAL_90 = 1.6448536269514722
"""Half width of a central 90 % interval in standard deviations."""


def outline(surface: Surface, placement: Placement) -> list[np.ndarray]:
    """Closed polylines (K, 2), (u, v) in mm of the picture: the surface cut by the picture's plane; longest first."""
    return [placement.to_picture(line) for line in surface.section(placement.origin_mm, placement.normal)]


def outline_band(surface: Surface, placement: Placement) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Outlines of the surfaces 1.645 standard deviations inside and outside: bounds of the 90 % interval."""
    reach = NORMAL_90 * surface.point_data["uncertainty_mm"][:, None] * surface.vertex_normals
    inner, outer = (Surface(surface.points + way * reach, surface.triangles) for way in (-1, 1))
    return outline(inner, placement), outline(outer, placement)


def recentred_on_ellipse(placement: Placement, lines: list[np.ndarray], ellipse: Ellipse) -> Placement:
    """The placement shifted within its plane so that the outline's centre of area is that of the located head.

    Offset, tilt and rotation are the network's estimates; the position of the head in the picture is measured directly.
    """
    if not lines:
        return placement
    by = centre_of_area(lines[0]) - np.asarray(ellipse.centre)
    return replace(placement, origin_mm=placement.origin_mm + by[0] * placement.u_axis + by[1] * placement.v_axis)


def centre_of_area(line: np.ndarray) -> np.ndarray:
    """Centroid (2,) of the polygon with corners `line` (K, 2), the last joined to the first."""
    x, y = (line - line[0]).T
    x1, y1 = np.roll(x, -1), np.roll(y, -1)
    cross = x * y1 - x1 * y
    area = cross.sum() / 2
    return line[0] + np.array([((x + x1) * cross).sum(), ((y + y1) * cross).sum()]) / (6 * area)
