"""Choices of the panel."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

__all__ = ["View"]


class View(Enum):
    """View of the slices, by its name in requests."""

    SHORT_AXIS = "short-axis"
    APICAL = "apical"

    def label(self) -> str:
        """Text of the choice."""
        return {"short-axis": _("Short axis"), "apical": _("Apical (long axis)")}[self.value]
