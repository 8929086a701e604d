"""Facing network: whether a canonical picture shows the head upright or in the opposite orientation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.locator import PLANE_COUNT, DoubleConvolution


class FacingNet(nn.Module):
    """Strided convolutions of a canonical picture and one logit per plane.

    Parameters
    ----------
    size
        Pixels per side of the picture, a multiple of 16.
    channels
        Feature maps at strides 2, 4, 8, 16.
    """

    def __init__(self, size: int = 64, channels: tuple[int, ...] = (12, 24, 32, 48)) -> None:
        super().__init__()
        if size % 16:
            raise ValueError(f"size is {size}, expected a multiple of 16.")
        inputs = (1 + PLANE_COUNT, *channels[:-1])
        blocks = (DoubleConvolution(i, o, stride=2) for i, o in zip(inputs, channels, strict=True))
        self.convolutions = nn.Sequential(*blocks)
        self.logit = nn.Sequential(nn.Dropout(0.2), nn.Linear(channels[-1] * (size // 16) ** 2, 1))

    def forward(self, picture: Tensor, plane: Tensor) -> Tensor:
        """`picture` (B, N, N) grey values, `plane` (B,) 0 axial, 1 sagittal, 2 coronal -> (B,) logit of upright."""
        code = F.one_hot(plane, PLANE_COUNT).to(picture.dtype)[:, :, None, None].expand(-1, -1, *picture.shape[1:])
        x = self.convolutions(torch.cat([picture[:, None], code], dim=1))
        return self.logit(x.flatten(1))[:, 0]
