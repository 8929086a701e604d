"""Latent diffusion of images given their label map and style, of MONAI's networks.

After van den Oord et al., NeurIPS 2017 (VQ-VAE); Ho et al., NeurIPS 2020 (DDPM); Rombach et al., CVPR 2022 (latents);
Ho and Salimans 2022, arXiv 2207.12598 (guidance); Salimans and Ho, ICLR 2022 (v-prediction). As computed:

    codes      e(x), of a quarter of the size;   each is replaced by its nearest of K vectors when it is decoded
    latent     l = scale e(x),   scale = 1 / standard deviation of the codes of training images
    noising    l_t = sqrt(a_t) l + sqrt(1 - a_t) n,   n ~ N(0, I),   t = 0 .. T - 1
    network    v(l_t, t, y, s) of v = sqrt(a_t) n - sqrt(1 - a_t) l;   y labels and s style as further channels
    guidance   v <- v(no labels) + w (v(labels) - v(no labels))
    sampling   DDIM without noise (Song et al., ICLR 2021) in `STEPS` steps from n

The labels' channels are the shares of each class in the four quarters of a latent's pixels. Labels and styles are
dropped at random in training, so that the network knows both alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.models.label_images import StyleEncoder

if TYPE_CHECKING:
    from monai.networks.nets import VQVAE
    from monai.networks.schedulers import DDPMScheduler

__all__ = ["STEPS", "TIMES", "LatentDiffusion", "require_monai", "schedulers", "vqvae"]

TIMES, STEPS = 1000, 50
REDUCTION = 4
"""Of the rows and columns, from an image to its codes."""
DECAY = 0.99
"""Of the moving averages of the codebook; MONAI's `VQVAE` would take 0.5."""


def require_monai() -> None:
    """Raise `InputError` unless MONAI and what its diffusion network wants are installed."""
    try:
        import einops  # noqa: F401
        import monai  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"The method ldm has networks of MONAI, which needs the package {error.name}, not installed here: "
            f"{install_command('diffusion')}."
        ) from error


def vqvae(channels: Sequence[int] = (24, 48), codebook: int = 256, dimensions: int = 4) -> VQVAE:
    """An untrained VQ-VAE of images (B, 1, rows, columns) with codes (B, dimensions, rows / 4, columns / 4).

    Raises
    ------
    InputError
        MONAI is not installed.
    ValueError
        There are not two `channels`.
    """
    require_monai()
    from monai.networks.nets import VQVAE

    if len(channels) != 2:
        raise ValueError(
            f"The codes have a quarter of the size, for which two channels are needed, not {len(channels)}."
        )
    net = VQVAE(
        2,
        1,
        1,
        channels=list(channels),
        num_res_layers=1,
        num_res_channels=list(channels),
        downsample_parameters=((2, 4, 1, 1),) * 2,
        upsample_parameters=((2, 4, 1, 1, 0),) * 2,
        num_embeddings=codebook,
        embedding_dim=dimensions,
        decay=DECAY,
    )
    # MONAI begins with counts of zero, so that a vector that the first batch does not use is divided by nearly nothing.
    net.quantizer.quantizer.ema_cluster_size.fill_(1.0)
    return net


def schedulers() -> tuple[DDPMScheduler, nn.Module]:
    """The DDPM scheduler of the training and the DDIM scheduler of the sampling, of the same noise."""
    require_monai()
    from monai.networks.schedulers import DDIMScheduler, DDPMScheduler

    told = {
        "num_train_timesteps": TIMES,
        "schedule": "scaled_linear_beta",
        "beta_start": 0.0015,
        "beta_end": 0.0195,
        "prediction_type": "v_prediction",
        "clip_sample": False,  # latents have no bounds
    }
    return DDPMScheduler(**told), DDIMScheduler(**told)


class LatentDiffusion(nn.Module):
    """The networks of the module's equations.

    Parameters
    ----------
    size : rows and columns of an image, a multiple of 16.
    labels : number of classes.
    style : dimensions of the style.
    codes : keyword arguments of `vqvae`.
    channels : feature maps of the diffusion network from the size of the codes down, multiples of 8.
    attention : the number of its last levels that have attention.
    style_channels : of the style encoder.

    Raises
    ------
    InputError
        MONAI is not installed.
    ValueError
        `size` is no multiple of 16.
    """

    def __init__(
        self,
        size: int = 128,
        labels: int = 6,
        style: int = 8,
        codes: dict | None = None,
        channels: Sequence[int] = (24, 32, 48),
        attention: int = 1,
        style_channels: Sequence[int] = (16, 24, 32),
    ) -> None:
        super().__init__()
        require_monai()
        from monai.networks.nets import DiffusionModelUNet

        if size % (REDUCTION * 2 ** (len(channels) - 1)):
            raise ValueError(f"Images of {size} pixels cannot be halved {len(channels) + 1} times.")
        self.size, self.labels, self.style = size, labels, style
        self.vqvae = vqvae(**(codes or {}))
        self.dimensions = self.vqvae.embedding_dim
        self.encoder = StyleEncoder(style, style_channels)
        self.unet = DiffusionModelUNet(
            2,
            self.dimensions + 4 * labels + style,
            self.dimensions,
            num_res_blocks=1,
            channels=list(channels),
            attention_levels=[number >= len(channels) - attention for number in range(len(channels))],
            norm_num_groups=8,
            num_head_channels=8,
        )
        self.register_buffer("scale", torch.ones(()))

    @property
    def latent_size(self) -> int:
        """Rows and columns of a latent."""
        return self.size // REDUCTION

    def latents(self, images: Tensor) -> Tensor:
        """l, (B, dimensions, latent_size, latent_size), of images (B, size, size) from -1 to 1."""
        return self.scale * self.vqvae.encode(images[:, None])

    def images(self, latents: Tensor) -> Tensor:
        """Images (B, size, size) from -1 to 1 of latents."""
        return self.vqvae.decode_stage_2_outputs(latents / self.scale)[:, 0].clamp(-1, 1)

    def shares(self, classes: Tensor) -> Tensor:
        """Channels of the labels (B, 4 labels, latent_size, latent_size) of maps (B, size, size)."""
        one_hot = F.one_hot(classes.long(), self.labels).movedim(-1, 1).float()
        return F.pixel_unshuffle(F.avg_pool2d(one_hot, REDUCTION // 2), 2)

    def velocity(self, noisy: Tensor, times: Tensor, shares: Tensor, style: Tensor) -> Tensor:
        """v of noisy latents l_t at times (B,); `shares` as of `shares`, `style` (B, style)."""
        wide = style[:, :, None, None].expand(-1, -1, *noisy.shape[-2:])
        return self.unet(torch.cat([noisy, shares, wide], dim=1), times)

    def sample(self, noise: Tensor, classes: Tensor, style: Tensor, guidance: float, steps: int = STEPS) -> Tensor:
        """Latents (B, ...) from noise of their shape, for maps (B, size, size) and styles (B, style)."""
        _, ddim = schedulers()
        ddim.set_timesteps(steps)
        known, unknown = self.shares(classes), self.shares(torch.zeros_like(classes))
        guided = guidance != 1
        shares = torch.cat([unknown, known]) if guided else known
        styles = torch.cat([style, style]) if guided else style
        latents = noise
        for time in ddim.timesteps:
            both = torch.cat([latents, latents]) if guided else latents
            times = torch.full((len(both),), int(time), device=noise.device)
            found = self.velocity(both, times, shares, styles)
            if guided:
                plain, with_labels = found.chunk(2)
                found = plain + guidance * (with_labels - plain)
            latents, _ = ddim.step(found, int(time), latents)
        return latents
