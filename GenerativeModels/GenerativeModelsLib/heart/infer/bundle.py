"""Architecture check of heart bundles, and construction of their network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import Bundle
from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import CODE_SIZE
from GenerativeModelsLib.models.ladder_vae import LadderVAE

__all__ = ["KIND", "baseline_parameters", "build_ladder", "check_architecture"]

KIND = "heart-shape"
KNOWN = KnownParts(
    kind=KIND,
    parts={"lvae": ("LadderVAE",), "typical": ("TypicalHeart",), "prior": ("FlowDensity",)},
    required=("lvae", "typical"),
    largest=8192,
)


def baseline_parameters(ladder: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the baseline VAE of a ladder: its lowest level alone, with hidden layers in the classifier.

    The classes are not linearly separable in the 64 dimensions of that level.
    """
    one = {name: list(ladder[name])[:1] for name in ("latents", "widths")}
    return {**ladder, **one, "classifier": [64]}


def check_architecture(components: Mapping[str, Component]) -> None:
    """`require_architecture` of heart bundles."""
    require_architecture(components, KNOWN)


def build_ladder(bundle: Bundle) -> LadderVAE:
    """The network of a bundle with its weights, in evaluation mode; raises InputError if they do not fit."""
    inputs = bundle.manifest.architecture["lvae"].parameters.get("inputs")
    if inputs != CODE_SIZE:
        raise InputError(
            f"{bundle.path}: its shapes have {inputs} numbers, where this software has {CODE_SIZE}: get the bundle "
            "that goes with this version."
        )
    return network_of(bundle, "lvae", LadderVAE)
