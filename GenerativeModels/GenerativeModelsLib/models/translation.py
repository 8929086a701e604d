"""Networks that give an image of one domain the look of another: a tone curve and a bounded residual.

After Zhu et al., ICCV 2017, arXiv 1703.10593 (CycleGAN). As computed, for an image x from -1 to 1 and a map of noise n:

    generator   G(x, n) = clip(T(x) + r tanh(U(x, n)), -1, 1)
    tone        T(x) = -1 + sum_k w_k clip(K (x + 1) / 2 - k, 0, 1),   w_k = softplus(v_k) > 0,   k = 0 ... K - 1
    residual    U: a U-Net on the pixels of 2 x 2 as channels (Shi et al. 2016), its last convolution 0 at first
    regions     S(x): the same U-Net with a score for each region of a pixel

T rises strictly, so that it moves no edge; the residual is at most r, `reach` percent of the range of grey values. At
the beginning G is the identity. U sees neither the whole image nor its size: a pixel of it depends on `RADIUS` pixels
around, so that whole images may be given after a training on squares. The noise has no part in the cycle; it is a
source of texture, as speckle has one (Almahairi et al., ICML 2018).

Deviations from the paper: the generator's form, which keeps the anatomy where the paper's may move it; no instance
normalisation, since the statistics of a whole image are not those of a square; widths for two processor cores. MONAI
1.6 has no CycleGAN; the discriminator of the training is its `PatchDiscriminator`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["LookGenerator", "RegionNet"]

_SLOPE = 0.2


class _UNet(nn.Module):
    """(B, inputs, rows, columns) to (B, outputs, rows, columns), of any size; the last convolution is 0 at first."""

    def __init__(self, inputs: int, outputs: int, channels: Sequence[int]) -> None:
        super().__init__()
        self.multiple = 2 ** len(channels)
        self.down = nn.ModuleList(_pair(a, b) for a, b in pairwise((4 * inputs, *channels)))
        self.up = nn.ModuleList(_pair(a + b, b) for a, b in pairwise(reversed(channels)))
        self.last = nn.Conv2d(channels[0], 4 * outputs, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = x.shape[-2:]
        x = F.pad(x, (0, -columns % self.multiple, 0, -rows % self.multiple), mode="replicate")
        h = F.pixel_unshuffle(x, 2)
        skips = []
        for number, block in enumerate(self.down):
            h = block(F.avg_pool2d(h, 2) if number else h)
            skips.append(h)
        skips.pop()
        for block in self.up:
            h = block(torch.cat([F.interpolate(h, scale_factor=2, mode="nearest"), skips.pop()], dim=1))
        return F.pixel_shuffle(self.last(h), 2)[..., :rows, :columns]


class LookGenerator(nn.Module):
    """G of the module's equations.

    Parameters
    ----------
    channels : feature maps from half the size of the image down.
    knots : K.
    reach : percent of the range of grey values by which the residual may change a pixel.
    """

    def __init__(self, channels: Sequence[int] = (16, 32, 48), knots: int = 8, reach: int = 25) -> None:
        super().__init__()
        self.knots, self.reach = knots, reach
        self.unet = _UNet(2, 1, channels)
        # softplus(v) = 2 / K: the identity
        self.steps = nn.Parameter(torch.full((knots,), math.log(math.expm1(2 / knots))))

    def tone(self, images: Tensor) -> Tensor:
        """T of images of any shape."""
        places = (0.5 * self.knots * (images + 1))[..., None] - torch.arange(self.knots, device=images.device)
        return (places.clamp(0, 1) * F.softplus(self.steps)).sum(-1) - 1

    def residual(self, images: Tensor, noise: Tensor) -> Tensor:
        """r tanh(U(x, n)), (B, rows, columns), of images and noise of that shape."""
        found = self.unet(torch.stack([images, noise], dim=1))[:, 0]
        return 0.02 * self.reach * torch.tanh(found)

    def forward(self, images: Tensor, noise: Tensor) -> Tensor:
        """G of images (B, rows, columns) from -1 to 1 and noise of that shape."""
        return (self.tone(images) + self.residual(images, noise)).clamp(-1, 1)


class RegionNet(nn.Module):
    """S of the module's equations.

    Parameters
    ----------
    regions : number of regions.
    channels : as of `LookGenerator`.
    """

    def __init__(self, regions: int = 3, channels: Sequence[int] = (12, 24, 32)) -> None:
        super().__init__()
        self.unet = _UNet(1, regions, channels)

    def forward(self, images: Tensor) -> Tensor:
        """Scores (B, regions, rows, columns) of images (B, rows, columns), before the softmax."""
        return self.unet(images[:, None])


def _pair(inputs: int, outputs: int) -> nn.Sequential:
    convolutions = [nn.Conv2d(a, outputs, 3, padding=1) for a in (inputs, outputs)]
    return nn.Sequential(*(part for each in convolutions for part in (each, nn.LeakyReLU(_SLOPE))))
