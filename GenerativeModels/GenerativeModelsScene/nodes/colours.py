"""What the colours on a model mean: a colour node over a range, a model coloured by it, the legend."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import slicer
import vtk

from GenerativeModelsScene.nodes.store import NodeStore

LEGEND_SIZE, LEGEND_PLACE = (0.1, 0.4), (0.97, 0.04)
"""(height, width) and place, as shares of the view: low on its right, clear of what is in the middle."""
PLAIN = (0.80, 0.77, 0.70)
"""Colour of a model without known values, the reports'."""

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


def show_colours(
    store: NodeStore, name: str, ends: tuple[float, float], role: str = "colours"
) -> slicer.vtkMRMLProceduralColorNode:
    """The colour node of that role: viridis between the two values, saved with the scene."""
    node, made = store.obtain(role, "vtkMRMLProceduralColorNode", name)
    if made:
        function = vtk.vtkColorTransferFunction()
        colours = viridis()
        for at, colour in zip(np.linspace(*ends, len(colours)), colours):
            function.AddRGBPoint(at, *colour)
        node.SetAndObserveColorTransferFunction(function)
        node.SetHideFromEditors(False)  # Slicer saves no colour node that editors do not show
    return node


def colour_model(
    model: slicer.vtkMRMLModelNode,
    colours: slicer.vtkMRMLColorNode,
    scalars: str,
    ends: tuple[float, float],
    *,
    made: bool,
    known: bool = True,
) -> None:
    """Colour `model` by its point array `scalars`, or plainly where its values are not `known`.

    Range and looks are set when the model was `made` just now; later they are the user's.
    """
    display = model.GetDisplayNode()
    modifying = display.StartModify()
    display.SetAndObserveColorNodeID(colours.GetID())
    if known:
        display.SetActiveScalar(scalars, vtk.vtkAssignAttribute.POINT_DATA)
    display.SetScalarVisibility(known)
    if made:
        display.SetScalarRangeFlag(slicer.vtkMRMLDisplayNode.UseManualScalarRange)
        display.SetScalarRange(*ends)
        plain_look(display)
    display.EndModify(modifying)


def plain_look(display: slicer.vtkMRMLModelDisplayNode) -> None:
    """Colour of a model without values, and no cut through it in slice views."""
    display.SetColor(*PLAIN)
    display.SetVisibility2D(False)


def show_legend(
    store: NodeStore,
    model: slicer.vtkMRMLModelNode,
    name: str,
    title: str,
    *,
    known: bool = True,
    role: str = "legend",
):
    """The vtkMRMLColorLegendDisplayNode of `model`, in 3D views, titled such as "Uncertainty (mm)".

    Made without Slicer's colour module, which need not run.
    """
    legend, made = store.obtain(role, "vtkMRMLColorLegendDisplayNode", name)
    modifying = legend.StartModify()
    if made:
        legend.SetTitleText(title)
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
