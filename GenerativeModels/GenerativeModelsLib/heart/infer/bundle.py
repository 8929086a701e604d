"""What a heart bundle may hold, and its network built from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.bundle.bundle import Bundle
from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import CODE_SIZE
from GenerativeModelsLib.models.ladder_vae import LadderVAE

__all__ = ["KIND", "baseline_parameters", "build_ladder", "check_architecture"]

KIND = "heart-shape"
PARTS = {"lvae": "LadderVAE", "typical": "TypicalHeart"}
LARGEST_PARAMETER = 8192
"""No size in an architecture is larger; a manifest that asks for more is broken or malicious."""


def baseline_parameters(ladder: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the VAE that a ladder with these is compared with: its lowest level alone, classified by a small
    net, as 64 dimensions are not told apart by a line.
    """
    one = {name: list(ladder[name])[:1] for name in ("latents", "widths")}
    return {**ladder, **one, "classifier": [64]}


def check_architecture(components: Mapping[str, Component]) -> None:
    """Refuse components that this software does not know; see `bundle.read_bundle`."""
    for part in PARTS:
        if part not in components:
            raise InputError(f"The model bundle has no '{part}': it is no {KIND} bundle; name another one.")
    for part, component in components.items():
        if PARTS.get(part) != component.class_name:
            raise InputError(
                f"The model bundle's {part} is a {component.class_name}, which this software does not know there: "
                "update the software or name another bundle."
            )
        for name, value in component.parameters.items():
            for number in value if isinstance(value, list) else [value]:
                if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= LARGEST_PARAMETER:
                    raise InputError(
                        f"The model bundle's {part}.{name} is {value!r}, expected whole numbers from 1 to "
                        f"{LARGEST_PARAMETER}: get a fresh copy of the bundle."
                    )


def build_ladder(bundle: Bundle) -> LadderVAE:
    """The network of a bundle with its weights, ready to run; InputError where they do not fit."""
    inputs = bundle.manifest.architecture["lvae"].parameters.get("inputs")
    if inputs != CODE_SIZE:
        raise InputError(
            f"{bundle.path}: its shapes have {inputs} numbers, where this software has {CODE_SIZE}: get the bundle "
            "that goes with this version."
        )
    return network_of(bundle, "lvae", LadderVAE)
