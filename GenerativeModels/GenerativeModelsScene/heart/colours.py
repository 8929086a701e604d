"""What the colours on a heart mean: its wall thickness over one range in mm, at points or as means of segments."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.heart.anatomy import HEART, THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.shape.surfaces import thickness_figures
from GenerativeModelsLib.page.colours import fitted_range
from GenerativeModelsScene.nodes.case import scale_role
from GenerativeModelsScene.nodes.colours import set_unknown_colour, show_colours
from GenerativeModelsScene.nodes.models import set_array
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = [
    "COMPARE_MM",
    "DISTANCE",
    "EXPLORED",
    "FOLDERS",
    "SCALARS",
    "drop_unused_colours",
    "fitted_thickness",
    "segment_array",
    "set_ends",
    "thickness_colours",
    "thickness_ends",
]

SCALARS = {"thickness": "wall_thickness_mm", "segments": "aha_thickness_mm"}
"""What a heart is coloured by -> point array."""
DISTANCE = "model_distance_mm"
COMPARE_MM = (0.0, THICKNESS_RANGE_MM)
"""Range of the colours, the same for all hearts."""
FOLDERS = {"Latent space": ("latent.", "walk."), "Cardiac cycle": ("cycle.", "cavity.")}
"""Folders within that of a case, and what the roles of their nodes begin with."""
EXPLORED = ("latent.model.", "walk.model", "cycle.model")
"""What the roles of explored shapes begin with."""
SHOWN = ("model.", *EXPLORED)
"""What the roles of models coloured by wall thickness begin with."""


def thickness_colours(store: NodeStore, title: str) -> slicer.vtkMRMLProceduralColorNode:
    """The colour node of wall thickness of a case, made where the store holds no case."""
    role = scale_role("colours", HEART, HEART.meshes[0])
    colours = store.get(role)
    if colours is None:
        return show_colours(store, f"{title} wall thickness colours", COMPARE_MM, role)
    set_unknown_colour(colours)
    return colours


def drop_unused_colours(store: NodeStore) -> None:
    """Remove the colour node of wall thickness where the key has no models any more."""
    if not any(store.roles(prefix) for prefix in SHOWN):
        store.drop(scale_role("colours", HEART, HEART.meshes[0]))


def thickness_ends(store: NodeStore) -> tuple[float, float]:
    """The range in mm that the models of a key are coloured over; `COMPARE_MM` where there is none."""
    ranges = (display.GetScalarRange() for display in _displays(store) if _by_thickness(display))
    return next(ranges, COMPARE_MM)


def set_ends(store: NodeStore, ends: tuple[float, float]) -> None:
    """Colour all models of a key over this range in mm.

    Raises
    ------
    InputError
        Unless 0 <= low < high.
    """
    low, high = ends
    if not (np.isfinite(ends).all() and 0 <= low < high):
        raise InputError(
            f"The range of the wall thickness colours is {low:g} to {high:g} mm, expected two lengths, the lower one 0 "
            "or more and the upper one above it."
        )
    for display in _displays(store):
        if _by_thickness(display):
            display.SetScalarRange(low, high)


def fitted_thickness(models: Iterable[slicer.vtkMRMLModelNode]) -> tuple[float, float]:
    """The range in mm that fits the wall thickness of the models; `COMPARE_MM` where none is known."""
    found = [
        vtk_to_numpy(model.GetPolyData().GetPointData().GetArray(SCALARS["thickness"]))
        for model in models
        if model.GetPolyData() is not None and model.GetPolyData().GetPointData().HasArray(SCALARS["thickness"])
    ]
    values = np.concatenate(found) if found else np.full(1, np.nan)
    return fitted_range(values, HEART.meshes[0].fit_step) if np.isfinite(values).any() else COMPARE_MM


def segment_array(model: slicer.vtkMRMLModelNode) -> None:
    """Give a model the point array `SCALARS["segments"]`: the mean wall thickness of each point's segment in mm.

    Points above the base, of segment 0, have NaN.
    """
    surface = from_polydata(model.GetPolyData())
    means = np.concatenate([[np.nan], thickness_figures(surface).aha17])
    segments = surface.point_data["aha_segment"].astype(int)
    set_array(model, SCALARS["segments"], means[segments])


def _displays(store: NodeStore) -> list[slicer.vtkMRMLModelDisplayNode]:
    models = (store.get(role) for prefix in SHOWN for role in store.roles(prefix))
    return [model.GetDisplayNode() for model in models if model.GetDisplayNode() is not None]


def _by_thickness(display: slicer.vtkMRMLModelDisplayNode) -> bool:
    return display.GetActiveScalarName() in SCALARS.values()
