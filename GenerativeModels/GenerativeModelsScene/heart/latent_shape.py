"""The shape of a point of the latent space, redrawn as the point moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import PHASES, THICKNESS_RANGE_MM
from GenerativeModelsScene.nodes.colours import colour_model, show_colours
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["hide_latent_shape", "show_latent_shape"]

_SCALARS = "wall_thickness_mm"


def show_latent_shape(
    scene: slicer.vtkMRMLScene,
    answer: dict[str, Any],
    *,
    key: str,
    title: str,
    phase: str = "ed",
    to_patient: np.ndarray | None = None,
) -> dict[str, slicer.vtkMRMLModelNode]:
    """Show the surfaces of a `shape_at` answer; the models of the same key are updated in place.

    Parameters
    ----------
    answer
        Of the query `shape_at` of the heart (`heart.case.queries`): `surfaces` by phase in mm of the heart frame.
    key
        What names the explored shape in the scene.
    title
        First part of the names of the nodes.
    phase
        "ed" or "es": the visible one.
    to_patient
        (4, 4) heart frame -> LPS mm of the patient, so that the shape lies where the patient's heart does; None = the
        heart frame.

    Returns
    -------
    The model nodes by phase.
    """
    store = NodeStore(scene, key)
    colours = show_colours(store, f"{title} wall thickness colours", (0.0, THICKNESS_RANGE_MM), "latent.colours")
    models = {}
    for name in PHASES:
        arrays = dict(answer["surfaces"][name])
        surface = Surface(arrays.pop("points"), arrays.pop("triangles"), arrays)
        if to_patient is not None:
            surface = surface.transformed(to_patient)
        model, made = show_model(store, surface, f"{title} {PHASES[name].lower()}", f"latent.{name}")
        colour_model(model, colours, _SCALARS, (0.0, THICKNESS_RANGE_MM), made=made)
        model.GetDisplayNode().SetVisibility(name == phase)
        models[name] = model
    return models


def hide_latent_shape(scene: slicer.vtkMRMLScene, key: str) -> None:
    """Remove the explored shape from the scene."""
    store = NodeStore(scene, key)
    for role in ("latent.ed", "latent.es", "latent.colours"):
        store.drop(role)
