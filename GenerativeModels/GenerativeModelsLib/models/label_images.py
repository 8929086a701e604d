"""Networks that draw an image from a label map and a style: SPADE, and the same labels concatenated (conditional GAN).

After Park et al., CVPR 2019, arXiv 1903.07291 (SPADE, with the style encoder of its VAE-GAN); Isola et al., CVPR 2017
(pix2pix, a U-Net that sees the labels at its input alone). As computed, for labels y and a style z:

    style      q(z | x) = N(mu, diag sigma^2) of an image x, from the means over its places of convolved maps
    SPADE      h <- (1 + gamma(y)) BatchNorm(h) + beta(y),   [gamma, beta] = conv_1x1(LeakyReLU(conv_3x3(y)))
    block      h <- skip(h) + conv_3x3(LeakyReLU(SPADE(conv_3x3(LeakyReLU(SPADE(h))))))
    generator  h_0 = A z,   h_l = up(block_l(h_(l-1))),   x = tanh(conv_3x3(LeakyReLU(shuffle(conv_3x3(block_L(h))))))
    U-Net      input [y, z], blocks with BatchNorm in place of SPADE, skips by concatenation, the same end

The blocks end at half the size of the image; there the labels of its 2 x 2 pixels are channels, so that none is lost,
and `shuffle` (Shi et al. 2016) doubles the size. The style has no places, so that it cannot carry the anatomy.

Deviations from the paper: widths for two processor cores, 1 x 1 kernels of gamma and beta, batch statistics without
synchronisation, no spectral normalisation of the generator. MONAI 1.6 has a `SPADENet`; it is not used here: its gamma
and beta pass through an instance normalisation, so that a label changes the image everywhere, and it ends with a single
channel at half the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.gaussian import DiagonalGaussian, GaussianHead, hard_bound

__all__ = ["LabelUNet", "SpadeGenerator", "StyleEncoder"]

_SLOPE = 0.2


class StyleEncoder(nn.Module):
    """q(z | x) of the module's equations.

    Parameters
    ----------
    style : dimensions of z.
    channels : feature maps at strides 2, 4, ...
    """

    def __init__(self, style: int = 16, channels: Sequence[int] = (16, 32, 48, 64)) -> None:
        super().__init__()
        self.down = nn.Sequential(*(_down(a, b) for a, b in pairwise((1, *channels))))
        self.head = GaussianHead(nn.Linear(2 * channels[-1], 2 * style), hard_bound)

    def forward(self, images: Tensor) -> DiagonalGaussian:
        """q(z | x), (B, style), of images (B, rows, columns) from -1 to 1."""
        deep = self.down(images[:, None]).flatten(2)
        return self.head(torch.cat([deep.mean(2), deep.std(2)], dim=1))


class SPADE(nn.Module):
    """(1 + gamma(y)) BatchNorm(h) + beta(y)."""

    def __init__(self, channels: int, labels: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.shared = nn.Conv2d(labels, hidden, 3, padding=1)
        self.modulate = nn.Conv2d(hidden, 2 * channels, 1)

    def forward(self, h: Tensor, labels: Tensor) -> Tensor:
        gamma, beta = self.modulate(F.leaky_relu(self.shared(labels), _SLOPE)).chunk(2, dim=1)
        return self.norm(h) * (1 + gamma) + beta


class _SpadeBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, labels: int, hidden: int) -> None:
        super().__init__()
        self.first, self.second = SPADE(inputs, labels, hidden), SPADE(outputs, labels, hidden)
        self.conv_1, self.conv_2 = (nn.Conv2d(n, outputs, 3, padding=1) for n in (inputs, outputs))
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, h: Tensor, labels: Tensor) -> Tensor:
        inner = self.conv_1(F.leaky_relu(self.first(h, labels), _SLOPE))
        return self.skip(h) + self.conv_2(F.leaky_relu(self.second(inner, labels), _SLOPE))


class _Last(nn.Sequential):
    """Half the size to an image from -1 to 1."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(channels, 16, 3, padding=1),
            nn.PixelShuffle(2),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(4, 1, 3, padding=1),
            nn.Tanh(),
        )


