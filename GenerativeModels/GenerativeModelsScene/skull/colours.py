"""What the colours on the skull mean: the colour node in millimetres, the skull's colouring by it, the legend."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.report.content import COLOUR_RANGE_MM
from GenerativeModelsScene.nodes.store import NodeStore

if TYPE_CHECKING:
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

SCALARS = "uncertainty_mm"
LEGEND_TITLE = "Uncertainty (mm)"
LEGEND_SIZE, LEGEND_PLACE = (0.1, 0.4), (0.97, 0.04)
"""(height, width) and place, as shares of the view: low on its right, clear of the skull."""
BONE = (0.80, 0.77, 0.70)
"""Colour of a skull whose uncertainty is not known, the report's."""

_VIRIDIS = (
    "440154 46085c 471063 481769 481d6f 482475 472a7a 46307e 453781 433d84 414287 3f4889 3d4e8a "
    "3a538b 38598c 355e8d 33638d 31688e 2e6d8e 2c718e 2a768e 297b8e 27808e 25848e 23898e 218e8d "
    "20928c 1f978b 1e9c89 1fa188 21a585 24aa83 28ae80 2eb37c 35b779 3dbc74 46c06f 50c46a 5ac864 "
    "65cb5e 70cf57 7cd250 89d548 95d840 a2da37 b0dd2f bddf26 cae11f d8e219 e5e419 f1e51d fde725"
)
"""Every fifth of the 256 colours of viridis; Slicer brings no matplotlib, and not every Slicer core colour tables."""


@lru_cache(maxsize=1)
def viridis() -> np.ndarray:
    """(52, 3) colours 0 to 1 at equal steps; between them straight lines stay within 1/255 of viridis."""
    return np.array([list(bytes.fromhex(colour)) for colour in _VIRIDIS.split()]) / 255


def show_colours(store: NodeStore, title: str) -> slicer.vtkMRMLProceduralColorNode:
    """The colour node of the case: viridis from 0 to `COLOUR_RANGE_MM`, saved with the scene."""
    node, made = store.obtain("colours", "vtkMRMLProceduralColorNode", f"{title} uncertainty colours")
    if made:
        function = vtk.vtkColorTransferFunction()
        colours = viridis()
        for at, colour in zip(np.linspace(0.0, COLOUR_RANGE_MM, len(colours)), colours):
            function.AddRGBPoint(at, *colour)
        node.SetAndObserveColorTransferFunction(function)
        node.SetHideFromEditors(False)  # Slicer saves no colour node that editors do not show
    return node


def colour_skull(
    model: slicer.vtkMRMLModelNode, colours: slicer.vtkMRMLProceduralColorNode, *, made: bool, known: bool
) -> None:
    """Colour `model` by its uncertainty, or as bone where that is not `known`.

    Range and looks are set when the model was `made` just now; later they are the user's.
    """
    display = model.GetDisplayNode()
    modifying = display.StartModify()
    display.SetAndObserveColorNodeID(colours.GetID())
    if known:
        display.SetActiveScalar(SCALARS, vtk.vtkAssignAttribute.POINT_DATA)
    display.SetScalarVisibility(known)
    if made:
        display.SetScalarRangeFlag(slicer.vtkMRMLDisplayNode.UseManualScalarRange)
        display.SetScalarRange(0.0, COLOUR_RANGE_MM)
        display.SetColor(*BONE)
        display.SetVisibility2D(False)
    display.EndModify(modifying)


def show_legend(store: NodeStore, model: slicer.vtkMRMLModelNode, title: str, *, known: bool):
    """The vtkMRMLColorLegendDisplayNode of `model`, in 3D views; made without the colour module, which need not run."""
    legend, made = store.obtain("legend", "vtkMRMLColorLegendDisplayNode", f"{title} legend")
    modifying = legend.StartModify()
    if made:
        legend.SetTitleText(LEGEND_TITLE)
        legend.SetLabelFormat("%.2g")
        legend.SetNumberOfLabels(5)
        legend.SetMaxNumberOfColors(256)
        legend.SetOrientation(legend.Horizontal)
        legend.SetSize(*LEGEND_SIZE)
        legend.SetPosition(*LEGEND_PLACE)
        legend.SetVisibility2D(False)
    legend.SetVisibility(known)
    legend.SetAndObservePrimaryDisplayNode(model.GetDisplayNode())
    legend.EndModify(modifying)
    if not model.HasNodeReferenceID(model.GetDisplayNodeReferenceRole(), legend.GetID()):
        model.AddAndObserveDisplayNodeID(legend.GetID())
        legend.Modified()  # views look for the legend's model only when the legend changes
    return legend


def set_uncertainty_range(nodes: SkullNodes, low_mm: float, high_mm: float) -> None:
    """Let the colours of skull and uncertainty volume run from `low_mm` to `high_mm`; the legend follows.

    Raises
    ------
    InputError
        Unless 0 <= low < high.
    """
    if not (math.isfinite(low_mm) and math.isfinite(high_mm) and 0 <= low_mm < high_mm):
        raise InputError(
            f"The range of the uncertainty colours is {low_mm:g} to {high_mm:g} mm, expected two lengths, "
            "the lower one 0 or more and the upper one above it."
        )
    if nodes.model is not None and nodes.model.GetDisplayNode() is not None:
        nodes.model.GetDisplayNode().SetScalarRange(low_mm, high_mm)
    if nodes.uncertainty is not None and nodes.uncertainty.GetDisplayNode() is not None:
        nodes.uncertainty.GetDisplayNode().SetWindowLevelMinMax(low_mm, high_mm)
