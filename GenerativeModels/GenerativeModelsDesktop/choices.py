"""Choices of several panels."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

__all__ = ["Sex"]


class Sex(Enum):
    """Sex of whom a case is of, by its name in requests; "" where it is not given."""

    NOT_GIVEN = ""
    FEMALE = "female"
    MALE = "male"

    def label(self) -> str:
        """Text of the choice."""
        return {"": _("sex not given"), "female": _("female"), "male": _("male")}[self.value]
