"""A heart bundle as a latent space to work in: place a heart, decode, sample, walk.

Levels are numbered from 1, the finest detail, to the top, as z_1 .. z_L in `models.ladder_vae`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.bundle.manifest import BundleManifest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.bundle import KIND, build_ladder, check_architecture
from GenerativeModelsLib.heart.infer.error import error_weighting, reconstruction_error
from GenerativeModelsLib.heart.infer.typicality import SeenHearts, TypicalHeart
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.uncertainty.in_distribution import InDistribution
from GenerativeModelsLib.uncertainty.platt import PlattScale

__all__ = ["CLASSES", "KIND", "HeartModel", "Placed", "Walk", "load_heart_model"]

CLASSES = ("healthy", "hcm")
LONGEST_STEP = 0.25
"""Of a walk, in standard deviations of the population's top level."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Hearts (N,) in the latent space.

    Attributes
    ----------
    levels : means of z_1 .. z_L, (N, d_l) each.
    hcm_probability : (N,) calibrated probability of hypertrophic cardiomyopathy.
    error_mm : (N,) root mean squared error of the radii, walls and reaches of the phases seen.
    in_distribution : one judgement a heart.
    es_present : whether end systole was seen.
    """

    levels: tuple[np.ndarray, ...]
    hcm_probability: np.ndarray
    error_mm: np.ndarray
    in_distribution: tuple[InDistribution, ...]
    es_present: bool

    @property
    def z_top(self) -> np.ndarray:
        """(N, d_L), the level that the class is read from."""
        return self.levels[-1]


@dataclass(frozen=True, eq=False)
class Walk:
    """A heart on its way to another class.

    Attributes
    ----------
    z_top : (T, d_L) the way on the top level, the start first.
    hcm_probability : (T,)
    hearts : (T, 2) shapes.
    at_border : whether it ended at the border of the population rather than with its last step.
    """

    z_top: np.ndarray
    hcm_probability: np.ndarray
    hearts: RayBatch
    at_border: bool


class HeartModel:
    """The networks of a bundle with their calibration; arrays in, arrays out. Use `load_heart_model`."""

    def __init__(
        self,
        net: LadderVAE,
        calibration: Mapping[bool, PlattScale],
        typical: TypicalHeart,
        spread: Sequence[np.ndarray],
        manifest: BundleManifest,
        device: torch.device,
    ) -> None:
        self.net = net.to(device)
        self.calibration, self.typical, self.manifest, self.device = calibration, typical, manifest, device
        self.spread = tuple(np.asarray(s, float) for s in spread)

    @property
    def levels(self) -> tuple[int, ...]:
        """Sizes of z_1 .. z_L."""
        return self.net.latents

    @torch.no_grad()
    def place(self, hearts: RayBatch, es_present: bool = True) -> Placed:
        """Means of all levels of hearts (N, 2), their probability, and how usual they are.

        Without end systole (`es_present` False) its half of the batch is left aside.
        """
        code = heart_code.encode(hearts)
        x = self._tensor(code)
        present = torch.tensor([[True, es_present]], device=self.device).expand(len(x), 2)
        levels = self.net.encode(x, present)
        z = [level.z.cpu().double().numpy() for level in levels]
        rebuilt = self.net.decode([level.z for level in levels]).cpu().numpy()
        ranked = reconstruction_error(code, rebuilt, es_present, error_weighting(self.manifest.in_distribution))
        judged = tuple(self.typical.judge(SeenHearts(hearts, z, ranked, es_present)))
        error_mm = reconstruction_error(code, rebuilt, es_present)
        return Placed(tuple(z), self.probability(z[-1], es_present), error_mm, judged, es_present)

    @torch.no_grad()
    def probability(self, z_top: np.ndarray, es_present: bool = True) -> np.ndarray:
        """Calibrated probability (N,) of hypertrophic cardiomyopathy of points (N, d_L) of the top level."""
        logits = self.net.classify(self._tensor(z_top)).cpu().double().numpy()
        return self.calibration[es_present].probability(logits[:, 1] - logits[:, 0])

    @torch.no_grad()
    def thickest_mm(self, z_top: np.ndarray) -> np.ndarray:
        """Thickest wall (N,) at end diastole in mm that points (N, d_L) of the top level tell."""
        return self.net.attributes(self._tensor(z_top))[:, 0].cpu().double().numpy()

    def reconstruct(self, placed: Placed) -> RayBatch:
        """The model's own shapes (N, 2) of placed hearts; of hearts without end systole it adds its expectation."""
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
        """Shapes (N, 2) of values z (N, d) of a level; lower levels at their prior means.

        Parameters
        ----------
        level
            1 (detail) to L (top).
        z
            (N, d_level).
        sampled
            Lower levels to draw from their priors instead; the same `seed`, the same draws.
        above
            Values (N, d) or (1, d) of each higher level, as the shape follows from all levels; the middle of the
            population by default.

        Raises
        ------
        ValueError
            No such level, or values of another size.
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
        higher = [self._tensor(values).expand(len(z), -1) for values in above]
        return self._shapes(self.net.from_level(level - 1, [self._tensor(z), *higher], noise))

    def cluster_mean(self, condition: str) -> RayBatch:
        """Mean heart (1, 2) of a class, "healthy" or "hcm": of what its cluster on the top level decodes to."""
        hearts = self.decode(len(self.levels), self.typical.density.points[_class(condition)])
        return RayBatch(*(getattr(hearts, name).mean(axis=0, keepdims=True) for name in RayBatch.FIELDS))

    def sample(self, condition: str, n: int, seed: int = 0) -> RayBatch:
        """Hearts (n, 2) of a class: the top level from its density, every lower level from its prior."""
        z = self.typical.density.sample(_class(condition), n, np.random.default_rng(seed))
        return self.decode(len(self.levels), z, range(1, len(self.levels)), seed)

    def walk(self, heart: RayBatch | Placed, towards: str, steps: int = 30, step_size: float = 0.1) -> Walk:
        """One heart led to another class along the gradient, mu_t = mu_{t-1} + lambda dy / dmu (Biffi et al. 2018).

        y is the score (logit) of the class over the other's, `step_size` lambda; a step is at most a quarter of the
        population's standard deviation. What is the heart's own stays: each lower level keeps its distance from its
        prior's mean, in standard deviations. The walk ends at the border of the population (`LatentDensity.limit`); a
        heart that starts beyond it may only walk to denser places.

        Raises
        ------
        ValueError
            More than one heart, or `towards` is no class.
        """
        placed = heart if isinstance(heart, Placed) else self.place(heart)
        if len(placed.z_top) != 1:
            raise ValueError(f"{len(placed.z_top)} hearts given, expected one to walk with.")
        sign = 1.0 if _class(towards) == 1 else -1.0
        density, longest = self.typical.density, LONGEST_STEP * self.spread[-1]
        way, at_border = [placed.z_top[0]], False
        for _ in range(steps):
            step = step_size * sign * self._class_gradient(way[-1])
            step = step / max(1.0, float(np.abs(step / longest).max()))
            here, there = density.log_density(np.stack([way[-1], way[-1] + step]))
            if there < min(density.limit, here):
                at_border = True
                break
            way.append(way[-1] + step)
        z = np.stack(way)
        probability = self.probability(z, placed.es_present)
        return Walk(z, probability, self._with_own_detail(placed, z), at_border)

    def traverse(self, level: int, dimension: int, values: Sequence[float], around: Placed | None = None) -> RayBatch:
        """Shapes (len(values), 2) as one dimension of a level takes values, in standard deviations of the population.

        The other dimensions of that level stay as in the heart `around`, or the middle of the population; lower levels
        follow at their prior means.

        Raises
        ------
        ValueError
            No such level or dimension.
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
        """(d_level,) the middle of the population: half-way between the classes on the top, prior means below."""
        density = self.typical.density
        z = self._tensor(np.mean([density.mean(k) for k in range(len(CLASSES))], axis=0)[None])
        for below in reversed(range(level - 1, len(self.levels) - 1)):
            z = self.net.prior(below, z, z).mu
        return z[0].cpu().double().numpy()

    def _class_gradient(self, z: np.ndarray) -> np.ndarray:
        """d (logit of hcm over healthy) / d z_top, (d,)."""
        with torch.enable_grad():
            point = self._tensor(z[None]).requires_grad_(True)
            logits = self.net.classify(point)[0]
            (gradient,) = torch.autograd.grad(logits[1] - logits[0], point)
        return gradient[0].cpu().double().numpy()

    @torch.no_grad()
    def _with_own_detail(self, placed: Placed, z_top: np.ndarray) -> RayBatch:
        own: list[torch.Tensor | None] = [None] * (len(self.levels) - 1)
        for below in range(len(self.levels) - 1):
            prior = self.net.prior(below, self._tensor(placed.levels[below + 1]), self._tensor(placed.levels[below]))
            offset = (self._tensor(placed.levels[below]) - prior.mu) / prior.sigma
            own[below] = offset.expand(len(z_top), -1)
        return self._shapes(self.net.from_level(len(self.levels) - 1, [self._tensor(z_top)], own))

    def _shapes(self, x: torch.Tensor) -> RayBatch:
        return heart_code.decode(x.cpu().double().numpy())

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(np.asarray(values, np.float32), device=self.device)


