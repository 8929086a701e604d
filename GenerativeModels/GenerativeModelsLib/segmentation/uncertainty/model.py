"""The joint space of a bundle: which maps of its training set go with an image, and where they contradict labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.bundle.architecture import KnownParts, require_architecture
from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest, Component
from GenerativeModelsLib.bundle.networks import network_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.joint_space import JointSpace, concentration
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration
from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces, middle_of, standardised
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel

__all__ = ["FEATURES", "KIND", "KNOWN", "Disagreement", "UncertaintyModel", "load_uncertainty_model"]

KIND = "heart-segmentation-uncertainty"
KNOWN = KnownParts(
    kind=KIND,
    parts={"joint": ("JointSpace",), "bank": ("MapBank",)},
    required=("joint", "bank"),
    largest=8192,
)
FEATURES = ("mean", "directions", "variances")
"""Arrays of the Gaussian of the images in a bundle."""


class Disagreement(NamedTuple):
    """How far the maps that go with the images contradict the labels of n slices.

    Attributes
    ----------
    share : (n, rows, columns) float32, 0 to 1: weight of the maps that have another label at the pixel.
    similarity : (n,) cosine of the image and the nearest map; NaN for a slice without labels, which has no share.
    distance : (n,) of the image from the training images, see `UncertaintyModel.images`; NaN likewise.
    """

    share: np.ndarray
    similarity: np.ndarray
    distance: np.ndarray


@dataclass(frozen=True, eq=False)
class UncertaintyModel:
    """The joint space with the maps of its training set; takes and returns arrays.

    Attributes
    ----------
    net
        The networks, in evaluation mode.
    view
        "short-axis" or "apical".
    grid_mm
        Distance of the pixels of its grid.
    structures
        Which it knows, names of `maps.CODES`.
    codes, known
        (N, latent) means of training maps in the VAE, and (N, 5) bool: which labels each has.
    neighbours
        How many maps are compared for each structure.
    calibration
        From the share of a disagreement to a probability.
    images
        Gaussian of the features of training images; its distance tells other images.
    similarities, distances
        (H,) of the slices of held-out patients, increasing.
    manifest
        Of its bundle; None for a model without one.
    device
        Of the networks.
    """

    net: JointSpace
    view: str
    grid_mm: float
    structures: tuple[str, ...]
    codes: np.ndarray
    known: np.ndarray
    neighbours: int
    calibration: Calibration
    images: FeatureModel
    similarities: np.ndarray
    distances: np.ndarray
    manifest: BundleManifest | None = None
    device: torch.device | str = "cpu"

    @cached_property
    def _concentration(self) -> Tensor:
        return concentration(self._bank[1])

    @cached_property
    def _bank(self) -> tuple[Tensor, Tensor, Tensor]:
        codes = torch.from_numpy(np.asarray(self.codes, np.float32)).to(self.device)
        with torch.no_grad():
            return codes, self.net.map_vectors(codes), torch.from_numpy(np.asarray(self.known, bool)).to(self.device)

    def disagreement(
        self, images: np.ndarray, labels: np.ndarray, pixel_mm: np.ndarray, only: Collection[str] | None = None
    ) -> Disagreement:
        """Disagreement of slices (n, rows, columns) of one grid with labels of `maps.CODES`.

        At a pixel with label y the share is 1 - P(y), where P(c) of a structure c is the mean of the decoded p(c | x)
        over the maps x that are nearest to the image among those in which c is labelled, with the weights of
        `models.joint_space`, and P(background) is the rest. Structures that the model does not know are background,
        and so are all but `only` these, where an expert drew no others.
        """
        asked = [CODES[name] for name in self.structures if only is None or name in only]
        others = [code for code in CODES.values() if code not in asked]
        at = middle_of(self._of_structures(labels))
        drawn = np.flatnonzero(np.isfinite(at[:, 0]))
        share = np.zeros(labels.shape, np.float32)
        similarity, distance = np.full((2, len(labels)), np.nan)
        for number in drawn:
            one = slice(number, number + 1)
            found, similarity[number], distance[number] = self._compared(images[one], at[one], pixel_mm)
            found[0] += found[others].sum(0)
            wanted = np.where(np.isin(labels[one], asked), labels[one], 0)
            share[number] = np.clip(1 - np.take_along_axis(found, wanted.astype(np.int64), 0)[0], 0, 1)
        return Disagreement(share, similarity, distance)

    def _compared(self, image: np.ndarray, at: np.ndarray, pixel_mm: np.ndarray) -> tuple[np.ndarray, float, float]:
        """P of every label (5, rows, columns) for an image (1, rows, columns) cut about `at` (1, 2); how like it is."""
        codes, vectors, known = self._bank
        pieces = Pieces(at, image.shape[1:], pixel_mm, self.net.size, self.grid_mm)
        with torch.no_grad():
            seen = standardised(pieces.cut(image)).to(self.device)
            similar = (self.net.image_vectors(seen) @ vectors.T)[0]
            features = self.net.image_features(seen)[0].double().cpu().numpy()
            weights = self._weights(similar, known)
            used = torch.nonzero(weights.any(0))[:, 0]
            decoded = self.net.vae.decode(codes[used]).softmax(1)  # used, labels, size, size
            found = torch.einsum("cn,ncij->cij", weights[:, used], decoded)
            placed = pieces.paste(found.cpu()[None])[0].clamp(0, 1)
        placed[0] = (1 - placed[1:].sum(0)).clamp(0, 1)
        return placed.numpy(), float(similar.max()), float(self.images.distance(features))

    def _weights(self, similar: Tensor, known: Tensor) -> Tensor:
        """(5, N) weight of every map for every structure; the nearest that have it labelled sum to 1."""
        weights = torch.zeros(1 + len(CODES), len(similar), device=similar.device)
        for structure in self.structures:
            code = CODES[structure]
            having = torch.nonzero(known[:, code])[:, 0]
            nearest = having[similar[having].topk(min(self.neighbours, len(having))).indices]
            weights[code, nearest] = torch.softmax(self._concentration * similar[nearest], 0)
        return weights

    def _of_structures(self, labels: np.ndarray) -> np.ndarray:
        return np.where(np.isin(labels, [CODES[name] for name in self.structures]), labels, 0)


def load_uncertainty_model(folder: Path, device: torch.device | str = "cpu") -> UncertaintyModel:
    """The model of a bundle of kind `KIND` on a device.

    Raises
    ------
    InputError
        The bundle is invalid, or of another kind or version.
    """
    bundle = read_bundle(folder, KIND, _check_architecture)
    net = network_of(bundle, "joint", JointSpace).to(device)
    told = bundle.manifest.normalisation
    arrays = {name: tensor.numpy() for name, tensor in bundle.component("bank").items()}
    try:
        model = UncertaintyModel(
            net,
            str(told["view"]),
            float(told["grid_mm"]),
            tuple(name for name in CODES if name in told["structures"]),
            arrays["codes"],
            arrays["known"].astype(bool),
            int(told["neighbours"]),
            Calibration(arrays["level"], arrays["probability"]),
            FeatureModel(*(arrays[name].astype(float) for name in FEATURES), float(arrays["rest"])),
            np.sort(arrays["similarities"]),
            np.sort(arrays["distances"]),
            bundle.manifest,
            device,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its settings are not those of segmentation uncertainty ({error}): get a fresh copy."
        ) from error
    labelled = [CODES[name] for name in model.structures]
    whole = (
        model.codes.shape[1:] == (net.vae.latent,)
        and model.known.shape == (len(model.codes), 1 + len(CODES))
        and model.calibration.is_sound
        and len(model.similarities) > 0
        and len(model.distances) > 0
        and model.images.mean.shape == net.image_features(torch.zeros(1, net.size, net.size, device=device))[0].shape
        and model.neighbours > 0
        and model.grid_mm > 0
    )
    if not whole or net.vae.labels != 1 + len(CODES) or not labelled or not model.known[:, labelled].any(0).all():
        raise InputError(f"{bundle.path}: its maps do not fit the rest of the model: get a fresh copy.")
    return model


def _check_architecture(components: Mapping[str, Component]) -> None:
    require_architecture(components, KNOWN)