class SpadeGenerator(nn.Module):
    """The generator with SPADE, and its style encoder.

    Parameters
    ----------
    size : rows and columns of an image, a multiple of 2^(number of `channels`).
    labels : number of labels.
    style : dimensions of the style.
    channels : feature maps from the smallest size to half the size of the image.
    hidden : feature maps of the labels within a normalisation.
    style_channels : of the encoder, see `StyleEncoder`.

    Raises
    ------
    ValueError
        `size` cannot be halved as often as there are `channels`.
    """

    def __init__(
        self,
        size: int = 128,
        labels: int = 6,
        style: int = 16,
        channels: Sequence[int] = (64, 64, 48, 32),
        hidden: int = 24,
        style_channels: Sequence[int] = (16, 32, 48, 64),
    ) -> None:
        super().__init__()
        _require_halves(size, channels)
        self.size, self.labels, self.style = size, labels, style
        self._start = (channels[0], size // 2 ** len(channels), size // 2 ** len(channels))
        self.encoder = StyleEncoder(style, style_channels)
        self.begin = nn.Linear(style, channels[0] * self._start[1] ** 2)
        widths = [channels[0], *channels]
        self.blocks = nn.ModuleList(_SpadeBlock(a, b, 4 * labels, hidden) for a, b in pairwise(widths))
        self.last = _Last(channels[-1])

    @property
    def reach(self) -> int:
        """Pixels beyond which a label changes nothing of the image in evaluation mode."""
        # At every size the labels pass three convolutions of 3 x 3 within a block, after nearest upsampling.
        return sum(5 * 2 ** (number + 1) for number in range(len(self.blocks))) + 4

    def forward(self, labels: Tensor, style: Tensor) -> Tensor:
        """Images (B, size, size) of label maps (B, size, size), integers below `labels`, and styles (B, style)."""
        fine = half_size(labels, self.labels)
        h = self.begin(style).unflatten(1, self._start)
        for number, block in enumerate(self.blocks):
            if number:
                h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = block(h, F.adaptive_avg_pool2d(fine, h.shape[-1]))
        return self.last(h)[:, 0]


class LabelUNet(nn.Module):
    """The U-Net that sees labels and style at its input alone, and the same style encoder.

    Parameters
    ----------
    size, labels, style, style_channels : as of `SpadeGenerator`.
    channels : feature maps from half the size of the image down.

    Raises
    ------
    ValueError
        `size` cannot be halved as often as there are `channels`.
    """

    def __init__(
        self,
        size: int = 128,
        labels: int = 6,
        style: int = 16,
        channels: Sequence[int] = (28, 36, 48, 60),
        style_channels: Sequence[int] = (16, 32, 48, 64),
    ) -> None:
        super().__init__()
        _require_halves(size, channels)
        self.size, self.labels, self.style = size, labels, style
        self.encoder = StyleEncoder(style, style_channels)
        self.down = nn.ModuleList(_pair(a, b) for a, b in pairwise((4 * labels + style, *channels)))
        self.up = nn.ModuleList(_pair(a + b, b) for a, b in pairwise(reversed(channels)))
        self.last = _Last(channels[0])

    def forward(self, labels: Tensor, style: Tensor) -> Tensor:
        """As `SpadeGenerator.forward`."""
        fine = half_size(labels, self.labels)
        h = torch.cat([fine, style[:, :, None, None].expand(-1, -1, *fine.shape[-2:])], dim=1)
        skips = []
        for number, block in enumerate(self.down):
            h = block(F.avg_pool2d(h, 2) if number else h)
            skips.append(h)
        skips.pop()
        for block in self.up:
            h = block(torch.cat([F.interpolate(h, scale_factor=2, mode="nearest"), skips.pop()], dim=1))
        return self.last(h)[:, 0]


def half_size(labels: Tensor, count: int) -> Tensor:
    """(B, 4 count, rows / 2, columns / 2) of maps (B, rows, columns): which label each of the 2 x 2 pixels has."""
    return F.pixel_unshuffle(F.one_hot(labels.long(), count).movedim(-1, 1).float(), 2)


def _require_halves(size: int, channels: Sequence[int]) -> None:
    if not channels or size % 2 ** len(channels):
        raise ValueError(f"Images of {size} pixels cannot be halved {len(channels)} times.")


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(_SLOPE))


def _pair(inputs: int, outputs: int) -> nn.Sequential:
    parts = []
    for each in (inputs, outputs):
        parts += [nn.Conv2d(each, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(_SLOPE)]
    return nn.Sequential(*parts)
