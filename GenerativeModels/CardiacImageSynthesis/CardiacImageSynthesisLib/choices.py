"""Choices of the panel."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

from GenerativeModelsLib.synthesis.images.methods import TITLES

__all__ = ["Method"]


class Method(Enum):
    """How images are drawn, by its name in requests."""

    SYNTHSEG = "synthseg"
    SPADE = "spade"
    CGAN = "cgan"
    LDM = "ldm"

    def label(self) -> str:
        """Text of the choice."""
        return _(TITLES[self.value])
