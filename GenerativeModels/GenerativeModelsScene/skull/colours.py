"""What the colours on the skull mean: its uncertainty in millimetres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import COLOUR_RANGE_MM

if TYPE_CHECKING:
    from GenerativeModelsScene.skull.case_nodes import SkullNodes

SCALARS = "uncertainty_mm"
LEGEND_TITLE = "Uncertainty (mm)"
ENDS = (0.0, COLOUR_RANGE_MM)
"""Of the colour scale in mm."""


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
