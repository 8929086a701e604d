"""REC-CVAE and HiREC-CVAE: a skull from the borders read in one to three planes.

Re-implementation of the idea of Cerrolaza et al., MICCAI 2018 (DOI 10.1007/978-3-030-00928-1_44). The equations as
computed, with a, s, c for axial, sagittal, coronal and L levels:

    h_k = PlaneEncoder_k(border k), or a learned token where plane k is absent
    HiREC (L = 3)   p(z_1 | h_a)  p(z_2 | h_a, h_s, z_1)  p(z_3 | h_a, h_s, h_c, z_1, z_2)
    REC   (L = 1)   p(z_1 | h_a, h_s, h_c)
    estimate        N(mu_e, sigma_e^2) = g_l(x / x_scale, z_1 .. z_(l-1))
    posterior       q(z_l | x, h, z_1 .. z_(l-1)) proportional to prior times estimate, at every level
    decoder         mean of p(x | z, h) = x_scale * f(h_a, h_s, h_c, z_1 .. z_L)
    poses           N(mu, sigma^2) = r(h_a, h_s, h_c, z_1 .. z_L), six numbers per plane

x is the head: the K coefficients of its signed distance (`LowRankField`) and the logarithm of its size over the size
measured in the axial plane. All priors are learned and conditional, log sigma = 5 tanh(. / 5). The estimate does not
read the planes; they enter the posterior through the prior.

Deviations from the paper, whose layers, latent sizes and loss weights are not public:

* a plane is the border read in its picture, with its doubt per angle (`BorderReader`), not its grey values: real and
  simulated borders are alike, real and simulated pictures are not;
* coefficients of a distance field, not 96^3 voxels: the surface is not limited by the voxel, and draws are fast;
* KL[q(z | x, y) || p(z | y)], not a fixed N(0, I) prior: draws given the planes come from the prior alone;
* a level also reads the planes of the levels above it: z need not encode what these planes show;
* a token for an absent plane, not an empty border;
* AdamW with a one-cycle rate, not Adam with rate 0.001 (`training.skull.module`): it needs fewer epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.gaussian import DiagonalGaussian, GaussianHead, matched_noise, soft_bound
from GenerativeModelsLib.models.plane_encoder import PlaneEncoder, encode_planes
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction

__all__ = ["PLANES", "Conditions", "HiRecCVAE", "Level", "RecCVAE", "SkullCVAE"]


@dataclass(frozen=True)
class Level:
    """One latent level of a forward pass: its prior, its posterior (training only) and the value passed down."""

    prior: DiagonalGaussian
    posterior: DiagonalGaussian | None
    z: Tensor


def _perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, outputs)
    )


def _head(inputs: int, hidden: int, outputs: int) -> GaussianHead:
    return GaussianHead(_perceptron(inputs, hidden, 2 * outputs), soft_bound)


class SkullCVAE(nn.Module):
    """Base class of REC-CVAE and HiREC-CVAE: encoders, latent levels, decoder, pose head.

    Parameters
    ----------
    levels
        The planes that enter at each latent level, in order.
    latent
        Dimension of each level's latent.
    rank
        K; x has K + 1 entries.
    angles, features
        See `PlaneEncoder`.
    """

    def __init__(
        self,
        levels: Sequence[Sequence[str]],
        latent: int,
        rank: int,
        angles: int = 64,
        features: int = 160,
        hidden: int = 256,
    ) -> None:
        super().__init__()
        self.levels = [[PLANES.index(plane) for plane in level] for level in levels]
        self.latent = latent
        self.encoders = nn.ModuleList(PlaneEncoder(angles, features=features) for _ in PLANES)
        self.missing = nn.Parameter(0.1 * torch.randn(len(PLANES), features))
        self.priors, self.bottom_up = nn.ModuleList(), nn.ModuleList()
        context = 0
        for depth, level in enumerate(self.levels):
            context += features * len(level)
            self.priors.append(_head(context + depth * latent, hidden, latent))
            self.bottom_up.append(_head(rank + 1 + depth * latent, hidden, latent))
        total = latent * len(self.levels)
        self.decoder = _perceptron(total + features * len(PLANES), 2 * hidden, rank + 1)
        self.pose = _head(features * len(PLANES) + total, hidden, 6 * len(PLANES))
        self.register_buffer("x_scale", torch.ones(rank + 1))

    def encode_planes(self, y: Conditions) -> Tensor:
        """Features (B, 3, F); the learned missing token where a plane is absent."""
        return encode_planes(self.encoders, self.missing, y)

    def descend(self, features: Tensor, noise: Tensor | None, x: Tensor | None = None) -> list[Level]:
        """Evaluate the levels in order, the axial one first.

        `features` (B, 3, F). With `x` (B, K+1) each level's z comes from its posterior, otherwise from its prior.
        `noise` (B, levels, latent) standard normal, or None for the mean of each level.
        """
        found: list[Level] = []
        context: list[Tensor] = []
        above: list[Tensor] = []
        for depth, level in enumerate(self.levels):
            context += [features[:, k] for k in level]
            prior = self.priors[depth](torch.cat([*context, *above], dim=1))
            posterior = None
            if x is not None:
                posterior = prior.merge(self.bottom_up[depth](torch.cat([x / self.x_scale, *above], dim=1)))
            chosen = posterior or prior
            z = chosen.mu if noise is None else chosen.sample(noise[:, depth])
            found.append(Level(prior, posterior, z))
            above.append(z)
        return found

    def decode(self, features: Tensor, levels: list[Level]) -> Tensor:
        """Mean of p(x | z, y): (B, K + 1), from features (B, 3, F) and the levels' z."""
        return self.decoder(torch.cat([features.flatten(1), *[level.z for level in levels]], dim=1)) * self.x_scale

    def poses(self, features: Tensor, levels: list[Level]) -> DiagonalGaussian:
        """Pose of each picture relative to its standard plane, (B, 3 * 6): shift over head size, rotation vector."""
        return self.pose(torch.cat([features.flatten(1), *[level.z for level in levels]], dim=1))

    @torch.no_grad()
    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Prediction as in `Predictor`: the mean of every prior, and `samples` draws from the prior path.

        The draws use samples * levels * latent normal numbers from `generator`, in that order. Several are shifted and
        scaled to the mean 0 and the variance 1 that they have in expectation (moment matching: Barraquand, Management
        Science 1995;41:1882), so that the mean head and its spread depend less on the seed. Raises ValueError if `y`
        contains more than one case.
        """
        features = self.encode_planes(y)
        if len(features) != 1:
            raise ValueError(f"y holds {len(features)} cases, expected one.")
        levels = self.descend(features, None)
        mean, poses = self.decode(features, levels), self.poses(features, levels).mu
        if not samples:
            return Prediction(mean, None, poses)
        noise = matched_noise(samples, len(self.levels), self.latent, generator=generator).to(features.device)
        repeated = features.expand(samples, -1, -1)
        return Prediction(mean, self.decode(repeated, self.descend(repeated, noise)), poses)


class RecCVAE(SkullCVAE):
    """REC-CVAE: all planes condition one latent space."""

    def __init__(self, latent: int = 48, **parameters: int) -> None:
        super().__init__([PLANES], latent, **parameters)


class HiRecCVAE(SkullCVAE):
    """HiREC-CVAE: nested latent spaces, one plane each; by the paper's clinical relevance axial, sagittal, coronal."""

    def __init__(self, latent: int = 16, order: Sequence[str] = PLANES, **parameters: int) -> None:
        super().__init__([[plane] for plane in order], latent, **parameters)
