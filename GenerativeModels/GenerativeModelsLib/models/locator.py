"""Head locator: a small U-Net for the position and orientation of the head."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PLANE_COUNT = 3


class DoubleConvolution(nn.Sequential):
    """Two 3 x 3 convolutions with batch normalisation and ReLU; the first may halve the resolution."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


@dataclass(frozen=True)
class LocatorOutput:
    """Logits and features of the locator for each picture.

    Attributes
    ----------
    mask : (B, N/2, N/2) inside the closed head section.
    first_half : (B, N/2, N/2) axial and sagittal: the anterior half; coronal: the superior half.
    second_half : (B, N/2, N/2) sagittal: the superior half; the others: unused.
    presence : (B,) the picture contains a fetal head.
    features : (B, C) pooled deepest features.
    """

    mask: Tensor
    first_half: Tensor
    second_half: Tensor
    presence: Tensor
    features: Tensor

    def as_float(self) -> LocatorOutput:
        """Copy in single precision."""
        return LocatorOutput(*(value.float() for value in vars(self).values()))


class HeadLocatorNet(nn.Module):
    """U-Net (Ronneberger et al. 2015) at half resolution with the plane one-hot encoded as input channels.

    Parameters
    ----------
    channels
        Feature maps at strides 2, 4, 8, ...
    """

    def __init__(self, channels: tuple[int, ...] = (16, 32, 64, 96, 128)) -> None:
        super().__init__()
        channels = tuple(channels)
        inputs = (2 + PLANE_COUNT, *channels[:-1])
        self.down = nn.ModuleList(DoubleConvolution(i, o, stride=2) for i, o in zip(inputs, channels, strict=True))
        self.up = nn.ModuleList(
            DoubleConvolution(deep + shallow, shallow)
            for deep, shallow in zip(channels[:0:-1], channels[-2::-1], strict=True)
        )
        self.maps = nn.Conv2d(channels[0], 3, 1)
        self.presence = nn.Sequential(nn.Linear(2 * channels[-1], 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, image: Tensor, inside: Tensor, plane: Tensor) -> LocatorOutput:
        """`image`, `inside` (B, N, N) in [0, 1], `plane` (B,) 0 axial, 1 sagittal, 2 coronal."""
        code = F.one_hot(plane, PLANE_COUNT).to(image.dtype)[:, :, None, None].expand(-1, -1, *image.shape[1:])
        x = torch.cat([image[:, None], inside[:, None], code], dim=1)
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
        features = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        for block, skip in zip(self.up, skips[-2::-1], strict=True):
            x = block(torch.cat([F.interpolate(x, size=skip.shape[2:], mode="nearest"), skip], dim=1))
        mask, first, second = self.maps(x).unbind(1)
        return LocatorOutput(mask, first, second, self.presence(features)[:, 0], features)
