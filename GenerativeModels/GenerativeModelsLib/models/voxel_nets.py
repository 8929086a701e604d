"""Convolutional networks of a head's voxels: encoder and decoder shared by TL-net and the GAN."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.low_rank_field import LowRankField

__all__ = ["LIMIT", "SOFTNESS", "VoxelDecoder", "VoxelEncoder", "head_of_field", "occupancy"]

SOFTNESS = 0.05
"""Distance in head sizes over which the occupancy of a voxel goes from 1/2 to 0.73: half the distance of the voxels."""
LIMIT = 0.6
"""Distances are clamped to +-LIMIT, as those of the heads (`skull.shape.field.CLAMP`)."""


def occupancy(field: Tensor) -> Tensor:
    """Share of a voxel that the head fills, sigmoid(-f / SOFTNESS), of a signed distance f that is negative inside.

    Its logit is the distance again, so that a predicted occupancy has a surface between the voxels.
    """
    return torch.sigmoid(-field / SOFTNESS)


def head_of_field(field: Tensor, log_size: Tensor, basis: LowRankField) -> Tensor:
    """x (B, K + 1) of predicted distances (B, G, G, G) and log sizes (B,): the coefficients are the projection."""
    return torch.cat([basis.project(field.clamp(-LIMIT, LIMIT)), log_size[:, None]], dim=1)


class VoxelEncoder(nn.Module):
    """Three convolutions of stride 2 and a linear layer: (B, G, G, G) -> (B, outputs). G is divisible by 8.

    Parameters
    ----------
    outputs
        Length of the result.
    channels
        Of the first convolution; they double with each.
    size
        G.
    norm
        Whether batch normalisation follows the second and the third convolution.
    """

    def __init__(self, outputs: int, channels: int = 8, size: int = 32, norm: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv3d(1, channels, 4, 2, 1), nn.LeakyReLU(0.2)]
        for width in (channels, 2 * channels):
            layers.append(nn.Conv3d(width, 2 * width, 4, 2, 1))
            layers += [nn.BatchNorm3d(2 * width)] if norm else []
            layers.append(nn.LeakyReLU(0.2))
        self.net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * channels * (size // 8) ** 3, outputs))

    def forward(self, voxels: Tensor) -> Tensor:
        return self.net(voxels[:, None])


class VoxelDecoder(nn.Module):
    """A linear layer and three transposed convolutions of stride 2: (B, inputs) -> signed distance (B, G, G, G).

    The result is the mean field of the population plus `SOFTNESS` times the output of the last layer, so that minus
    this output is a change of the occupancy's logit.

    Parameters
    ----------
    inputs
        Length of the code.
    channels
        Of the last hidden layer; they double with each before it.
    size
        G, divisible by 8.
    """

    def __init__(self, inputs: int, channels: int = 8, size: int = 32) -> None:
        super().__init__()
        self.channels = channels
        first = size // 8
        self.net = nn.Sequential(
            nn.Linear(inputs, 4 * channels * first**3),
            nn.ReLU(),
            nn.Unflatten(1, (4 * channels, first, first, first)),
            nn.ConvTranspose3d(4 * channels, 2 * channels, 4, 2, 1),
            nn.BatchNorm3d(2 * channels),
            nn.ReLU(),
            nn.ConvTranspose3d(2 * channels, channels, 4, 2, 1),
            nn.BatchNorm3d(channels),
            nn.ReLU(),
            nn.ConvTranspose3d(channels, 1, 4, 2, 1),
        )
        self.register_buffer("mean", torch.zeros(size, size, size))

    def forward(self, code: Tensor) -> Tensor:
        return self.mean + SOFTNESS * self.net(code)[:, 0]
