"""Choices of the panel."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

__all__ = ["Method"]


class Method(Enum):
    """How images are drawn, by its name in requests."""

    SYNTHSEG = "synthseg"
    SPADE = "spade"
    CGAN = "cgan"
    LDM = "ldm"

    def label(self) -> str:
        """Text of the choice."""
        return {
            "synthseg": _("SynthSeg, without training"),
            "spade": _("SPADE"),
            "cgan": _("Conditional GAN"),
            "ldm": _("Latent diffusion"),
        }[self.value]
