"""Joint latent space of images and label maps, trained by contrast: which maps could be those of an image.

After Judge et al., CRISP - Reliable Uncertainty Estimation for Medical Image Segmentation, MICCAI 2022. The equations
as computed, for an image v and the label map x of the same pixels:

    map        q(z | x) = N(mu, diag sigma^2), p(x | z)          the VAE of `models.label_vae`
               b(x) = W_b mu(x) / |W_b mu(x)|                      a unit vector
    image      h_0 = v,   h_l = ELU(BatchNorm(conv(h_(l-1), 4 x 4, stride 2)))         l = 1 .. L
               a(v) = W_a ELU(A h_L + a_0) / |W_a ELU(A h_L + a_0)|                     a unit vector
    training   s_ij = e^t a(v_i) . b(x_j) over a batch of N,
               L = 1/2 [mean_i -log softmax_j s_ij]_(j = i) + 1/2 [mean_j -log softmax_i s_ij]_(i = j)
               (Radford et al., ICML 2021, eq. of figure 3: symmetric InfoNCE with a learned scale e^t <= 100)
    weights    w_i proportional to exp(k a(v) . b(x_i)) over the M maps x_i that are most similar to the image,
               k = R (d - R^2) / (1 - R^2),   R = |mean_i b(x_i)| over all maps
               (kernel of von Mises and Fisher in d dimensions; k: Banerjee et al., JMLR 6, 2005, eq. 4.4)

Deviations from CRISP: mu is projected without a sample, so that the same map gives the same vector; and k is as in
Banerjee et al., where the authors' code lacks the parentheses about 1 - R^2 and takes d = 8 whatever the dimension.
The learned scale e^t in place of k weighs the nearest maps alone, which finds errors less well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.label_vae import LabelVAE

__all__ = ["JointSpace", "concentration", "contrastive_loss"]

_MOST_SCALE = 100.0


def contrastive_loss(images: Tensor, maps: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE L of unit vectors (N, d) of images and of their maps, in the same order."""
    similarity = scale * images @ maps.T
    own = torch.arange(len(images), device=images.device)
    return 0.5 * (F.cross_entropy(similarity, own) + F.cross_entropy(similarity.T, own))


def concentration(vectors: Tensor) -> Tensor:
    """k of the von Mises and Fisher distribution of unit vectors (N, d), of which two or more differ."""
    resultant = vectors.mean(0).norm()
    return resultant * (vectors.shape[1] - resultant**2) / (1 - resultant**2)


class JointSpace(nn.Module):
    """The networks of the module's equations.

    Parameters
    ----------
    joint : dimensions of the joint space.
    image_channels : feature maps of the image's encoder at strides 2, 4, .. 2^L.
    image_dense : units of its dense layer.
    size, labels, latent, channels, dense : of the VAE, see `LabelVAE`.

    Raises
    ------
    ValueError
        `size` cannot be halved as often as there are channels.
    """

    def __init__(
        self,
        size: int = 80,
        labels: int = 5,
        latent: int = 16,
        channels: Sequence[int] = (16, 32, 64, 64),
        dense: int = 128,
        joint: int = 16,
        image_channels: Sequence[int] = (16, 32, 64, 64),
        image_dense: int = 128,
    ) -> None:
        super().__init__()
        if not image_channels or size % 2 ** len(image_channels):
            raise ValueError(f"Images of {size} pixels cannot be halved {len(image_channels)} times.")
        self.vae = LabelVAE(size, labels, latent, channels, dense)
        deepest = image_channels[-1] * (size // 2 ** len(image_channels)) ** 2
        self.down = nn.Sequential(*(_down(a, b) for a, b in pairwise((1, *image_channels))))
        self.dense = nn.Sequential(nn.Linear(deepest, image_dense), nn.ELU())
        self.of_image = nn.Linear(image_dense, joint, bias=False)
        self.of_map = nn.Linear(latent, joint, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(2.5))

    @property
    def size(self) -> int:
        """Rows and columns of an image and of a map."""
        return self.vae.size

    @property
    def scale(self) -> Tensor:
        """e^t, at most 100."""
        return self.log_scale.exp().clamp(max=_MOST_SCALE)

    def image_vectors(self, images: Tensor) -> Tensor:
        """a(v), (B, joint), of images (B, size, size) of mean 0 and standard deviation 1."""
        return F.normalize(self.of_image(self.dense(self.down(images[:, None]).flatten(1))), dim=1)

    def image_features(self, images: Tensor) -> Tensor:
        """Mean and standard deviation over the places of each map of h_L, (B, 2 image_channels[-1])."""
        deep = self.down(images[:, None]).flatten(2)
        return torch.cat([deep.mean(2), deep.std(2)], dim=1)

    def map_vectors(self, codes: Tensor) -> Tensor:
        """b(x), (B, joint), of the means (B, latent) of maps in the VAE."""
        return F.normalize(self.of_map(codes), dim=1)


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ELU(inplace=True))
