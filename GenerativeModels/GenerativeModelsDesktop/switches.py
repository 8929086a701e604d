"""The switch between a range of colours that fits the case and one that compares cases."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from slicer.i18n import tr as _

__all__ = ["ColourRange", "ColourRangeRow"]


class ColourRange(Enum):
    """Range of the colours of a case."""

    FIT = "fit"
    COMPARE = "compare"

    def label(self) -> str:
        """Text of the choice in a panel."""
        return {"fit": _("Fit to case"), "compare": _("Compare")}[self.value]


class ColourRangeRow:
    """A combo box of `ColourRange` and the range that follows from it, which the user may change.

    Parameters
    ----------
    combo_box, range_widget
        Widgets of the .ui file: QComboBox and ctkRangeWidget.
    ends
        Function from "fit" or "compare" to the ends of the range; None without a case.
    change
        Called with the ends of the range when they have changed.
    """

    def __init__(
        self,
        combo_box: Any,
        range_widget: Any,
        ends: Callable[[str], tuple[float, float] | None],
        change: Callable[[float, float], None],
    ):
        self._combo_box, self._range = combo_box, range_widget
        self._ends, self._change = ends, change
        combo_box.connect("currentIndexChanged(int)", self.refresh)
        range_widget.connect("valuesChanged(double,double)", self._changed)

    def refresh(self) -> None:
        """Set the range to that of the choice."""
        ends = self._ends(list(ColourRange)[max(self._combo_box.currentIndex, 0)].value)
        if ends is not None:
            self._range.setValues(*ends)
            self._changed()

    def _changed(self) -> None:
        low, high = self._range.minimumValue, self._range.maximumValue
        if low < high:  # the two handles may lie on each other
            self._change(low, high)
