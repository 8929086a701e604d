"""Bundles of generators between two domains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.models.translation import LookGenerator
from GenerativeModelsLib.synthesis.translate.domains import MODALITIES, ULTRASOUND
from GenerativeModelsLib.synthesis.translate.translator import Scale, Translator

if TYPE_CHECKING:
    import torch

__all__ = ["KIND", "PARTS", "load_translator"]

KIND = "image-translation"
PARTS = ("to_first", "to_second")
"""Parts of a bundle: the generators that lead to its first and to its second domain."""
KNOWN = KnownParts(kind=KIND, parts=dict.fromkeys(PARTS, ("LookGenerator",)), required=PARTS, largest=4096)
ROWS, GRID_MM = (32, 2048), (0.1, 10.0)
"""Ranges of the scale of a bundle."""


def load_translator(folder: Path, to: str | None = None, device: torch.device | str = "cpu") -> Translator:
    """The generators of a bundle of kind `KIND` on a device.

    Parameters
    ----------
    to
        Domain that the bundle must lead to; None = any.

    Raises
    ------
    InputError
        The bundle is invalid, of another kind or version, or has other domains.
    """
    bundle = read_bundle(folder, KIND, lambda components: require_architecture(components, KNOWN))
    nets = [network_of(bundle, part, LookGenerator) for part in PARTS]
    told = bundle.manifest.normalisation
    try:
        first, second = told["domains"]
        modality = told["modality"]
        if modality == ULTRASOUND:
            scale = Scale(rows=int(told["rows"]))
            within = ROWS[0] <= scale.rows <= ROWS[1]
        else:
            scale = Scale(grid_mm=float(told["grid_mm"]))
            within = GRID_MM[0] <= scale.grid_mm <= GRID_MM[1]
        if modality not in MODALITIES or not within or not first or not second or first == second:
            raise ValueError(f"{modality}, {first}, {second}")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its settings are not those of image translation ({error}): get a fresh copy."
        ) from error
    if to is not None and to not in (first, second):
        raise InputError(f"{named('to')} is '{to}', and {folder} leads to {first} and {second}: give one of these.")
    generators = {name: net.to(device) for name, net in zip((first, second), nets)}
    return Translator(generators, modality, scale, bundle.manifest)
