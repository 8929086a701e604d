"""A finished case -> nodes of a scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.growth.words import chart_in
from GenerativeModelsLib.skull.report.assemble import biometry_rows
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.colours import colour_model, show_colours, show_legend
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.isolines import update_isolines
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore, require_open
from GenerativeModelsScene.nodes.texts import show_text
from GenerativeModelsScene.nodes.volumes import show_label_map, show_uncertainty
from GenerativeModelsScene.skull.case_nodes import SkullNodes, case_key, find_case, show_alone
from GenerativeModelsScene.skull.charts import drop_chart, show_chart
from GenerativeModelsScene.skull.colours import (
    ENDS,
    LEGEND_TITLE,
    LINES,
    SCALARS,
    is_fitted,
    set_lines_visible,
    set_uncertainty_range,
    uncertainty_range,
)
from GenerativeModelsScene.skull.imagined import ROLE, show_imagined
from GenerativeModelsScene.skull.placement import (
    has_axial_position,
    set_on_axial_image,
    show_placement,
)
from GenerativeModelsScene.skull.planes_3d import (
    planes_visible,
    set_outlines_visible,
    set_planes_visible,
    show_band,
    show_outline,
    show_plane,
    show_plane_in_view,
    shown_planes,
    turn_view,
)
from GenerativeModelsScene.skull.segmentation import show_segmentation
from GenerativeModelsScene.skull.table import show_table

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import PlacedPlane, SkullCase
    from GenerativeModelsScene.skull.planes import PlaneInput

__all__ = [
    "SkullNodes",
    "case_key",
    "find_case",
    "has_axial_position",
    "planes_visible",
    "set_lines_visible",
    "set_on_axial_image",
    "set_outlines_visible",
    "set_planes_visible",
    "set_uncertainty_range",
    "show_alone",
    "show_case",
    "show_case_steps",
    "show_folder_of_case",
    "show_plane_in_view",
    "uncertainty_range",
]

_FOLDERS = {
    "Planes": ("plane.", "outline.", "band."),
    "Imagined planes, not observed": (ROLE,),
    "Growth charts": ("chart",),
}
"""Folders within that of a case, and what the roles of their nodes begin with."""


def show_case(
    scene: slicer.vtkMRMLScene,
    case: SkullCase,
    *,
    inputs: Mapping[str, PlaneInput] | None = None,
    key: str,
    title: str,
) -> SkullNodes:
    """Show a finished case in `scene`; a case of the same key that is there is brought up to date instead.

    Parameters
    ----------
    scene
        Where the nodes go.
    case
        The case folder, read back.
    inputs
        The planes as the scene had them: with an axial image that has a position the skull is laid onto it.
    key
        What names the case in the scene, such as `case_key` of the axial image's node.
    title
        Name of the folder in the subject hierarchy, and first part of the names of all nodes.

    Raises
    ------
    InputError
        The scene was closed meanwhile; a file of the case cannot be read.
    """
    steps = show_case_steps(scene, case, inputs=inputs, key=key, title=title)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def show_folder_of_case(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> SkullNodes:
    """`show_case` of a case folder that is not read yet."""
    return show_case(scene, read_case(folder), key=key, title=title)


def show_case_steps(
    scene: slicer.vtkMRMLScene,
    case: SkullCase,
    *,
    inputs: Mapping[str, PlaneInput] | None = None,
    key: str,
    title: str,
) -> Iterator[str]:
    """`show_case` in short steps, for an interface that must not freeze: yields what was shown just now.

    The generator's return value is the `SkullNodes`. Between two steps the scene may change in any way; when it was
    closed, the next step raises `InputError` and touches nothing.
    """
    store = NodeStore(scene, key)
    placement = show_placement(store, case, inputs, title)
    yield "placement"
    for name, step in _steps(store, case, title):
        require_open(placement, scene)
        step()
        yield name
    require_open(placement, scene)
    return SkullNodes.from_store(store)


def _steps(store: NodeStore, case: SkullCase, title: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Name and work of every step after the first."""
    yield "skull", lambda: _show_skull(store, case, title)
    for name in PLANES:
        yield f"{name} plane", lambda name=name: _show_plane(store, case.planes.get(name), name, title)
    yield "imagined planes", lambda: [_place(store, node) for node in show_imagined(store, case.imagined, title)]
    yield "biometry", lambda: show_table(store, case.result, title)
    for row in biometry_rows(case.result):
        if row.chart in chart_in(case.result).curves:
            yield f"{row.name} chart", lambda row=row: show_chart(store, row, case.result, title)
        elif row.chart is not None:
            yield f"{row.name} chart", lambda row=row: drop_chart(store, row.chart)
    yield "uncertainty file", lambda: case.uncertainty
    yield (
        "uncertainty",
        lambda: _place(store, show_uncertainty(store, *case.uncertainty, _colours(store, title), _ends(store), title)),
    )
    yield "label map file", lambda: case.label_map
    yield "label map", lambda: _place(store, show_label_map(store, *case.label_map, title))
    yield "segmentation", lambda: _place(store, show_segmentation(store, case.surface, title))
    yield "result", lambda: show_text(store, "result", case.folder / "result.json", title)
    yield "report", lambda: show_text(store, "report", case.report, title)
    yield "folder", lambda: show_folder(store, title, _FOLDERS)
    yield "views", lambda: _turn_views(store)


def _show_skull(store: NodeStore, case: SkullCase, title: str) -> None:
    before = SkullNodes.from_store(store)
    follow = before.model is None or is_fitted(before)
    model, made = show_model(store, case.surface, f"{title} skull")
    known = case.has_uncertainty
    colour_model(model, _colours(store, title), SCALARS, ENDS, made=made, known=known)
    show_legend(store, model, f"{title} legend", LEGEND_TITLE, known=known)
    _place(store, model)
    nodes = SkullNodes.from_store(store)
    if follow:
        set_uncertainty_range(nodes, *uncertainty_range(nodes, "fit"))
    if known:
        update_isolines(store, model, LINES)
    else:
        store.drop(LINES)


def _ends(store: NodeStore) -> tuple[float, float]:
    """Range of the skull's colours in mm."""
    model = store.get("model")
    return model.GetDisplayNode().GetScalarRange() if model is not None and model.GetDisplayNode() else ENDS


def _colours(store: NodeStore, title: str) -> slicer.vtkMRMLProceduralColorNode:
    return show_colours(store, f"{title} uncertainty colours", ENDS)


def _show_plane(store: NodeStore, plane: PlacedPlane | None, name: str, title: str) -> None:
    if plane is None:  # an earlier run had it
        for role in ("plane", "outline", "band"):
            store.drop(f"{role}.{name}")
        return
    for node in (show_plane(store, plane, title), show_outline(store, plane, title), show_band(store, plane, title)):
        if node is not None:
            _place(store, node)


def _place(store: NodeStore, node: slicer.vtkMRMLTransformableNode) -> None:
    """Put `node` under the case's placement."""
    node.SetAndObserveTransformNodeID(store.get("placement").GetID())


def _turn_views(store: NodeStore) -> None:
    """Slice views that showed the planes of an earlier run show where they lie now."""
    nodes = SkullNodes.from_store(store)
    for name, view in shown_planes(store.scene, nodes):
        turn_view(view, nodes.planes[name])
