"""Data of the interactive 3D heart of the report for `heart.js`, and still pictures of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.report.content import PhaseView
from GenerativeModelsLib.heart.report.cut_open import (
    RING,
    PictureFrame,
    cut_faces,
    heart_picture,
    rim_faces,
)
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.colour_scale import Scale, scale_data, scale_of
from GenerativeModelsLib.page.colours import colour_table
from GenerativeModelsLib.page.meshes import View, micrometres, packed, webp_uri

VIEWS = (
    View("septal", N_("Septal"), (0, 1, 0), (0, 0, 1), N_("Look from the septal side")),
    View("anterior", N_("Anterior"), (-1, 0, 0), (0, 0, 1), N_("Look from the anterior side")),
    View("lateral", N_("Lateral"), (0, -1, 0), (0, 0, 1), N_("Look from the lateral side")),
    View("inferior", N_("Inferior"), (1, 0, 0), (0, 0, 1), N_("Look from the inferior side")),
    View("base", N_("Base"), (1, 0, 0), (0, 1, 0), N_("Look from the base")),
    View("apex", N_("Apex"), (-1, 0, 0), (0, 1, 0), N_("Look from the apex")),
)
"""Sides of the heart frame: +x the septum, +y anterior, +z the base."""


def thickness_scale(phases: Sequence[PhaseView]) -> Scale:
    """One scale of the wall thickness for both phases, fitted to the walls as labelled."""
    mesh = HEART.meshes[0]
    return scale_of(mesh, [phase.surface.point_data[mesh.scalars] for phase in phases])


def scene(phases: Sequence[PhaseView], scale: Scale) -> dict:
    """Input of `heart.js`, ready for JSON.

    Positions are int16 steps of `step_mm` about `centre_mm`, triangles uint16 shared by all meshes, thickness uint16
    micrometres, each base64 of little-endian bytes. `faces` are the triangles that close the wall where it is cut open.
    """
    low, high = _bounds(phases)
    centre = (low + high) / 2
    step = max((high - low).max() / 2, 1e-6) / 32_767
    half = len(phases[0].surface.triangles) // 2
    meshes = {}
    for phase in phases:
        for source, surface in (("labelled", phase.surface), ("model", phase.reconstruction)):
            meshes[f"{phase.key}-{source}"] = {
                "points": packed(np.round((surface.points - centre) / step), "<i2"),
                "thickness_um": packed(
                    micrometres(surface.point_data["wall_thickness_mm"], len(surface.points)), "<u2"
                ),
            }
    triangles = phases[0].surface.triangles
    return {
        "centre_mm": centre.round(4).tolist(),
        "step_mm": step,
        "extent_mm": _reach(phases, centre),
        "meshes": meshes,
        "endo": packed(triangles[:half], "<u2"),
        "epi": packed(triangles[half:], "<u2"),
        "faces": packed(cut_faces(), "<u2"),
        "rim": packed(rim_faces(), "<u2"),
        "scales": [scale_data(scale)],
        "colours": packed(colour_table(), "u1"),
        "ring": [round(255 * value) for value in RING],
        "views": {view.key: view.rotation.tolist() for view in VIEWS},
    }


def still_pictures(
    phases: Sequence[PhaseView], ends_mm: tuple[float, float], size_px: int = 360
) -> list[tuple[str, str]]:
    """Caption and `data:` address of pictures of each phase as labelled and as reconstructed."""
    frame = PictureFrame.around([s for phase in phases for s in (phase.surface, phase.reconstruction)])
    found = []
    for phase in phases:
        for source, surface in ((_("as labelled"), phase.surface), (_("model"), phase.reconstruction)):
            picture = heart_picture(surface, frame, size_px, ends_mm)
            found.append((f"{_(phase.label)}, {source}", webp_uri(picture)))
    return found


def _bounds(phases: Sequence[PhaseView]) -> tuple[np.ndarray, np.ndarray]:
    points = np.concatenate([s.points for phase in phases for s in (phase.surface, phase.reconstruction)])
    return points.min(axis=0), points.max(axis=0)


def _reach(phases: Sequence[PhaseView], centre: np.ndarray) -> float:
    """Largest distance in mm of a point from `centre`, which is in view for every rotation of the heart."""
    surfaces = [s for phase in phases for s in (phase.surface, phase.reconstruction)]
    return round(max(float(np.linalg.norm(s.points - centre, axis=1).max()) for s in surfaces), 3)
