"""Legends of colours that several models share."""

from __future__ import annotations

import slicer

__all__ = ["move_legend"]


def move_legend(legend: slicer.vtkMRMLColorLegendDisplayNode, model: slicer.vtkMRMLModelNode) -> None:
    """Let `legend` stand beside `model`: a view shows a legend only while the display it belongs to is visible."""
    scene = legend.GetScene()
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLModelNode")):
        other = scene.GetNthNodeByClass(index, "vtkMRMLModelNode")
        for number in reversed(range(other.GetNumberOfDisplayNodes())):
            if other is not model and other.GetNthDisplayNodeID(number) == legend.GetID():
                other.RemoveNthDisplayNodeID(number)
    legend.SetAndObservePrimaryDisplayNode(model.GetDisplayNode())
    if not model.HasNodeReferenceID(model.GetDisplayNodeReferenceRole(), legend.GetID()):
        model.AddAndObserveDisplayNodeID(legend.GetID())
    legend.Modified()  # views look for the legend's model only when the legend changes
