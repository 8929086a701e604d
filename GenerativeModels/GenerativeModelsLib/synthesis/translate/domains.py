"""Domains of images by name, and what a modality asks of the images of its domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from GenerativeModelsLib.errors import InputError, named

__all__ = ["CINE_MR", "DOMAINS", "HC18", "MODALITIES", "SIMULATED", "ULTRASOUND", "Domain", "require_domain"]

ULTRASOUND, CINE_MR = "ultrasound", "cine-mr"
MODALITIES = (ULTRASOUND, CINE_MR)
SIMULATED, HC18 = "simulated-ultrasound", "hc18-ultrasound"


@dataclass(frozen=True)
class Domain:
    """A domain of images.

    Attributes
    ----------
    modality
        One of `MODALITIES`.
    words
        What its images are.
    bundle
        Name of the shipped bundle that leads to it.
    """

    modality: str
    words: str
    bundle: str


DOMAINS: Mapping[str, Domain] = MappingProxyType(
    {
        SIMULATED: Domain(ULTRASOUND, "axial heads by the simulator of this software", "translate-ultrasound"),
        HC18: Domain(ULTRASOUND, "axial heads as in HC18, several scanners of one hospital", "translate-ultrasound"),
    }
)
"""Domains that are known by name without a bundle; a bundle of a user may have others."""


def require_domain(name: str) -> Domain:
    """The known domain of that name.

    Raises
    ------
    InputError
        There is none; the message names those that exist.
    """
    if name not in DOMAINS:
        raise InputError(
            f"{named('to')} is '{name}': give one of {', '.join(DOMAINS)}, or name a bundle that has this domain as "
            f"{named('model')}."
        )
    return DOMAINS[name]
