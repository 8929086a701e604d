"""Latent space of a heart bundle: encoding, decoding, sampling and traversals.

Levels are numbered from 1, the finest detail, to the top, as z_1 .. z_L in `models.ladder_vae`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import CLASSES, PRIORS
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.bundle import KIND, build_ladder, check_architecture
from GenerativeModelsLib.heart.infer.error import error_weighting, reconstruction_error
from GenerativeModelsLib.heart.infer.typicality import SeenHearts, TypicalHeart
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.reference import WALL_SD_MM
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.uncertainty.flow_prior import FlowPrior, read_flows, require_prior
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution
from GenerativeModelsLib.uncertainty.platt import PlattScale

__all__ = ["KIND", "HeartModel", "Placed", "class_index", "load_heart_model"]


@dataclass(frozen=True, eq=False)
class Placed:
    """Hearts (N,) in the latent space.

    Attributes
    ----------
    levels : means of z_1 .. z_L, (N, d_l) each.
    hcm_probability : (N,) calibrated probability of hypertrophic cardiomyopathy.
    error_mm : (N,) root mean squared error of the radii, walls and reaches of the phases present.
    in_distribution : one judgement per heart.
    present : (N, PHASES) bool, the phases they were placed from.
    hcm_interval90 : (N, 2) 90 % interval of the probability for walls of the error `WALL_SD_MM`; None = unknown.
    """

    levels: tuple[np.ndarray, ...]
    hcm_probability: np.ndarray
    error_mm: np.ndarray
    in_distribution: tuple[InDistribution, ...]
    present: np.ndarray
    hcm_interval90: np.ndarray | None = None

    @property
    def z_top(self) -> np.ndarray:
        """(N, d_L) means of the top level, from which the class is predicted."""
        return self.levels[-1]


class HeartModel:
    """Networks of a bundle with their calibration; takes and returns arrays. Made by `load_heart_model`.

    Shapes have the phases of `heart.infer.code.PHASE_NAMES`. `calibration` is by the names of `heart.infer.code.SEEN`,
    `flows` by class, of the top level; without them hearts are drawn from the kernel density alone.
    """

    def __init__(
        self,
        net: LadderVAE,
        calibration: Mapping[str, PlattScale],
        typical: TypicalHeart,
        spread: Sequence[np.ndarray],
        manifest: BundleManifest,
        device: torch.device,
        flows: Mapping[str, FlowPrior] | None = None,
    ) -> None:
        self.net = net.to(device)
        self.calibration, self.typical, self.manifest, self.device = calibration, typical, manifest, device
        self.flows = dict(flows or {})
        self.spread = tuple(np.asarray(s, float) for s in spread)

    @property
    def levels(self) -> tuple[int, ...]:
        """Sizes of z_1 .. z_L."""
        return self.net.latents

    @torch.no_grad()
    def place(self, hearts: RayBatch) -> Placed:
        """Posterior means of all levels of hearts (N, PHASES), their HCM probability and in-distribution judgement.

        Only the phases that are present are used.

        Raises
        ------
        ValueError
            The hearts have another number of phases, or a heart has phases the model is not calibrated for.
        """
        code, present = heart_code.encode(hearts), hearts.present
        names = heart_code.presence_names(present)
        levels = self.net.encode(self.tensor(code), torch.as_tensor(present, device=self.device))
        z = [level.z.cpu().double().numpy() for level in levels]
        rebuilt = self.net.decode([level.z for level in levels]).cpu().numpy()
        ranked = reconstruction_error(code, rebuilt, present, error_weighting(self.manifest.in_distribution))
        judged = tuple(self.typical.judge(SeenHearts(hearts, z, ranked)))
        error_mm = reconstruction_error(code, rebuilt, present)
        probability = self._probability(z[-1], names)
        interval = self._interval90(hearts, names, probability)
        return Placed(tuple(z), probability, error_mm, judged, present, interval)

    def probability(self, z_top: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
        """Calibrated probability (N,) of hypertrophic cardiomyopathy of points (N, d_L) of the top level.

        Parameters
        ----------
        present
            (N, PHASES) or (1, PHASES) bool, the phases that the points were read from; all by default.

        Raises
        ------
        ValueError
            The model is not calibrated for these phases.
        """
        every = np.ones((1, heart_code.PHASES), bool) if present is None else present
        return self._probability(z_top, heart_code.presence_names(np.broadcast_to(every, (len(z_top), every.shape[1]))))

    @torch.no_grad()
    def thickest_mm(self, z_top: np.ndarray) -> np.ndarray:
        """Thickest wall (N,) at end diastole in mm, predicted from points (N, d_L) of the top level."""
        return self.net.attributes(self.tensor(z_top))[:, 0].cpu().double().numpy()

    def reconstruct(self, placed: Placed) -> RayBatch:
        """Reconstructed shapes (N, PHASES) of placed hearts; absent phases are predicted."""
        return self.decode(1, placed.levels[0], above=placed.levels[1:])

    @torch.no_grad()
    def decode(
        self,
        level: int,
        z: np.ndarray,
        sampled: Collection[int] = (),
        seed: int = 0,
        above: Sequence[np.ndarray] | None = None,
    ) -> RayBatch:
        """Shapes (N, PHASES) of values z (N, d) of a level; lower levels at their prior means.

        Parameters
        ----------
        level
            1 (detail) to L (top).
        z
            (N, d_level).
        sampled
            Lower levels that are sampled from their priors with `seed`.
        above
            Values (N, d) or (1, d) of each higher level; by default the middle of the population.

        Raises
        ------
        ValueError
            There is no such level, or the values have another size.
        """
        z = np.atleast_2d(np.asarray(z, float))
        if not 1 <= level <= len(self.levels):
            raise ValueError(f"level is {level}, expected 1 to {len(self.levels)}.")
        if z.shape[1] != self.levels[level - 1]:
            raise ValueError(f"z has {z.shape[1]} values a heart, expected {self.levels[level - 1]} at level {level}.")
        generator = torch.Generator().manual_seed(seed)
        noise: list[torch.Tensor | None] = []
        for number, size in enumerate(self.levels[: level - 1], start=1):
            drawn = torch.randn(len(z), size, generator=generator) if number in sampled else None
            noise.append(None if drawn is None else drawn.to(self.device))
        if above is None:
            above = [self.middle(higher)[None] for higher in range(level + 1, len(self.levels) + 1)]
        higher = [self.tensor(values).expand(len(z), -1) for values in above]
        return self.shapes(self.net.from_level(level - 1, [self.tensor(z), *higher], noise))

    def cluster_mean(self, condition: str) -> RayBatch:
        """Mean heart (1, PHASES) of a class, "healthy" or "hcm": mean of the shapes decoded from its cluster."""
        hearts = self.decode(len(self.levels), self.typical.density.points[class_index(condition)])
        return RayBatch(*(getattr(hearts, name).mean(axis=0, keepdims=True) for name in RayBatch.FIELDS))

    def sample(self, condition: str, n: int, seed: int = 0, prior: str | FlowPrior = "kernel") -> RayBatch:
        """Random hearts (n, PHASES) of a class: top level from a density of the class, lower levels from their priors.

        Parameters
        ----------
        condition
            Of `CLASSES`.
        n, seed
            Number of hearts, and seed of the draws.
        prior
            Density (d_L) of the class's top level: "kernel", the kernel density by which hearts are also judged;
            "flow", the bundle's normalising flow of the same points; or a flow, see `uncertainty.flow_prior`.

        Raises
        ------
        InputError
            The bundle has no flow of the class, or there is no such prior.
        ValueError
            There is no such class, or the density has another size.
        """
        k, rng = class_index(condition), np.random.default_rng(seed)
        if prior == "kernel":
            z = self.typical.density.sample(k, n, rng)
        else:
            flow = self._flow(condition, prior) if isinstance(prior, str) else prior
            z = flow.draw(n, rng).vectors
        return self.decode(len(self.levels), z, range(1, len(self.levels)), seed)

    def _flow(self, condition: str, prior: str) -> FlowPrior:
        if prior not in PRIORS:
            raise InputError(f"{named('prior')} is '{prior}': give {' or '.join(PRIORS)}.")
        return require_prior(self.flows.get(condition), self.manifest, f"use {named('prior')} kernel, ")

    def traverse(self, level: int, dimension: int, values: Sequence[float], around: Placed | None = None) -> RayBatch:
        """Shapes (V, PHASES) for V values of one dimension of a level, in standard deviations of the population.

        The other dimensions of that level are those of the heart `around`, or of the middle of the population; lower
        levels are at their prior means.

        Raises
        ------
        ValueError
            There is no such level or dimension.
        """
        if not 1 <= level <= len(self.levels) or not 0 <= dimension < self.levels[level - 1]:
            raise ValueError(
                f"There is no dimension {dimension} of level {level}; the levels' sizes are {self.levels}."
            )
        middle = self.middle(level) if around is None else around.levels[level - 1][0]
        z = np.repeat(middle[None], len(values), axis=0)
        z[:, dimension] = self.middle(level)[dimension] + np.asarray(values, float) * self.spread[level - 1][dimension]
        return self.decode(level, z, above=None if around is None else around.levels[level:])

    @torch.no_grad()
    def middle(self, level: int) -> np.ndarray:
        """(d_level,) middle of the population: mean of the class means on the top level, prior means below."""
        density = self.typical.density
        z = self.tensor(np.mean([density.mean(k) for k in range(len(CLASSES))], axis=0)[None])
        for below in reversed(range(level - 1, len(self.levels) - 1)):
            z = self.net.prior(below, z, z).mu
        return z[0].cpu().double().numpy()

    @torch.no_grad()
    def _probability(self, z_top: np.ndarray, names: np.ndarray) -> np.ndarray:
        """As `probability`, by the names (N,) of the calibrations."""
        logits = self.net.classify(self.tensor(z_top)).cpu().double().numpy()
        score, found = logits[:, 1] - logits[:, 0], np.empty(len(logits))
        for name in set(names):
            found[names == name] = self.calibration[name].probability(score[names == name])
        return found

    def _interval90(self, hearts: RayBatch, names: np.ndarray, found: np.ndarray) -> np.ndarray:
        """(N, 2) range of the probability `found` (N,) over walls that are read thinner and thicker."""
        present, values = torch.as_tensor(hearts.present, device=self.device), [found]
        for shift_mm in (-1.645 * WALL_SD_MM, 1.645 * WALL_SD_MM):
            epi_mm = np.maximum(hearts.epi_mm + shift_mm, hearts.endo_mm + heart_code.LEAST_MM)
            code = heart_code.encode(replace(hearts, epi_mm=epi_mm))
            top = self.net.encode(self.tensor(code), present)[-1].z
            values.append(self._probability(top.cpu().double().numpy(), names))
        return np.stack([np.min(values, axis=0), np.max(values, axis=0)], axis=1)

    def shapes(self, x: torch.Tensor) -> RayBatch:
        """Shapes (N, PHASES) of codes (N, `CODE_SIZE`) that the network has decoded."""
        return heart_code.decode(x.cpu().double().numpy())

    def tensor(self, values: np.ndarray) -> torch.Tensor:
        """Values as float32 on the device of the model."""
        return torch.as_tensor(np.asarray(values, np.float32), device=self.device)


def class_index(condition: str) -> int:
    """Index of a class in `CLASSES`; raises `ValueError` for an unknown name."""
    if condition not in CLASSES:
        raise ValueError(f"condition is {condition!r}, expected one of {', '.join(CLASSES)}.")
    return CLASSES.index(condition)


def load_heart_model(folder: Path, device: torch.device | str = "cpu") -> HeartModel:
    """Read and verify a bundle and build its network.

    Raises
    ------
    InputError
        The bundle cannot be used; the message gives the reason.
    """
    bundle = read_bundle(folder, KIND, check_architecture)
    net = build_ladder(bundle)
    manifest = bundle.manifest
    tensors = {name: tensor.cpu().double().numpy() for name, tensor in bundle.component("typical").items()}
    try:
        scales = manifest.calibration["hcm_probability"]
        calibration = {
            name: PlattScale(float(scales[name]["slope"]), float(scales[name]["offset"])) for name in heart_code.SEEN
        }
        error_weighting(manifest.in_distribution)  # raises if it is unknown
        typical = TypicalHeart.from_bundle(manifest.in_distribution, tensors)
        spread = [tensors[f"spread.{level}"] for level in range(1, len(net.latents) + 1)]
        flows = read_flows(
            manifest.training_population.get("prior", {}), bundle.component("prior"), FlowPrior.from_bundle
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its calibration cannot be read ({error}): get a fresh copy of the bundle."
        ) from error
    return HeartModel(net, calibration, typical, spread, manifest, torch.device(device), flows)
