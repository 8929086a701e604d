"""Border reader: a small U-Net that predicts, per angle of a polar strip, the distribution of the skull's border."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CircularConvolution(nn.Module):
    """3 x 3 convolution with batch normalisation and ReLU, periodic along the angles, zero-padded along the radii."""

    def __init__(self, in_channels: int, out_channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.dilation = dilation
        self.convolution = nn.Conv2d(in_channels, out_channels, 3, dilation=(dilation, 1), bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, angles, radii) -> (B, C', angles, radii)."""
        x = torch.cat([x[:, :, -self.dilation :], x, x[:, :, : self.dilation]], dim=2)
        return F.relu(self.norm(self.convolution(F.pad(x, (1, 1)))))


@dataclass(frozen=True)
class BorderOutput:
    """Prediction for each strip.

    Attributes
    ----------
    log_probability : (B, A, R) log probability that the border lies in a radial bin, normalised over the bins.
    visible : (B, A) logit that an echo of the border is visible.
    """

    log_probability: Tensor
    visible: Tensor

    def moments(self, radii: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (B, A) of the border's radius; `radii` (R,) are the centres of the bins."""
        p = self.log_probability.exp()
        mean = (p * radii).sum(-1)  # no matrix product: under autocast it would round to bfloat16
        variance = (p * (radii - mean[..., None]).square()).sum(-1)
        width = (radii[1] - radii[0]).square() / 12
        return mean, (variance + width).sqrt()


class BorderReader(nn.Module):
    """U-Net (Ronneberger et al. 2015) of three levels on a strip of grey values.

    It has no position along the angles, so that a rotated picture gives the rotated border.

    Parameters
    ----------
    channels
        Feature maps of the three levels.
    """

    def __init__(self, channels: tuple[int, int, int] = (16, 32, 48)) -> None:
        super().__init__()
        a, b, c = channels
        self.first = nn.Sequential(CircularConvolution(2, a), CircularConvolution(a, a))
        self.second = nn.Sequential(CircularConvolution(a, b), CircularConvolution(b, b, dilation=2))
        self.third = nn.Sequential(
            CircularConvolution(b, c, dilation=2),
            CircularConvolution(c, c, dilation=4),
            CircularConvolution(c, c, dilation=2),
        )
        self.up_second = CircularConvolution(b + c, b)
        self.up_first = CircularConvolution(a + b, a)
        self.border = nn.Conv2d(a, 1, 1)
        self.visible = nn.Linear(a, 1)

    def forward(self, strip: Tensor) -> BorderOutput:
        """`strip` (B, 2, A, R): grey values and a mask of what lies inside the picture; A and R multiples of 4."""
        first = self.first(strip)
        second = self.second(F.max_pool2d(first, 2))
        third = self.third(F.max_pool2d(second, 2))
        x = self.up_second(torch.cat([second, F.interpolate(third, scale_factor=2, mode="nearest")], dim=1))
        x = self.up_first(torch.cat([first, F.interpolate(x, scale_factor=2, mode="nearest")], dim=1))
        log_probability = self.border(x)[:, 0].float().log_softmax(-1)
        # features of the place where the border is expected
        at_border = torch.einsum("bcar,bar->bac", x, log_probability.exp().to(x.dtype))
        return BorderOutput(log_probability, self.visible(at_border)[..., 0])
