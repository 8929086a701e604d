"""The shape of a point of the latent space, redrawn in place as the point moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsScene.heart.colours import FOLDERS, SCALARS, drop_unused_colours, thickness_colours, thickness_ends
from GenerativeModelsScene.nodes.colours import colour_model, show_legend
from GenerativeModelsScene.nodes.diverging import show_diverging_colours, symmetric_range
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.legends import move_legend
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["DIFFERENCE", "hide_latent_shape", "show_latent_shape", "surface_of"]

DIFFERENCE = "wall_difference_mm"
_LEGENDS = {"thickness": "latent.legend", "difference": "latent.difference_legend"}
_COLOURS = "latent.difference_colours"


def show_latent_shape(
    scene: slicer.vtkMRMLScene,
    answer: dict[str, Any],
    *,
    key: str,
    title: str,
    phase: str = "ed",
    to_patient: np.ndarray | None = None,
) -> dict[str, slicer.vtkMRMLModelNode]:
    """Show the surfaces of an answer with shapes; the models of the same key are updated in place.

    Parameters
    ----------
    answer
        Of a query of the heart (`heart.case.queries`): `surfaces` by phase in mm of the heart frame. That of
        `difference` is coloured by it, any other by wall thickness.
    key
        What names the explored shape in the scene; that of a case, for a shape in its folder and colours.
    title
        First part of the names of the nodes.
    phase
        "ed" or "es": the visible one.
    to_patient
        (4, 4) heart frame -> LPS mm of the patient, so that the shape lies where the patient's heart does; None = the
        heart frame.

    Returns
    -------
    The model nodes by phase, of the phases that the answer has.
    """
    store = NodeStore(scene, key)
    surfaces = {name: surface_of(arrays, to_patient) for name, arrays in answer["surfaces"].items()}
    what = "difference" if all(DIFFERENCE in surface.point_data for surface in surfaces.values()) else "thickness"
    if what == "difference":
        scalars = DIFFERENCE
        colours = show_diverging_colours(store, f"{title} wall difference colours", _COLOURS)
        ends = symmetric_range(np.concatenate([surface.point_data[DIFFERENCE] for surface in surfaces.values()]))
    else:
        scalars, colours, ends = SCALARS["thickness"], thickness_colours(store, title), thickness_ends(store)
    models, new = {}, False
    for name, surface in surfaces.items():
        model, made = show_model(store, surface, f"{title} {PHASES[name].lower()}", f"latent.model.{name}")
        colour_model(model, colours, scalars, ends, made=made)
        model.GetDisplayNode().SetScalarRange(*ends)
        models[name], new = model, new or made
    for role in store.roles("latent.model."):
        store.get(role).GetDisplayNode().SetVisibility(role == f"latent.model.{phase}")
    _show_legends(store, models.get(phase, next(iter(models.values()))), what, title)
    if new:
        add_to_folder(store, title, FOLDERS)
    return models


def hide_latent_shape(scene: slicer.vtkMRMLScene, key: str) -> None:
    """Remove the explored shape from the scene."""
    store = NodeStore(scene, key)
    for role in (*store.roles("latent.model."), *_LEGENDS.values(), _COLOURS):
        store.drop(role)
    drop_unused_colours(store)


def surface_of(arrays: Mapping[str, np.ndarray], to_patient: np.ndarray | None = None) -> Surface:
    """A surface of an answer, moved by `to_patient` (4, 4)."""
    arrays = dict(arrays)
    surface = Surface(arrays.pop("points"), arrays.pop("triangles"), arrays)
    return surface if to_patient is None else surface.transformed(to_patient)


def _show_legends(store: NodeStore, model: slicer.vtkMRMLModelNode, what: str, title: str) -> None:
    words = {"thickness": "Wall thickness (mm)", "difference": "Hypertrophic minus healthy (mm)"}
    legend = show_legend(store, model, f"{title} {what} legend", words[what], role=_LEGENDS[what])
    legend.SetVisibility(True)
    if legend.GetPrimaryDisplayNode() is not model.GetDisplayNode() or legend.GetDisplayableNode() is not model:
        move_legend(legend, model)
    other = store.get(_LEGENDS["difference" if what == "thickness" else "thickness"])
    if other is not None:
        other.SetVisibility(False)
