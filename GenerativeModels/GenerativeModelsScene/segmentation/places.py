"""Places to look at as rings in slice views, and the violations of a check as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import slicer
import vtk

from GenerativeModelsLib.segmentation.case.read import FoundViolation
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table
from GenerativeModelsScene.segmentation.maps import nearest_slice

__all__ = ["VIOLATION_HEADS", "show_places", "show_violations", "violations_at"]

RING_MM = 6.0
"""Radius of a ring."""
RING_COLOUR = (1.0, 0.92, 0.23)
RING_WIDTH = 3
VIOLATION_HEADS = ("Frame", "Slice", "What")
_SIDES = 48


def show_places(store: NodeStore, places: Iterable[Sequence[float]], title: str) -> slicer.vtkMRMLModelNode:
    """Rings about places (LPS mm), in slice views alone; those shown before go.

    The model is of spheres, which a slice through their middle cuts in a ring.
    """
    joined = vtk.vtkAppendPolyData()
    joined.AddInputData(vtk.vtkPolyData())
    for x, y, z in places:
        sphere = vtk.vtkSphereSource()
        sphere.SetCenter(-x, -y, z)
        sphere.SetRadius(RING_MM)
        sphere.SetThetaResolution(_SIDES)
        sphere.SetPhiResolution(_SIDES)
        sphere.Update()
        joined.AddInputData(sphere.GetOutput())
    joined.Update()
    model, made = store.obtain("places", "vtkMRMLModelNode", f"{title} places")
    model.SetAndObservePolyData(joined.GetOutput())
    if made:
        model.CreateDefaultDisplayNodes()
        display = model.GetDisplayNode()
        display.SetColor(*RING_COLOUR)
        display.SetVisibility2D(True)
        display.SetVisibility3D(False)
        display.SetSliceIntersectionThickness(RING_WIDTH)
    return model


def violations_at(
    violations: Iterable[FoundViolation], maps: LabelMaps, frame: int, slice_: int
) -> list[FoundViolation]:
    """The violations of a slice of a frame; one of a whole frame belongs to the slice of its place."""
    return [
        found
        for found in violations
        if found.frame == frame and slice_ == (nearest_slice(maps, found.where) if found.slice is None else found.slice)
    ]


def show_violations(store: NodeStore, violations: Iterable[FoundViolation], title: str) -> slicer.vtkMRMLTableNode:
    """The violations as a table, a row each."""
    rows = [(str(found.frame), "–" if found.slice is None else str(found.slice), found.text) for found in violations]
    return show_text_table(store, "violations", f"{title} violations", VIOLATION_HEADS, rows)
