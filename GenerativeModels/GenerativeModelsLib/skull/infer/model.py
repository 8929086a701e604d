"""A skull bundle as networks ready to run, with its calibration and its idea of what is typical."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import Bundle, read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.border_reader import BorderReader
from GenerativeModelsLib.models.cvae import HiRecCVAE, RecCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.facing import FacingNet
from GenerativeModelsLib.models.locator import HeadLocatorNet
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.infer.calibration import (
    BiometryCalibration,
    HeadCalibration,
    SizeCalibration,
    SurfaceCalibration,
)
from GenerativeModelsLib.skull.infer.variant_shape import WORDS
from GenerativeModelsLib.skull.shape.field import GRID_SIZE
from GenerativeModelsLib.uncertainty.discriminant import FisherDiscriminant
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior, read_flows
from GenerativeModelsLib.uncertainty.in_distribution import TypicalInput

KIND = "fetal-skull"
HEADS = "heads"
"""Name of the prior of whole heads in a bundle."""
NETWORKS = {
    "HeadLocatorNet": HeadLocatorNet,
    "BorderReader": BorderReader,
    "FacingNet": FacingNet,
    "HiRecCVAE": partial(SkullEnsemble, HiRecCVAE),
    "RecCVAE": partial(SkullEnsemble, RecCVAE),
    "LowRankField": LowRankField,
}
"""Networks by the class name in a bundle; a skull model is an ensemble of `members` of its class."""
PARTS = ("locator", "border", "facing", "skull", "basis")
"""Networks that every bundle has; fields of `SkullModel`."""
KNOWN = KnownParts(
    kind=KIND,
    parts={
        "locator": ("HeadLocatorNet",),
        "border": ("BorderReader",),
        "facing": ("FacingNet",),
        "skull": ("HiRecCVAE", "RecCVAE"),
        "basis": ("LowRankField",),
        "typical": ("FlowDensity",),
        "prior": ("FlowDensity",),
    },
    required=PARTS,
    largest=4096,
)


@dataclass(frozen=True)
class SkullModel:
    """What a reconstruction needs, on one device."""

    locator: HeadLocatorNet
    border: BorderReader
    facing: FacingNet
    skull: SkullEnsemble
    basis: LowRankField
    size_calibration: SizeCalibration
    surface_calibration: SurfaceCalibration
    biometry_calibration: BiometryCalibration
    head_calibration: HeadCalibration | None
    typical: TypicalInput
    variants: Mapping[str, FisherDiscriminant]
    """Of the shape vector, see `skull.infer.variant_shape`; bundles may have none."""
    manifest: BundleManifest
    device: torch.device
    prior: FlowPrior | None = None
    """Of the vectors of `skull.infer.prior`; bundles may lack it."""

    def to(self, device: torch.device) -> SkullModel:
        """The model on another device, with networks of its own; this model stays where it is."""
        nets = {name: deepcopy(getattr(self, name)).to(device) for name in PARTS}
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
    nets = {part: _network(bundle, part) for part in PARTS}
    basis, skull = nets["basis"], nets["skull"]
    if (basis.size, len(basis.modes) + 1) != (GRID_SIZE, len(skull.x_scale)):
        raise InputError(
            f"{bundle.path}: the basis has {len(basis.modes)} modes on {basis.size} points a side, expected "
            f"{len(skull.x_scale) - 1} on {GRID_SIZE}: get a fresh copy of the bundle."
        )
    manifest = bundle.manifest
    try:
        size = SizeCalibration.from_manifest(manifest.calibration)
        surface = SurfaceCalibration.from_manifest(manifest.calibration)
        biometry = BiometryCalibration.from_manifest(manifest.calibration)
        heads = HeadCalibration.from_manifest(manifest.calibration)
        typical = TypicalInput.from_bundle(manifest.in_distribution, bundle.component("typical"))
        variants = manifest.in_distribution.get("variants", {})
        variants = {name: FisherDiscriminant.from_bundle(part) for name, part in variants.items() if name in WORDS}
        priors = read_flows(
            manifest.training_population.get("prior", {}), bundle.component("prior"), FlowPrior.from_bundle
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its calibration cannot be read ({error}): get a fresh copy of the bundle."
        ) from error
    device = torch.device(device)
    on_device = (nets[part].to(device) for part in PARTS)
    return SkullModel(
        *on_device, size, surface, biometry, heads, typical, variants, manifest, device, priors.get(HEADS)
    )


def _network(bundle: Bundle, part: str) -> torch.nn.Module:
    return network_of(bundle, part, NETWORKS[bundle.manifest.architecture[part].class_name])
