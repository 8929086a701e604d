"""Which surfaces of a heart are visible, what they are coloured by and over which range."""

from __future__ import annotations

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART, PHASES
from GenerativeModelsScene.heart.case_nodes import HeartNodes
from GenerativeModelsScene.heart.colours import (
    COMPARE_MM,
    DISTANCE,
    SCALARS,
    fitted_thickness,
    set_ends,
    thickness_colours,
    thickness_ends,
)
from GenerativeModelsScene.heart.distance import distances_of
from GenerativeModelsScene.nodes.colours import colour_model, show_legend
from GenerativeModelsScene.nodes.diverging import show_diverging_colours, symmetric_range
from GenerativeModelsScene.nodes.legends import move_legend
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = [
    "RANGE",
    "RANGES",
    "SHOWN",
    "colour_by",
    "set_patient_visible",
    "set_thickness_range",
    "show_surfaces",
    "surfaces_on_show",
    "thickness_range",
]

SHOWN = {
    "patient": ("ed.vtp", "es.vtp"),
    "model": ("ed_reconstruction.vtp", "es_reconstruction.vtp"),
    "both": tuple(mesh.file for mesh in HEART.meshes),
    "distance": ("ed.vtp", "es.vtp"),
}
"""Which meshes a view shows: the labelled surfaces, the reconstructions of the model, both, or the labelled surfaces
coloured by their distance to the model's."""
RANGES = ("fit", "compare")
RANGE = "GenerativeModels.Range"
"""Attribute of the result's node: which of `RANGES` holds; none after `set_thickness_range`."""
_HIDDEN = "GenerativeModels.Hidden"
"""Attribute of a model that `set_patient_visible` has hidden."""
TRANSLUCENT = 0.35
OUTLINE_WIDTH = 2
_DISTANCE_COLOURS, _DISTANCE_LEGEND = "colours.distance", "legend.distance"


def show_surfaces(nodes: HeartNodes, of: str, phase: str) -> None:
    """Show the surfaces of one phase and hide the others; slice views show the outline of the patient's.

    Parameters
    ----------
    of
        A key of `SHOWN`. Of both, the model is drawn translucent. The distance is that of the patient's surface to the
        model's in mm, positive where the patient lies outside, and is computed when it is first asked for.
    phase
        "ed" or "es".

    Raises
    ------
    InputError
        The scene holds no such surface; nothing is changed.
    """
    models = nodes.models
    shown = [file for file in SHOWN[of] if file.startswith(phase) and file in models]
    if not shown or (of == "distance" and f"{phase}_reconstruction.vtp" not in models):
        raise InputError(
            f"The scene holds no surface of this heart at {PHASES[phase].lower()} to show as '{of}': choose the other "
            "phase, or analyse the heart again."
        )
    store = nodes.store
    _colour_by_thickness(models, store, _scalars(models))
    if of == "distance":
        _colour_by_distance(models, store, nodes.title)
    for file, model in models.items():
        display = model.GetDisplayNode()
        modifying = display.StartModify()
        display.SetVisibility(file in shown)
        model.RemoveAttribute(_HIDDEN)
        display.SetVisibility2D(file in shown and file in SHOWN["patient"])
        display.SetSliceIntersectionThickness(OUTLINE_WIDTH)
        display.SetOpacity(TRANSLUCENT if of == "both" and file in SHOWN["model"] else 1.0)
        display.EndModify(modifying)
    _place_legends(nodes, store, models[shown[0]], distance=of == "distance")


def surfaces_on_show(nodes: HeartNodes) -> tuple[str, str] | None:
    """What `show_surfaces` was last asked for, by what is visible; None when no surface of the heart is."""
    visible = {file: model for file, model in nodes.models.items() if model.GetDisplayNode().GetVisibility()}
    if not visible:
        return None
    phase = next(phase for phase in PHASES for file in visible if file.startswith(phase))
    if any(model.GetDisplayNode().GetActiveScalarName() == DISTANCE for model in visible.values()):
        return "distance", phase
    kinds = [kind for kind in ("patient", "model") if any(file in visible for file in SHOWN[kind])]
    return "both" if len(kinds) > 1 else kinds[0], phase


