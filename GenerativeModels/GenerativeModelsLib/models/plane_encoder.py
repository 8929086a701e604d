"""Encoder of one plane's picture."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.locator import DoubleConvolution


class RadialProfile(nn.Module):
    """Radial profile (B, angles) of a soft mask (B, N, N) about the picture's centre, in half widths.

    The integral of the mask along each ray. For a mask that is star-shaped about the centre it is the radius of the
    outline, with sub-pixel accuracy.
    """

    def __init__(self, angles: int = 64, steps: int = 64) -> None:
        super().__init__()
        phi = torch.arange(angles) * (2 * torch.pi / angles)
        rho = (torch.arange(steps) + 0.5) / steps
        rays = torch.stack([rho * phi.cos()[:, None], rho * phi.sin()[:, None]], dim=-1)
        self.register_buffer("rays", rays, persistent=False)

    def forward(self, mask: Tensor) -> Tensor:
        rays = self.rays.to(mask.dtype).expand(len(mask), -1, -1, -1)
        return F.grid_sample(mask[:, None], rays, align_corners=False)[:, 0].mean(-1)


class OutlineNorm(nn.BatchNorm1d):
    """Batch normalisation that uses the running statistics for a training batch of one.

    Absent planes are not encoded, so a batch of many cases may contain a plane once, and one value has no variance.
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) == 1:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)


class PlaneEncoder(nn.Module):
    """Strided convolutions of the picture and a perceptron of its outline, joined by one linear layer.

    The maps are not pooled, since they encode position. The outline is the radial profile of the locator's
    mask, with the locator's own measurements.

    Parameters
    ----------
    size
        Pixels per side of the picture, a multiple of 16.
    scalars
        Number of the locator's measurements per picture.
    features
        Length of the feature vector.
    channels
        Feature maps at strides 2, 4, 8, 16.
    angles
        Rays of the radial profile.
    """

    def __init__(
        self,
        size: int = 112,
        scalars: int = 6,
        features: int = 160,
        channels: tuple[int, ...] = (16, 32, 64, 96),
        angles: int = 64,
    ) -> None:
        super().__init__()
        if size % 16:
            raise ValueError(f"size is {size}, expected a multiple of 16.")
        inputs = (2, *channels[:-1])
        blocks = (DoubleConvolution(i, o, stride=2) for i, o in zip(inputs, channels, strict=True))
        self.convolutions = nn.Sequential(*blocks, nn.Conv2d(channels[-1], 32, 1), nn.ReLU(inplace=True))
        self.profile = RadialProfile(angles)
        self.outline = nn.Sequential(
            OutlineNorm(angles + scalars),
            nn.Linear(angles + scalars, features),
            nn.SiLU(),
            nn.Linear(features, features),
            nn.SiLU(),
        )
        self.project = nn.Sequential(
            nn.Linear(32 * (size // 16) ** 2 + features, features), nn.LayerNorm(features), nn.SiLU()
        )

    def forward(self, picture: Tensor, scalars: Tensor) -> Tensor:
        """`picture` (B, 2, size, size): grey values and the locator's head mask; `scalars` (B, S) -> (B, F)."""
        outline = self.outline(torch.cat([self.profile(picture[:, 1]), scalars], dim=1))
        return self.project(torch.cat([self.convolutions(picture).flatten(1), outline], dim=1))
