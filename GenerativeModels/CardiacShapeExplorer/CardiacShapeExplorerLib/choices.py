"""Choices of the panel."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

__all__ = ["Colouring", "Phase", "Surfaces"]


class Phase(Enum):
    """Phase of the heart cycle on show."""

    ED = "ed"
    ES = "es"

    def label(self) -> str:
        """Text of the choice."""
        return {"ed": _("End diastole"), "es": _("End systole")}[self.value]


class Surfaces(Enum):
    """Surfaces on show."""

    PATIENT = "patient"
    MODEL = "model"
    BOTH = "both"
    DISTANCE = "distance"

    def label(self) -> str:
        """Text of the choice."""
        texts = {"patient": _("Patient"), "model": _("Model"), "both": _("Both"), "distance": _("Distance")}
        return texts[self.value]


class Colouring(Enum):
    """Values of the colours."""

    THICKNESS = "thickness"
    SEGMENTS = "segments"

    def label(self) -> str:
        """Text of the choice."""
        return {"thickness": _("Wall thickness"), "segments": _("Segments")}[self.value]