def set_patient_visible(nodes: HeartNodes, visible: bool) -> None:
    """Hide the surfaces of a heart, or show those that this has hidden."""
    for model in nodes.models.values():
        display = model.GetDisplayNode()
        if not visible and display.GetVisibility():
            display.SetVisibility(False)
            model.SetAttribute(_HIDDEN, "yes")
        elif visible and model.GetAttribute(_HIDDEN):
            display.SetVisibility(True)
        if visible:
            model.RemoveAttribute(_HIDDEN)


def set_thickness_range(nodes: HeartNodes, low_mm: float, high_mm: float) -> None:
    """Set the range of the wall thickness colours of all surfaces of a heart, in mm; the legend follows.

    Raises
    ------
    InputError
        Unless 0 <= low < high.
    """
    set_ends(nodes.store, (low_mm, high_mm))
    if nodes.case.result is not None:
        nodes.case.result.RemoveAttribute(RANGE)


def thickness_range(nodes: HeartNodes, how: str) -> tuple[float, float]:
    """Set the range of the wall thickness colours and return it, in mm.

    Parameters
    ----------
    how
        "fit": to the patient's surfaces of all phases; "compare": the same for all hearts.
    """
    patient = [model for file, model in nodes.models.items() if file in SHOWN["patient"]]
    ends = fitted_thickness(patient) if how == "fit" else COMPARE_MM
    set_thickness_range(nodes, *ends)
    if nodes.case.result is not None:
        nodes.case.result.SetAttribute(RANGE, how)
    return ends


def colour_by(nodes: HeartNodes, what: str) -> None:
    """Colour the surfaces by the wall thickness at each point or by its mean in each of the 17 segments, on one scale.

    Surfaces that show the distance to the model keep it, and have the new colours afterwards.

    Parameters
    ----------
    what
        A key of `heart.colours.SCALARS`: "thickness" or "segments".
    """
    models, store = nodes.models, nodes.store
    distance = any(model.GetDisplayNode().GetActiveScalarName() == DISTANCE for model in models.values())
    _colour_by_thickness(models, store, SCALARS[what])
    if distance:
        _colour_by_distance(models, store, nodes.title)


def _colour_by_thickness(models: dict[str, slicer.vtkMRMLModelNode], store: NodeStore, scalars: str) -> None:
    ends, colours = thickness_ends(store), thickness_colours(store, store.key)
    for model in models.values():
        colour_model(model, colours, scalars, ends, made=False)
        model.GetDisplayNode().SetScalarRange(*ends)


def _colour_by_distance(models: dict[str, slicer.vtkMRMLModelNode], store: NodeStore, title: str) -> None:
    pairs = [
        (models[own], models[other])
        for own, other in zip(SHOWN["patient"], SHOWN["model"], strict=True)
        if own in models and other in models
    ]
    ends = symmetric_range(np.concatenate([distances_of(*pair) for pair in pairs]))
    colours = show_diverging_colours(store, f"{title} distance colours", _DISTANCE_COLOURS)
    for model, _ in pairs:
        colour_model(model, colours, DISTANCE, ends, made=False)
        model.GetDisplayNode().SetScalarRange(*ends)


def _scalars(models: dict[str, slicer.vtkMRMLModelNode]) -> str:
    """What the surfaces are coloured by, or were before they showed the distance, which the model's never do."""
    names = {model.GetDisplayNode().GetActiveScalarName() for model in models.values()}
    return next((name for name in SCALARS.values() if name in names), SCALARS["thickness"])


def _place_legends(nodes: HeartNodes, store: NodeStore, model: slicer.vtkMRMLModelNode, *, distance: bool) -> None:
    """The legend of what `model` is coloured by stands beside it, and the other one goes."""
    for legend in nodes.case.legends.values():
        legend.SetVisibility(not distance)
        if not distance:
            move_legend(legend, model)
    if distance:
        name = f"{nodes.title} distance legend"
        legend = show_legend(store, model, name, "Distance to the model (mm)", role=_DISTANCE_LEGEND)
        move_legend(legend, model)
    elif store.get(_DISTANCE_LEGEND) is not None:
        store.get(_DISTANCE_LEGEND).SetVisibility(False)
