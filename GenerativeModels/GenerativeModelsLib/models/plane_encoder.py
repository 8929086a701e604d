"""One plane's picture -> a feature vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.locator import DoubleConvolution


class PlaneEncoder(nn.Module):
    """Strided convolutions, then one linear layer over the *un-pooled* maps, since position is what matters here.

    Parameters
    ----------
    size
        Pixels per side of the picture, a multiple of 16.
    scalars
        Numbers that come with the picture (the locator's measurements of it).
    features
        Length of the feature vector.
    channels
        Feature maps at strides 2, 4, 8, 16.
    """

    def __init__(
        self, size: int = 112, scalars: int = 6, features: int = 160, channels: tuple[int, ...] = (16, 32, 64, 96)
    ) -> None:
        super().__init__()
        if size % 16:
            raise ValueError(f"size is {size}, expected a multiple of 16.")
        inputs = (2, *channels[:-1])
        blocks = (DoubleConvolution(i, o, stride=2) for i, o in zip(inputs, channels, strict=True))
        self.convolutions = nn.Sequential(*blocks, nn.Conv2d(channels[-1], 32, 1), nn.ReLU(inplace=True))
        self.project = nn.Sequential(
            nn.Linear(32 * (size // 16) ** 2 + scalars, features), nn.LayerNorm(features), nn.ReLU(inplace=True)
        )

    def forward(self, picture: Tensor, scalars: Tensor) -> Tensor:
        """`picture` (B, 2, size, size): grey values and the locator's head mask; `scalars` (B, S) -> (B, F)."""
        return self.project(torch.cat([self.convolutions(picture).flatten(1), scalars], dim=1))