def _class(condition: str) -> int:
    if condition not in CLASSES:
        raise ValueError(f"condition is {condition!r}, expected one of {', '.join(CLASSES)}.")
    return CLASSES.index(condition)


def load_heart_model(folder: Path, device: torch.device | str = "cpu") -> HeartModel:
    """Read and verify a bundle and build its network.

    Raises
    ------
    InputError
        One sentence saying what is wrong with the bundle.
    """
    bundle = read_bundle(folder, KIND, check_architecture)
    net = build_ladder(bundle)
    manifest = bundle.manifest
    tensors = {name: tensor.cpu().double().numpy() for name, tensor in bundle.component("typical").items()}
    try:
        scales = manifest.calibration["hcm_probability"]
        names = {"both phases": True, "end diastole alone": False}
        calibration = {
            both: PlattScale(float(scales[name]["slope"]), float(scales[name]["offset"]))
            for name, both in names.items()
        }
        error_weighting(manifest.in_distribution)  # raises where it is unknown
        typical = TypicalHeart.from_bundle(manifest.in_distribution, tensors)
        spread = [tensors[f"spread.{level}"] for level in range(1, len(net.latents) + 1)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{bundle.path}: its calibration cannot be read ({error}): get a fresh copy of the bundle."
        ) from error
    return HeartModel(net, calibration, typical, spread, manifest, torch.device(device))
