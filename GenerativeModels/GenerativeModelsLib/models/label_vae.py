"""Convolutional VAE of one label map: the frames of a sequence are encoded one by one.

After Kingma and Welling, ICLR 2014 (VAE); Pati and Lerch, Neural Computing and Applications 2021, arXiv 2004.05485
(AR-VAE, attributes on dimensions of their own); Painchaud et al., IEEE TMI 2020;39(11):3703-3713 (VAE of cardiac label
maps with a latent made linear by one neuron). The equations as computed, for a map x of labels 0 .. C - 1:

    input      h_0 = one-hot(x), C channels
    encoder    h_l = ELU(BatchNorm(conv(h_(l-1), 4 x 4, stride 2)))              l = 1 .. L
    dense      d = ELU(A [h_L, k] + a),   k_c = 1 where label c may occur in the source of the map, else 0
    posterior  q(z | x) = N(mu, diag sigma^2),   mu = M d + m,   log sigma^2 = 2 clamp(S d + s, -5, 5)
    prior      p(z) = N(0, I)
    sample     z = mu + sigma e,   e ~ N(0, I)
    decoder    g_L = ELU(B z + b),   g_(l-1) = ELU(BatchNorm(conv(up(g_l), 3 x 3))),   up: nearest, twice the size
               logits = mean_3x3(shuffle(conv(g_1, 3 x 3))),   p(x | z) = softmax over the labels of each pixel
               shuffle: the four logits of a label at a pixel of g_1 are those of its 2 x 2 pixels (Shi et al. 2016);
               the mean over neighbouring pixels takes the teeth from the borders that a shuffle leaves
    neuron     y(z) = w . z + w_0, one number, of the constrained VAE

The losses are in `training.segmentation.losses`: both models have these networks and differ in what they are trained
for, the AR-VAE with ordered dimensions, the constrained VAE with the neuron.

Deviations from the papers: kernels and widths for maps of 96 pixels on two processor cores instead of 256 pixels and 48
channels doubling; the labels k that a source draws are an input, so that a right ventricle that nobody drew is told
from one that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.gaussian import DiagonalGaussian, GaussianHead, hard_bound

__all__ = ["LabelVAE"]


class _Up(nn.Sequential):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ELU(inplace=True),
        )


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ELU(inplace=True))


class LabelVAE(nn.Module):
    """VAE of label maps of the module's equations.

    Parameters
    ----------
    size : rows and columns of a map, a multiple of 2^L.
    labels : number of labels C, the background included.
    latent : number of latent dimensions.
    channels : feature maps at strides 2, 4, .. 2^L of the encoder; the decoder has the same.
    dense : units of the dense layer.

    Raises
    ------
    ValueError
        `size` cannot be halved as often as there are `channels`.
    """

    def __init__(
        self,
        size: int = 96,
        labels: int = 5,
        latent: int = 16,
        channels: Sequence[int] = (16, 32, 64, 128),
        dense: int = 256,
    ) -> None:
        super().__init__()
        if not channels or size % 2 ** len(channels):
            raise ValueError(f"Maps of {size} pixels cannot be halved {len(channels)} times.")
        self.size, self.labels, self.latent = size, labels, latent
        self._deepest = (channels[-1], size // 2 ** len(channels), size // 2 ** len(channels))
        inner = self._deepest[0] * self._deepest[1] * self._deepest[2]
        self.down = nn.Sequential(*(_down(a, b) for a, b in pairwise((labels, *channels))))
        self.dense = nn.Sequential(nn.Linear(inner + labels, dense), nn.ELU())
        self.head = GaussianHead(nn.Linear(dense, 2 * latent), hard_bound)
        self.widen = nn.Sequential(nn.Linear(latent, inner), nn.ELU())
        self.up = nn.Sequential(*(_Up(a, b) for a, b in pairwise(reversed(channels))))
        self.logits = nn.Sequential(
            nn.Conv2d(channels[0], 4 * labels, 3, padding=1),
            nn.PixelShuffle(2),
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
        )
        self.neuron = nn.Linear(latent, 1)

    def encode(self, maps: Tensor, known: Tensor | None = None) -> DiagonalGaussian:
        """q(z | x), (B, latent), of maps (B, size, size) of integers below `labels`.

        `known` (B, labels) bool: which labels may occur in the source of each map; None: all.
        """
        one_hot = F.one_hot(maps.long(), self.labels).movedim(-1, 1).to(self.neuron.weight)
        deep = self.down(one_hot).flatten(1)
        given = deep.new_ones(len(deep), self.labels) if known is None else known.to(deep)
        return self.head(self.dense(torch.cat([deep, given], dim=1)))

    def decode(self, z: Tensor) -> Tensor:
        """Logits (B, labels, size, size) of p(x | z) of codes (B, latent)."""
        return self.logits(self.up(self.widen(z).unflatten(1, self._deepest)))

    def maps(self, z: Tensor) -> Tensor:
        """The most probable label of each pixel, (B, size, size) uint8, of codes (B, latent)."""
        return self.decode(z).argmax(1).to(torch.uint8)

    def regress(self, z: Tensor) -> Tensor:
        """The neuron y(z), (B,), of codes (B, latent)."""
        return self.neuron(z)[:, 0]
