"""The networks of a bundle as a method of image synthesis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.manifest import Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.label_images import LabelUNet, SpadeGenerator
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.synthesis.images.latent_diffusion import LatentDiffusion
from GenerativeModelsLib.synthesis.images.learned import LearnedSynthesiser
from GenerativeModelsLib.synthesis.images.painters import DiffusionPainter, GeneratorPainter, StyleGaussian

if TYPE_CHECKING:
    from torch import nn

__all__ = ["KIND", "NETWORKS", "load_synthesiser"]

KIND = "heart-image-synthesis"
NETWORKS: dict[str, type[nn.Module]] = {"spade": SpadeGenerator, "cgan": LabelUNet, "ldm": LatentDiffusion}
"""Class of the networks of each method; the part of a bundle has the name of the method."""
KNOWN = KnownParts(
    kind=KIND,
    parts={name: (network.__name__,) for name, network in NETWORKS.items()} | {"styles": ("StyleGaussian",)},
    required=(),
    largest=4096,
)
"""Bundles of GANs have the part `styles` too, of which a style is drawn."""


def load_synthesiser(folder: Path, device: torch.device | str = "cpu") -> LearnedSynthesiser:
    """The networks of a bundle of kind `KIND` on a device.

    Raises
    ------
    InputError
        The bundle is invalid, of another kind or version, or has not the networks of one method.
    """

    def check(components: Mapping[str, Component]) -> None:
        require_architecture(components, KNOWN)
        if len(methods_in(components)) != 1:
            raise InputError(f"{folder} has the networks of no single method: give a bundle that holds one.")

    bundle = read_bundle(folder, KIND, check)
    (method,) = methods_in(bundle.manifest.architecture)
    net = network_of(bundle, method, NETWORKS[method])
    told = bundle.manifest.normalisation
    try:
        grid_mm, classes = float(told["grid_mm"]), list(told["classes"])
        if method == "ldm":
            painter = DiffusionPainter(net, float(told["guidance"]))
        else:
            painter = GeneratorPainter(net, StyleGaussian(**bundle.component("styles")))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its settings are not those of image synthesis ({error}): get a fresh copy."
        ) from error
    if classes != list(CLASSES) or net.labels != len(CLASSES) or not 0.1 < grid_mm < 10:
        raise InputError(f"{bundle.path}: its classes or pixels are not those of this software: get a fresh copy.")
    if method != "ldm" and [each.shape for each in painter.styles] != [(net.style,), (net.style, net.style)]:
        raise InputError(f"{bundle.path}: its styles do not fit its networks: get a fresh copy.")
    net.to(device)
    return LearnedSynthesiser(method, painter, net.size, grid_mm, bundle.manifest, torch.device(device))


def methods_in(components: Collection[str]) -> list[str]:
    """The methods whose networks are among the parts of a bundle."""
    return [name for name in components if name in NETWORKS]
