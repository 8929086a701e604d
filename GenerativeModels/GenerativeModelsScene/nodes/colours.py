"""What the colours on a model mean: a colour node over a range, a model coloured by it, the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import slicer
import vtk

from GenerativeModelsLib.page.colours import COLOURS, PLAIN, rgb
from GenerativeModelsScene.nodes.store import NodeStore

LEGEND_SIZE, LEGEND_PLACE = (0.1, 0.4), (0.88, 0.04)
"""(height, width) and place, as shares of the view: low on its right, clear of what is in the middle."""


def show_colours(
    store: NodeStore, name: str, ends: tuple[float, float], role: str = "colours", steps: Sequence[str] = COLOURS
) -> slicer.vtkMRMLProceduralColorNode:
    """The colour node of that role: colours between the two values, saved with the scene.

    Models and volumes stretch it over the range of their own display.

    Parameters
    ----------
    steps
        Colours "#rrggbb" at equal steps between the two values.
    """
    node, made = store.obtain(role, "vtkMRMLProceduralColorNode", name)
    if made:
        function = vtk.vtkColorTransferFunction()
        for at, colour in zip(np.linspace(*ends, len(steps)), steps):
            function.AddRGBPoint(at, *rgb(colour))
        node.SetAndObserveColorTransferFunction(function)
        node.SetHideFromEditors(False)  # Slicer saves no colour node that editors do not show
    set_unknown_colour(node)
    return node


def show_label_colours(
    store: NodeStore, role: str, name: str, labels: Mapping[int, tuple[str, Sequence[float]]]
) -> slicer.vtkMRMLColorTableNode:
    """The colour table of that role: name and (r, g, b), 0 to 1, of each value from 1 on; 0 is not drawn."""
    table, made = store.obtain(role, "vtkMRMLColorTableNode", name)
    if made:
        table.SetTypeToUser()
        table.SetNumberOfColors(max(labels) + 1)
        table.SetColor(0, "background", 0, 0, 0, 0)
        for value, (words, colour) in labels.items():
            table.SetColor(value, words, *colour, 1)
    return table


def set_unknown_colour(colours: slicer.vtkMRMLProceduralColorNode) -> None:
    """Let points without a value have the colour `PLAIN`; scenes do not keep it, and VTK's own is a dark red."""
    table = colours.GetLookupTable()
    if table.GetNanColor()[:3] != PLAIN:
        table.SetNanColor(*PLAIN, 1.0)
        colours.Modified()


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
        legend.SetLabelFormat("%.3g")
        legend.SetNumberOfLabels(3)  # five of them would run into each other
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
