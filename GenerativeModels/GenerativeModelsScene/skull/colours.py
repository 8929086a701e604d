"""What the colours on the skull mean: its uncertainty in millimetres, over a range, and lines of equal uncertainty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.page.colours import fitted_range
from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM, FIT_STEP_MM, LINE_STEP_MM
from GenerativeModelsScene.nodes.hierarchy import add_to_folder
from GenerativeModelsScene.nodes.isolines import show_isolines
from GenerativeModelsScene.nodes.store import NodeStore

if TYPE_CHECKING:
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

SCALARS = "uncertainty_mm"
LEGEND_TITLE = "Uncertainty (mm)"
LINES = "isolines"
"""Role of the lines of equal uncertainty."""
ENDS = (0.0, COLOUR_RANGE_MM)
"""Of the colour scale by which cases are compared, in mm."""


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


def uncertainty_range(nodes: SkullNodes, how: str) -> tuple[float, float]:
    """A range of the uncertainty colours in mm, for `set_uncertainty_range`.

    Parameters
    ----------
    how
        "fit": fits the skull of this case; "compare": the same for all cases, also taken where no uncertainty is known.

    Raises
    ------
    InputError
        `how` is another word.
    """
    if how not in ("fit", "compare"):
        raise InputError(f"The range of the uncertainty colours is '{how}': choose 'fit' or 'compare'.")
    values = _known(nodes)
    return fitted_range(values, FIT_STEP_MM) if how == "fit" and values.size else ENDS


def is_fitted(nodes: SkullNodes) -> bool:
    """Whether the colours of the skull run over the range that fits it."""
    display = nodes.model.GetDisplayNode() if nodes.model is not None else None
    return display is not None and np.allclose(display.GetScalarRange(), uncertainty_range(nodes, "fit"), atol=1e-9)


def set_lines_visible(nodes: SkullNodes, on: bool, step_mm: float = LINE_STEP_MM) -> None:
    """Show or take away lines on the skull where its uncertainty is a multiple of `step_mm`; they are saved with the
    scene and follow the case when it is brought up to date.

    Raises
    ------
    InputError
        `step_mm` is not a length above 0.
    """
    if not (math.isfinite(step_mm) and step_mm > 0):
        raise InputError(f"The distance of the lines of equal uncertainty is {step_mm:g} mm: give a length above 0.")
    if nodes.model is None or nodes.model.GetScene() is None:
        return
    store = NodeStore(nodes.model.GetScene(), nodes.key)
    if not on:
        store.drop(LINES)
    elif _known(nodes).size:
        name = f"{nodes.model.GetName()} uncertainty lines"
        show_isolines(store, nodes.model, SCALARS, step_mm, name, LINES)
        add_to_folder(store, nodes.model.GetName(), {})


def _known(nodes: SkullNodes) -> np.ndarray:
    """The known uncertainties of the skull's points in mm; they are all 0 where there were no draws."""
    mesh = nodes.model.GetPolyData() if nodes.model is not None else None
    array = mesh.GetPointData().GetArray(SCALARS) if mesh is not None else None
    values = np.empty(0) if array is None else vtk_to_numpy(array)
    values = values[np.isfinite(values)]
    return values if values.any() else np.empty(0)
