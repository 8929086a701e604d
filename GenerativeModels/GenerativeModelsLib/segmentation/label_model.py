"""The VAE of a bundle of label maps: maps to codes and back, the density of the codes, and the bank of valid ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.label_vae import LabelVAE
from GenerativeModelsLib.segmentation.attribute_names import ATTRIBUTES
from GenerativeModelsLib.segmentation.codes.parzen import parzen
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.uncertainty.density import LatentDensity

__all__ = ["KIND", "KNOWN", "OBJECTIVES", "LabelModel", "load_label_model"]

KIND = "heart-label-maps"
OBJECTIVES = ("ar-vae", "constrained-vae")
"""What a network was trained for: dimensions ordered by attributes, or the neuron of the cavity's share."""
KNOWN = KnownParts(
    kind=KIND,
    parts={"labels": ("LabelVAE",), "codes": ("ParzenCodes",)},
    required=("labels", "codes"),
    largest=8192,
)
_BATCH = 128


@dataclass(frozen=True, eq=False)
class LabelModel:
    """A VAE of label maps with its codes; takes and returns arrays. Maps lie on its own grid.

    Attributes
    ----------
    net
        The network, in evaluation mode.
    objective, view
        One of `OBJECTIVES`, and "short-axis" or "apical".
    pixel_mm
        (2,) distance of neighbouring rows and columns of its grid of `grid` x `grid` pixels.
    centre, scale
        (8,) mean and standard deviation of the training maps' attributes, in the order of `attribute_names.ATTRIBUTES`,
        and of the share of the cavity.
    codes, bandwidth
        (N, d) codes of training maps, and the bandwidth of their Parzen density.
    valid
        (M, d) random codes whose maps pass all criteria.
    limit
        Log density that 99 % of held-out hearts exceed; a code below it lies outside the population.
    manifest
        Of its bundle; None for a model without one.
    """

    net: LabelVAE
    objective: str
    view: str
    pixel_mm: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    codes: np.ndarray
    bandwidth: float
    valid: np.ndarray
    limit: float = -np.inf
    manifest: BundleManifest | None = None

    @property
    def grid(self) -> int:
        """Rows and columns of a map."""
        return self.net.size

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes; of an AR-VAE attribute i lies on dimension i."""
        return ATTRIBUTES[self.view]

    @property
    def middle_mm(self) -> np.ndarray:
        """(2,) mean place of the ventricle's centre in the training maps, along rows and columns, from pixel (0, 0)."""
        at = [self.attributes.index(f"epi_centre_{axis}_mm") for axis in "yx"]
        return self.centre[at]

    @cached_property
    def spread(self) -> np.ndarray:
        """(d,) standard deviation of the codes."""
        return self.codes.std(axis=0)

    @cached_property
    def density(self) -> LatentDensity:
        """Parzen density of the codes."""
        return parzen(self.codes, self.bandwidth)

    def encode(self, values: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
        """Means (N, d) of q(z | x) of maps (N, grid, grid).

        Parameters
        ----------
        values
            Values of `maps.CODES`.
        known
            (N, 5) bool, as `LabelSequence.known`; None: all structures are labelled.
        """
        parts = []
        for start in range(0, len(values), _BATCH):
            given = None if known is None else self._tensor(known[start : start + _BATCH], bool)
            maps = self._tensor(values[start : start + _BATCH], np.uint8)
            with torch.no_grad():
                parts.append(self.net.encode(maps, given).mu.cpu().double().numpy())
        return np.concatenate(parts) if parts else np.empty((0, self.net.latent))

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Maps (N, grid, grid) uint8 of codes (N, d): at each pixel the most probable label."""
        parts = [np.empty((0, self.grid, self.grid), np.uint8)]
        for start in range(0, len(codes), _BATCH):
            with torch.no_grad():
                parts.append(self.net.maps(self._tensor(codes[start : start + _BATCH], np.float32)).cpu().numpy())
        return np.concatenate(parts)

    def logits(self, codes: np.ndarray) -> np.ndarray:
        """Logits (N, labels, grid, grid) float32 of the labels of maps of codes (N, d)."""
        with torch.no_grad():
            return self.net.decode(self._tensor(codes, np.float32)).cpu().numpy()

    def share(self, codes: np.ndarray) -> np.ndarray:
        """(N,) share of the cavity in the ventricle, by the neuron of a constrained VAE, of codes (N, d)."""
        with torch.no_grad():
            found = self.net.regress(self._tensor(codes, np.float32)).cpu().double().numpy()
        return self.centre[-1] + self.scale[-1] * found

    def _tensor(self, values: np.ndarray, kind: type) -> torch.Tensor:
        return torch.from_numpy(np.asarray(values, kind)).to(self.net.neuron.weight.device)


def load_label_model(folder: Path, device: torch.device | str = "cpu") -> LabelModel:
    """The model of a bundle of kind `KIND` on a device.

    Raises
    ------
    InputError
        The bundle is invalid, or of another kind or version.
    """
    bundle = read_bundle(folder, KIND, _check_architecture)
    net = network_of(bundle, "labels", LabelVAE)
    told, tensors = bundle.manifest.normalisation, bundle.component("codes")
    arrays = {name: tensor.double().numpy() for name, tensor in tensors.items()}
    try:
        view, objective = str(told["view"]), str(told["objective"])
        count = len(ATTRIBUTES[view]) + 1
        model = LabelModel(
            net.to(device),
            objective,
            view,
            np.full(2, float(told["pixel_mm"])),
            arrays["centre"],
            arrays["scale"],
            arrays["training"],
            float(arrays["bandwidth"]),
            arrays["valid"],
            float(arrays["limit"]),
            bundle.manifest,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{bundle.path}: its settings are not those of label maps ({error}): get a fresh copy.") from (
            error
        )
    wrong = next((name for name in ("training", "valid") if arrays[name].shape[1:] != (net.latent,)), None)
    if wrong is None and not model.centre.shape == model.scale.shape == (count,):
        wrong = "centre"
    if wrong is not None or objective not in OBJECTIVES or net.labels != 1 + len(CODES) or len(model.codes) < 2:
        raise InputError(
            f"{bundle.path}: {wrong or 'the network'} does not fit the rest of the model: get a fresh copy."
        )
    return model


def _check_architecture(components: Mapping[str, Component]) -> None:
    require_architecture(components, KNOWN)
