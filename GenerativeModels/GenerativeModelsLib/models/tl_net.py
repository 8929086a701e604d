"""TL-net: an autoencoder of the head's voxels, and a network that regresses its code from the planes.

Girdhar, Fouhey, Rodriguez, Gupta, Learning a Predictable and Generative Vector Representation for Objects, ECCV 2016,
arXiv 1603.08637; as a method for the fetal skull by Cerrolaza et al., MICCAI 2018. With voxels v and planes y:

    code        c = e(v), 64 numbers
    voxels      v' = d(c)
    planes      (c', log size) = r(h_a, h_s, h_c), h_k = PlaneEncoder_k(border k), a learned token for an absent plane
    prediction  d(c')

It is trained in the three stages of the paper (`training.rivals.tl_net`).

Deviations from the paper:

* 32^3 voxels about the head, not 20^3, and an encoder and a decoder of three convolutions each, of 8 to 32 channels
  instead of 64 to 384: they are trained on one core;
* a voxel is the share of it that the head fills, the sigmoid of the signed distance over half the distance of two
  voxels, not 0 or 1: the loss is still the cross-entropy, and the logits are a distance whose surface lies between
  voxels. Of voxels of 0 and 1 the surface is known to a tenth of the head size;
* batch normalisation makes the code's variances 1, and the decoder adds to the mean head: both shorten the training;
* planes are borders read in pictures, not pictures, as of the other models, and up to three of them;
* the size is regressed beside the code: the voxels are those of a head of size 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.plane_encoder import PlaneEncoder, encode_planes
from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.models.voxel_nets import VoxelDecoder, VoxelEncoder, head_of_field, occupancy

__all__ = ["TLNet", "TLNetPredictor"]


class TLNet(nn.Module):
    """Autoencoder of the voxels and image network.

    Parameters
    ----------
    code
        Length of the code.
    channels, size
        See `VoxelDecoder`.
    features, angles
        Of the `PlaneEncoder` of each plane.
    hidden
        Width of the layers between the features and the code.
    """

    def __init__(
        self,
        code: int = 64,
        channels: int = 8,
        features: int = 64,
        hidden: int = 256,
        angles: int = 64,
        size: int = 32,
    ) -> None:
        super().__init__()
        self.encoder = nn.Sequential(VoxelEncoder(code, channels, size), nn.BatchNorm1d(code, affine=False))
        self.decoder = VoxelDecoder(code, channels, size)
        self.encoders = nn.ModuleList(PlaneEncoder(angles, features=features) for _ in PLANES)
        self.missing = nn.Parameter(0.1 * torch.randn(len(PLANES), features))
        self.regressor = nn.Sequential(
            nn.Linear(len(PLANES) * features, hidden),
            nn.SiLU(),
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, code + 1),
        )
        self.register_buffer("size_scale", torch.ones(()))

    def encode(self, field: Tensor) -> Tensor:
        """Code (B, code) of heads given as signed distances (B, G, G, G)."""
        return self.encoder(occupancy(field))

    def regress(self, y: Conditions) -> tuple[Tensor, Tensor]:
        """Code (B, code) and log size (B,) by the image network."""
        found = self.regressor(encode_planes(self.encoders, self.missing, y).flatten(1))
        return found[:, :-1], found[:, -1] * self.size_scale


class TLNetPredictor(nn.Module):
    """`Predictor` of a TL-net: deterministic, without draws and poses.

    Parameters
    ----------
    net
        Trained network.
    basis
        Its voxels are projected on it.
    """

    def __init__(self, net: TLNet, basis: LowRankField) -> None:
        super().__init__()
        self.net, self.basis = net, basis

    @torch.no_grad()
    def predict(self, y: Conditions, samples: int = 0, generator: torch.Generator | None = None) -> Prediction:
        """Prediction as in `Predictor`; `samples` and `generator` are not used."""
        code, log_size = self.net.regress(y)
        return Prediction(head_of_field(self.net.decoder(code), log_size, self.basis))
