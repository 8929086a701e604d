"""A skull bundle as networks ready to run, with its calibration and its idea of what is typical."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import Bundle, read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.cvae import HiRecCVAE, RecCVAE, SkullCVAE
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer.calibration import BiometryCalibration, SurfaceCalibration
from GenerativeModelsLib.skull.shape.field import GRID_SIZE
from GenerativeModelsLib.uncertainty.in_distribution import TypicalInput

KIND = "fetal-skull"
NETWORKS = {
    "HeadLocatorNet": HeadLocatorNet,
    "HiRecCVAE": HiRecCVAE,
    "RecCVAE": RecCVAE,
    "LowRankField": LowRankField,
}
KNOWN = KnownParts(
    kind=KIND,
    parts={
        "locator": ("HeadLocatorNet",),
        "skull": ("HiRecCVAE", "RecCVAE"),
        "basis": ("LowRankField",),
        "typical": ("FeatureModel",),
    },
    required=("locator", "skull", "basis"),
    largest=4096,
)


@dataclass(frozen=True)
class SkullModel:
    """What a reconstruction needs, on one device."""

    locator: HeadLocatorNet
    skull: SkullCVAE
    basis: LowRankField
    surface_calibration: SurfaceCalibration
    biometry_calibration: BiometryCalibration
    typical: TypicalInput
    manifest: BundleManifest
    device: torch.device

    def to(self, device: torch.device) -> SkullModel:
        """The model on another device, with networks of its own; this model stays where it is."""
        nets = {name: deepcopy(getattr(self, name)).to(device) for name in ("locator", "skull", "basis")}
        return replace(self, **nets, device=device)


def check_architecture(components: Mapping[str, Component]) -> None:
    """`require_architecture` of skull bundles."""
    require_architecture(components, KNOWN)


def load_skull_model(folder: Path, device: torch.device | str = "cpu") -> SkullModel:
    """Read and verify a bundle and build its networks.

    Raises
    ------
    InputError
        One sentence saying what is wrong with the bundle.
    """
    bundle = read_bundle(folder, KIND, check_architecture)
    locator = _network(bundle, "locator")
    skull = _network(bundle, "skull")
    basis = _network(bundle, "basis")
    if (basis.size, len(basis.modes) + 1) != (GRID_SIZE, len(skull.x_scale)):
        raise InputError(
            f"{bundle.path}: the basis has {len(basis.modes)} modes on {basis.size} points a side, expected "
            f"{len(skull.x_scale) - 1} on {GRID_SIZE}: get a fresh copy of the bundle."
        )
    manifest = bundle.manifest
    try:
        surface = SurfaceCalibration.from_manifest(manifest.calibration)
        biometry = BiometryCalibration.from_manifest(manifest.calibration)
        typical = TypicalInput.from_bundle(manifest.in_distribution, bundle.component("typical"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its calibration cannot be read ({error}): get a fresh copy of the bundle."
        ) from error
    device = torch.device(device)
    nets = (net.to(device) for net in (locator, skull, basis))
    return SkullModel(*nets, surface, biometry, typical, manifest, device)


def _network(bundle: Bundle, part: str) -> torch.nn.Module:
    return network_of(bundle, part, NETWORKS[bundle.manifest.architecture[part].class_name])
