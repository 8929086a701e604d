"""A finished case of any anatomy as nodes: its meshes as the anatomy's record describes them, its result and report."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import slicer

from GenerativeModelsLib.anatomy.codes import LabelMapFile
from GenerativeModelsLib.anatomy.record import Anatomy, Mesh
from GenerativeModelsLib.defaults.case import read_case
from GenerativeModelsScene.nodes.colours import colour_model, plain_look, show_colours, show_legend
from GenerativeModelsScene.nodes.hierarchy import find_folder, show_folder
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import CASE, NodeStore, nodes_of_case
from GenerativeModelsScene.nodes.texts import show_bytes, show_text

__all__ = ["CaseNodes", "find_case_nodes", "hide_other_cases", "scale_role", "show_case_of"]


@dataclass(frozen=True)
class CaseNodes:
    """The nodes of one case; what the case has not or the user deleted is absent or None.

    Attributes
    ----------
    key
        What the case is found by.
    models
        File name of a mesh -> vtkMRMLModelNode.
    legends
        File name of a mesh -> vtkMRMLColorLegendDisplayNode; meshes of one scale share theirs.
    label_maps
        File name of a label map -> vtkMRMLTextNode with the content of the file, see `texts.bytes_of`.
    result, report
        vtkMRMLTextNode with the content of result.json and report.html.
    folder_item
        ID of the case's folder in the subject hierarchy, 0 when there is none.
    """

    key: str
    models: dict[str, slicer.vtkMRMLModelNode] = field(default_factory=dict)
    legends: dict[str, slicer.vtkMRMLColorLegendDisplayNode] = field(default_factory=dict)
    label_maps: dict[str, slicer.vtkMRMLTextNode] = field(default_factory=dict)
    result: slicer.vtkMRMLTextNode | None = None
    report: slicer.vtkMRMLTextNode | None = None
    folder_item: int = 0


def show_case_of(anatomy: Anatomy, scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> CaseNodes:
    """Show a finished case in `scene`; the nodes of a case of the same key are brought up to date instead.

    The first mesh is shown, the others are hidden at first, since they may lie in one place; afterwards that is the
    user's to choose.

    Parameters
    ----------
    folder
        Of the case, as the command line writes it.
    key
        What names the case in the scene.
    title
        Name of the folder in the subject hierarchy, and first part of the names of all nodes.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    case = read_case(anatomy, folder)
    store = NodeStore(scene, key)
    for mesh in anatomy.meshes:
        surface = case.meshes.get(mesh.file)
        if surface is None:  # an earlier run had it
            store.drop(_role(mesh))
            continue
        model, made = show_model(store, surface, f"{title} {mesh.label}", _role(mesh))
        _colour(store, anatomy, mesh, model, title, made=made)
        if made:
            model.GetDisplayNode().SetVisibility(mesh.file == next(iter(case.meshes)))
    _show_legends(store, anatomy, title)
    for entry in anatomy.label_maps:
        role, path = _labels_role(entry), case.folder / entry.file
        if path.is_file():
            show_bytes(store, role, path, f"{title} {entry.label} label map file")
        else:  # an earlier run had it
            store.drop(role)
    show_text(store, "result", case.folder / "result.json", title)
    show_text(store, "report", case.report, title)
    show_folder(store, title)
    return find_case_nodes(anatomy, scene, key)


def find_case_nodes(anatomy: Anatomy, scene: slicer.vtkMRMLScene, key: str) -> CaseNodes | None:
    """The nodes of the case `key` in `scene`, also after it was saved and loaded; None when there are none."""
    store = NodeStore(scene, key)
    if not store:
        return None
    models = {mesh.file: store.get(_role(mesh)) for mesh in anatomy.meshes}
    legends = {mesh.file: store.get(scale_role("legend", anatomy, mesh)) for mesh in anatomy.meshes if mesh.scalars}
    label_maps = {entry.file: store.get(_labels_role(entry)) for entry in anatomy.label_maps}
    return CaseNodes(
        key,
        {file: node for file, node in models.items() if node is not None},
        {file: node for file, node in legends.items() if node is not None and models[file] is not None},
        {file: node for file, node in label_maps.items() if node is not None},
        store.get("result"),
        store.get("report"),
        find_folder(store),
    )


def hide_other_cases(scene: slicer.vtkMRMLScene, key: str) -> None:
    """Hide models and legends of all cases but `key`, of whatever anatomy: two bodies would stand in one place."""
    own = {node.GetID() for node in nodes_of_case(scene, key)}
    for index in range(scene.GetNumberOfNodes()):
        node = scene.GetNthNode(index)
        if node.GetAttribute(CASE) is None or node.GetID() in own:
            continue
        if node.IsA("vtkMRMLColorLegendDisplayNode"):
            node.SetVisibility(False)
        elif node.IsA("vtkMRMLModelNode") and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(False)


def _role(mesh: Mesh) -> str:
    return f"model.{mesh.file}"


def _labels_role(entry: LabelMapFile) -> str:
    return f"labels.{entry.name}"


def _scales(anatomy: Anatomy) -> list[tuple]:
    """The scales of the meshes, each once; a scale has one colour node and one legend."""
    return list(dict.fromkeys(mesh.scale for mesh in anatomy.meshes if mesh.scalars))


def scale_role(kind: str, anatomy: Anatomy, mesh: Mesh) -> str:
    """Role of the "colours" or the "legend" of the scale that a mesh is coloured by."""
    return f"{kind}.{_scales(anatomy).index(mesh.scale)}"


def _words(mesh: Mesh) -> str:
    return mesh.scalars_label or mesh.scalars


def _colour(
    store: NodeStore, anatomy: Anatomy, mesh: Mesh, model: slicer.vtkMRMLModelNode, title: str, *, made: bool
) -> None:
    """Colour a model by the scalars of its mesh, or plainly where it has none."""
    if mesh.scalars:
        role, name = scale_role("colours", anatomy, mesh), f"{title} {_words(mesh).lower()} colours"
        colours = show_colours(store, name, mesh.colour_range, role)
        colour_model(model, colours, mesh.scalars, mesh.colour_range, made=made)
    elif made:
        plain_look(model.GetDisplayNode())


def _show_legends(store: NodeStore, anatomy: Anatomy, title: str) -> None:
    """A legend for each scale, beside the first model that has it; colours of no model go."""
    for number, scale in enumerate(_scales(anatomy)):
        coloured = [mesh for mesh in anatomy.meshes if mesh.scale == scale and store.get(_role(mesh)) is not None]
        if coloured:
            name, words = f"{title} {_words(coloured[0]).lower()} legend", f"{_words(coloured[0])} ({coloured[0].unit})"
            show_legend(store, store.get(_role(coloured[0])), name, words, role=f"legend.{number}")
        else:
            store.drop(f"colours.{number}")
