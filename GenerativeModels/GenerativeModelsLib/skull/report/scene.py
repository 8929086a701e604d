"""Data of the interactive 3D skull of the report, for the WebGL viewer `viewer.js`."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.geometry import thinning
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.page.colour_scale import Scale, scale_data
from GenerativeModelsLib.page.colours import PLAIN, colour_table
from GenerativeModelsLib.page.meshes import micrometres, packed
from GenerativeModelsLib.skull.planes.sector import sector_outline
from GenerativeModelsLib.skull.report.content import PlaneView, SkullSurface
from GenerativeModelsLib.skull.report.figures import VIEWS

PLANE_MARGIN_MM = 8.0


def scene(surface: SkullSurface, planes: list[PlaneView], scale: Scale) -> dict:
    """Input of `viewer.js`, ready for JSON.

    Positions are int16 steps of `step_mm` about `centre_mm`, triangles uint16, uncertainty uint16 micrometres, each
    base64 of little-endian bytes. Planes are convex polygons, see `plane_polygon`.
    """
    surface = thinned(surface)
    points = np.asarray(surface.points, float)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    step = max(np.abs(points - centre).max(), 1e-6) / 32_767
    return {
        "centre_mm": centre.round(4).tolist(),
        "step_mm": step,
        "points": packed(np.round((points - centre) / step), "<i2"),
        "triangles": packed(surface.triangles, "<u2"),
        "uncertainty_um": packed(micrometres(surface.uncertainty_mm, len(points)), "<u2"),
        "scales": [scale_data(scale)],
        "colours": packed(colour_table(), "u1"),
        "bone": [round(255 * value) for value in PLAIN],
        "planes": [plane_polygon(plane) for plane in planes if plane.corners_mm is not None],
        "views": {view.key: view.rotation.tolist() for view in VIEWS},
    }


def plane_polygon(plane: PlaneView) -> dict:
    """Corners (mm) and texture coordinates of the sector of `plane`, cropped to the skull's outline and a margin."""
    rows, cols = plane.pixels.shape
    left, top, right, bottom = _crop(plane)
    corners_px = sector_outline(plane.pixels[top:bottom, left:right]) + np.array([left, top])
    origin, to_right, _, down = np.asarray(plane.corners_mm, float)
    u = corners_px[:, :1] / max(cols - 1, 1)
    v = corners_px[:, 1:] / max(rows - 1, 1)
    corners = origin + u * (to_right - origin) + v * (down - origin)
    texture = (corners_px + 0.5) / [cols, rows]
    return {"name": plane.name, "corners_mm": corners.round(3).tolist(), "texture": texture.round(5).tolist()}


def _crop(plane: PlaneView) -> tuple[int, int, int, int]:
    """Columns and rows (left, top, right, bottom) around the skull's outline; without one the whole image."""
    rows, cols = plane.pixels.shape
    outline = np.concatenate([np.empty((0, 2)), *(np.asarray(part, float).reshape(-1, 2) for part in plane.outline_px)])
    outline = outline[np.isfinite(outline).all(axis=1)]
    if len(outline):
        margin = PLANE_MARGIN_MM / np.array([plane.spacing_mm[1], plane.spacing_mm[0]])
        low = np.clip(np.floor(outline.min(axis=0) - margin), 0, [cols, rows]).astype(int)
        high = np.clip(np.ceil(outline.max(axis=0) + margin), 0, [cols, rows]).astype(int)
        if (high - low).min() > 1:
            return *low.tolist(), *high.tolist()
    return 0, 0, cols, rows


def thinned(surface: SkullSurface) -> SkullSurface:
    """The surface, or a decimated copy of one too large for a report, with the uncertainty of the nearest points."""
    known = {} if surface.uncertainty_mm is None else {"uncertainty_mm": np.asarray(surface.uncertainty_mm)}
    light = thinning.thinned(Surface(surface.points, surface.triangles, known))
    return SkullSurface(light.points, light.triangles, light.point_data.get("uncertainty_mm"))
