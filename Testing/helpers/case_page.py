"""Content of the page that an anatomy gets without a report of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.page.case_page import CasePage, MeshView, Notice, Row
from GenerativeModelsLib.page.colour_scale import Scale
from Testing.helpers.shapes import lump

__all__ = ["HEIGHT", "SHARE", "a_mesh", "a_page"]

HEIGHT = Scale("Height", "mm", 0.0, 40.0)
SHARE = Scale("Share", "%", -0.5, 0.5)


def a_mesh(label: str = "Lump", scale: Scale | None = HEIGHT, gap: bool = False) -> MeshView:
    """A lump coloured by its height, at one point unknown."""
    surface = lump()
    values = surface.points[:, 2] - surface.points[:, 2].min()
    values[0] = np.nan if gap else values[0]
    return MeshView(label, surface.points, surface.triangles, None if scale is None else values, scale)


def a_page(**changes) -> CasePage:
    """A page with all that a page can have."""
    given = CasePage(
        kind="Lump",
        title="Case 7",
        created="2026-01-01 10:00 UTC",
        table="Sizes",
        rows=[Row("Volume", "12.0 ml", "11.0 to 13.0", "55"), Row("Length", "–")],
        verdict=("unusual", "unusual for the model"),
        notices=[Notice("It is cut off."), Notice("It is no lump.", "Do not rely on this result", serious=True)],
        notes=["A line."],
        meshes=[a_mesh()],
        facts=[("Model", "lumps 1.0"), ("Device", "cpu, seed 0")],
    )
    return replace(given, **changes)
