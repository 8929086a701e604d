"""The page of a case from plain content: its numbers, its meshes in 3D, what it was made with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.page.colour_scale import GRADIENT, Scale, scale_data
from GenerativeModelsLib.page.colours import PLAIN, colour_table
from GenerativeModelsLib.page.files import page_part, page_template, write_page
from GenerativeModelsLib.page.meshes import View, packed, shaded_picture, value_colours, webp_uri
from GenerativeModelsLib.page.print_edges import print_edges

__all__ = ["CasePage", "MeshView", "Notice", "Row", "render", "write_case_page"]

VIEWS = (
    View("left", N_("Left"), (0, 1, 0), (0, 0, 1), N_("Look from the left")),
    View("front", N_("Front"), (1, 0, 0), (0, 0, 1), N_("Look from the front")),
    View("right", N_("Right"), (0, -1, 0), (0, 0, 1), N_("Look from the right")),
    View("back", N_("Back"), (-1, 0, 0), (0, 0, 1), N_("Look from the back")),
    View("top", N_("Top"), (-1, 0, 0), (0, -1, 0), N_("Look from the top")),
    View("below", N_("Below"), (1, 0, 0), (0, -1, 0), N_("Look from below")),
)
"""Sides of a mesh in LPS."""
LETTERS = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
STILL_PX = 360


@dataclass(frozen=True)
class Notice:
    """A line at the top of the page.

    Attributes
    ----------
    text
        A sentence.
    heading
        What it begins with, in bold.
    serious
        Whether the result must not be relied upon.
    """

    text: str
    heading: str = N_("Caution")
    serious: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the table, as printed; `interval`, `percentile` and `z_score` are "" where the case has none."""

    label: str
    value: str
    interval: str = ""
    percentile: str = ""
    z_score: str = ""


@dataclass(frozen=True, eq=False)
class MeshView:
    """A mesh to look at.

    Attributes
    ----------
    label
        "End diastole".
    points, triangles
        (N, 3) LPS mm and (M, 3).
    values, scale
        (N,) by which it is coloured, NaN where not known, and what the colours mean; both None = plain.
    """

    label: str
    points: np.ndarray
    triangles: np.ndarray
    values: np.ndarray | None = None
    scale: Scale | None = None

    @property
    def has_gaps(self) -> bool:
        """Whether a value is not known."""
        return self.values is not None and not bool(np.isfinite(self.values).all())


@dataclass(frozen=True, eq=False)
class CasePage:
    """The content of a page.

    Attributes
    ----------
    kind, title
        What it is a page of, and the name of the case.
    created
        Date and time.
    verdict
        How usual the input is for the model, "typical", "unusual" or "outside", and in words; None = not judged.
    grey
        Whether the lines of the table are not to be relied upon.
    notices
        In their order.
    table, rows
        Title and lines of the table.
    notes
        Lines below the table.
    meshes
        One is shown at a time.
    pictures
        Caption, `data:` address, width and height in pixels.
    facts
        Name and text of what is needed to reproduce the case.
    identity
        Label and text of case ID, examination date and so on.
    """

    kind: str
    title: str
    created: str
    table: str
    rows: Sequence[Row]
    verdict: tuple[str, str] | None = None
    grey: bool = False
    notices: Sequence[Notice] = ()
    notes: Sequence[str] = ()
    meshes: Sequence[MeshView] = ()
    pictures: Sequence[tuple[str, str, int, int]] = ()
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    identity: Sequence[tuple[str, str]] = ()


def write_case_page(content: CasePage, path: str | os.PathLike) -> Path:
    """Write the page as a self-contained HTML file that appears whole or not at all; returns its path.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    return write_page(render(content), path)


def render(content: CasePage) -> str:
    """The page as text: inline style, script, pictures and data; nothing is loaded from elsewhere."""
    from markupsafe import Markup

    return _template().render(
        c=content,
        stills=_stills(content.meshes) if content.meshes else [],
        scales=_scales(content.meshes),
        views=VIEWS,
        letters=LETTERS,
        scene=_scene(content.meshes) if content.meshes else None,
        gradient=GRADIENT,
        style=Markup(
            page_part("page.css")
            + page_part("case_page.css")
            + print_edges(content.kind, content.title, content.identity)
        ),
        script=Markup(page_part("mesh_view.js") + page_part("case_page.js")),
    )


def _scene(meshes: Sequence[MeshView]) -> dict:
    """What `case_page.js` reads, ready for JSON.

    Positions are int16 steps of `step_mm` about the middle of all meshes, values float32, each base64 of little-endian
    bytes. Triangles are uint16, or uint32 for a mesh of more points.
    """
    centre, reach = _room(meshes)
    step = reach / 32_767
    scales = [scale for scale, _ in _scales(meshes)]
    return {
        "step_mm": step,
        "extent_mm": reach,
        "meshes": [_packed(mesh, centre, step, scales) for mesh in meshes],
        "scales": [scale_data(scale) for scale in scales],
        "colours": packed(colour_table(), "u1"),
        "plain": [round(255 * value) for value in PLAIN],
        "views": {view.key: view.rotation.tolist() for view in VIEWS},
        "letters": LETTERS,
    }


def _packed(mesh: MeshView, centre: np.ndarray, step: float, scales: Sequence[Scale]) -> dict:
    wide = len(mesh.points) > 65_536
    return {
        "points": packed(np.round((mesh.points - centre) / step), "<i2"),
        "triangles": packed(mesh.triangles, "<u4" if wide else "<u2"),
        "wide": wide,
        "values": None if mesh.values is None else packed(mesh.values, "<f4"),
        "scale": None if mesh.scale is None else scales.index(mesh.scale),
    }


def _scales(meshes: Sequence[MeshView]) -> list[tuple[Scale, bool]]:
    """The scales of the meshes, each once, and whether a mesh of that scale has points of unknown value."""
    scales = list(dict.fromkeys(mesh.scale for mesh in meshes if mesh.scale is not None))
    return [(scale, any(mesh.has_gaps for mesh in meshes if mesh.scale == scale)) for scale in scales]


def _room(meshes: Sequence[MeshView]) -> tuple[np.ndarray, float]:
    """The middle of all meshes, and the largest distance of a point from it in mm."""
    points = np.concatenate([mesh.points for mesh in meshes])
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    return centre, max(float(np.linalg.norm(points - centre, axis=1).max()), 1e-6)


def _stills(meshes: Sequence[MeshView]) -> list[tuple[str, str]]:
    """Caption and `data:` address of pictures: four sides of a single mesh, one side of each of several."""
    centre, reach = _room(meshes)
    sides = VIEWS[:4] if len(meshes) == 1 else VIEWS[1:2]
    found = []
    for mesh in meshes:
        colours = np.tile(PLAIN, (len(mesh.points), 1))
        if mesh.values is not None and mesh.scale is not None:
            colours = value_colours(mesh.values, len(mesh.points), mesh.scale.ends, PLAIN)
        for side in sides:
            picture = shaded_picture(
                mesh.points - centre, mesh.triangles, colours, side.rotation, 1.05 * reach, STILL_PX, both_sides=True
            )
            caption = _(side.label) if len(meshes) == 1 else mesh.label
            found.append((caption, webp_uri(picture)))
    return found


@lru_cache(maxsize=1)
def _template():
    return page_template("case_page.html.j2")
