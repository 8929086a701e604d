"""Encoder of one plane's border."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from GenerativeModelsLib.models.predictor import Conditions


class BorderNorm(nn.BatchNorm1d):
    """Batch normalisation that uses the running statistics for a training batch of one.

    Absent planes are not encoded, so a batch of many cases may contain a plane once, and one value has no variance.
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) == 1:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)


class PlaneEncoder(nn.Module):
    """Perceptron of the border read in one picture.

    The network sees no grey values: what differs between real and simulated pictures ends at the border reader, and
    what reaches this network is a radius with its standard deviation and visibility per angle.

    Parameters
    ----------
    angles, channels
        Angles of the border, and values per angle.
    features
        Length of the feature vector.
    """

    def __init__(self, angles: int = 64, channels: int = 3, features: int = 160) -> None:
        super().__init__()
        self.net = nn.Sequential(
            BorderNorm(angles * channels),
            nn.Linear(angles * channels, features),
            nn.SiLU(),
            nn.Linear(features, features),
            nn.LayerNorm(features),
            nn.SiLU(),
        )

    def forward(self, border: Tensor) -> Tensor:
        """`border` (B, channels, angles) -> (B, F)."""
        return self.net(border.flatten(1))


def encode_planes(encoders: nn.ModuleList, missing: Tensor, y: Conditions) -> Tensor:
    """Features (B, 3, F) of the planes, each by its encoder; `missing` (3, F) where a plane is absent."""
    rows = []
    for k, encoder in enumerate(encoders):
        here = y.present[:, k]
        feature = missing[k].expand(len(here), -1)
        if here.any():
            feature = feature.clone()
            feature[here] = encoder(y.borders[here, k]).to(feature.dtype)
        rows.append(feature)
    return torch.stack(rows, dim=1)
