"""Conditional generative adversarial network of the head's voxels.

Cerrolaza et al., MICCAI 2018, compare with a GAN of which no architecture is public. This is one in the manner of
pix2pix (Isola et al., CVPR 2017, arXiv 1611.07004) with the layers of 3D-GAN (Wu et al., NeurIPS 2016, arXiv
1610.07584). With planes y and noise n ~ N(0, I):

    generator       (v, log size) = G(h(y), n)
    discriminator   D(v, log size, y), one number

`training.rivals.gan` has the losses.

Deviations from these papers:

* noise as an input, not dropout alone: the draws differ by it;
* 32^3 voxels and few channels; signed distances, of which the discriminator sees the occupancy (`voxel_nets`);
* one verdict on a head, not one a patch: a head is one object, and its size is part of it;
* planes are borders read in pictures, as of the other models, an absent one is a learned token.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.plane_encoder import PlaneEncoder, encode_planes
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.models.voxel_nets import VoxelDecoder, VoxelEncoder, head_of_field, occupancy

__all__ = ["HeadDiscriminator", "HeadGenerator", "SkullGANPredictor"]

MEAN_DRAWS = 64
"""Draws, of a fixed seed, whose mean is the deterministic estimate."""


class HeadGenerator(nn.Module):
    """Generator: planes and noise to a signed distance and a log size.

    Parameters
    ----------
    noise
        Length of the noise.
    code
        Length of the vector that the voxels are decoded from.
    channels, size
        See `VoxelDecoder`.
    features, angles
        Of the `PlaneEncoder` of each plane.
    hidden
        Width of the layers between features and code.
    """

    def __init__(
        self,
        noise: int = 16,
        code: int = 64,
        channels: int = 8,
        features: int = 64,
        hidden: int = 256,
        angles: int = 64,
        size: int = 32,
    ) -> None:
        super().__init__()
        self.noise = noise
        self.encoders = nn.ModuleList(PlaneEncoder(angles, features=features) for _ in PLANES)
        self.missing = nn.Parameter(0.1 * torch.randn(len(PLANES), features))
        self.code = nn.Sequential(
            nn.Linear(len(PLANES) * features + noise, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, code + 1),
        )
        self.decoder = VoxelDecoder(code, channels, size)
        self.register_buffer("size_scale", torch.ones(()))

    def features(self, y: Conditions) -> Tensor:
        """(B, 3 F) of the planes."""
        return encode_planes(self.encoders, self.missing, y).flatten(1)

    def forward(self, features: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Signed distance (B, G, G, G) and log size (B,) of features (B, 3 F) and noise (B, noise)."""
        found = self.code(torch.cat([features, noise], dim=1))
        return self.decoder(found[:, :-1]), found[:, -1] * self.size_scale


class HeadDiscriminator(nn.Module):
    """Discriminator: a head and the planes that it was predicted from to one number, high for true heads.

    Parameters
    ----------
    channels, size
        See `VoxelEncoder`.
    features, angles
        Of the `PlaneEncoder` of each plane.
    hidden
        Width of the layers behind both.
    """

    def __init__(
        self, channels: int = 8, features: int = 32, hidden: int = 128, angles: int = 64, size: int = 32
    ) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(PlaneEncoder(angles, features=features) for _ in PLANES)
        self.missing = nn.Parameter(0.1 * torch.randn(len(PLANES), features))
        self.voxels = VoxelEncoder(hidden, channels, size, norm=False)
        self.verdict = nn.Sequential(
            nn.LeakyReLU(0.2),
            nn.Linear(hidden + len(PLANES) * features + 1, hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(hidden, 1),
        )
        self.register_buffer("size_scale", torch.ones(()))

    def forward(self, field: Tensor, log_size: Tensor, y: Conditions) -> Tensor:
        """(B,) of signed distances (B, G, G, G), log sizes (B,) and planes."""
        planes = encode_planes(self.encoders, self.missing, y).flatten(1)
        seen = self.voxels(2 * occupancy(field) - 1)
        return self.verdict(torch.cat([seen, planes, log_size[:, None] / self.size_scale], dim=1))[:, 0]


class SkullGANPredictor(nn.Module):
    """`Predictor` of a trained generator, without poses.

    Parameters
    ----------
    net
        Trained generator.
    basis
        Its voxels are projected on it.
    """

    def __init__(self, net: HeadGenerator, basis: LowRankField) -> None:
        super().__init__()
        self.net, self.basis = net, basis

    @torch.no_grad()
    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Prediction as in `Predictor`: the mean of `MEAN_DRAWS` draws with a fixed seed, and `samples` draws.

        Raises ValueError if `y` contains more than one case.
        """
        features = self.net.features(y)
        if len(features) != 1:
            raise ValueError(f"y holds {len(features)} cases, expected one.")
        mean = self._draws(features, MEAN_DRAWS, torch.Generator().manual_seed(0)).mean(0, keepdim=True)
        return Prediction(mean, self._draws(features, samples, generator) if samples else None)

    def _draws(self, features: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
        noise = torch.randn(count, self.net.noise, generator=generator).to(features)
        return head_of_field(*self.net(features.expand(count, -1), noise), self.basis)
