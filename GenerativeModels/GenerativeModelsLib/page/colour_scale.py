"""What the colours of a page's meshes mean: a quantity, a range fitted to the case and one to compare cases by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any, Protocol

import numpy as np

from GenerativeModelsLib.page.colours import COLOURS, fitted_range

__all__ = ["GRADIENT", "Legend", "Scale", "scale_data", "scale_of"]

GRADIENT = ", ".join(COLOURS)
"""Stops of a CSS gradient."""


@dataclass(frozen=True)
class Legend:
    """A range of the colours.

    Attributes
    ----------
    key
        "fit", "compare", or "always" for the only one.
    low, high
        Ends of the colours.
    unit
        Of the ends.
    """

    key: str
    low: float
    high: float
    unit: str

    @property
    def ticks(self) -> list[str]:
        """Five marks along the scale; values beyond its ends have the colour of the end."""
        inner = [f"{value:.6g}" for value in np.linspace(self.low, self.high, 5)]
        first = inner[0] if self.low == 0 else f"≤ {inner[0]}"
        return [first, *inner[1:-1], f"≥ {inner[-1]} {self.unit}"]


@dataclass(frozen=True)
class Scale:
    """What the colours of a mesh mean: a value in a unit.

    Attributes
    ----------
    label, unit
        "Uncertainty" and "mm".
    low, high
        Ends of the colours in all cases, so that they can be compared.
    fitted
        Ends of the colours fitted to this case; None = the page shows only those above.
    line_step
        Distance of the lines of equal value; 0 = the page offers none.
    """

    label: str
    unit: str
    low: float
    high: float
    fitted: tuple[float, float] | None = None
    line_step: float = 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the colours at first and in still pictures."""
        return (self.low, self.high) if self.fitted is None else self.fitted

    @property
    def legends(self) -> list[Legend]:
        """The legend shown at first, then the other one."""
        if self.fitted is None:
            return [Legend("always", self.low, self.high, self.unit)]
        return [Legend("fit", *self.fitted, self.unit), Legend("compare", self.low, self.high, self.unit)]

    @property
    def digits(self) -> int:
        """Decimals of a value as printed."""
        return max(1, 1 - floor(log10(self.ends[1] - self.ends[0])))


class Coloured(Protocol):
    """What a record of a mesh says of its colours: `Mesh` of the package anatomy."""

    scalars: str
    scalars_label: str
    unit: str
    colour_range: tuple[float, float]
    fit_step: float
    line_step: float


def scale_of(mesh: Coloured, values: Sequence[np.ndarray | None]) -> Scale:
    """The scale of a mesh as its record describes it, fitted to the values known in this case, if any are.

    Parameters
    ----------
    values
        Of each mesh of that scale, NaN where not known; None = no values.
    """
    known = np.concatenate([np.ravel(part) for part in values if part is not None] or [np.empty(0)])
    fitted = fitted_range(known, mesh.fit_step) if np.isfinite(known).any() else None
    return Scale(mesh.scalars_label or mesh.scalars, mesh.unit, *mesh.colour_range, fitted, mesh.line_step)


def scale_data(scale: Scale) -> dict[str, Any]:
    """What `colourScale` of `mesh_view.js` reads, ready for JSON."""
    return {
        "ranges": {"fit": list(scale.ends), "compare": [scale.low, scale.high]},
        "unit": scale.unit,
        "digits": scale.digits,
        "line_step": scale.line_step,
    }
