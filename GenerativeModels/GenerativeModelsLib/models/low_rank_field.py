"""Field on a grid as a mean plus a few smooth modes: the last layer of the decoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LowRankField(nn.Module):
    """Field = mean + coefficients @ modes.

    One matrix product decodes any number of draws, which is fast on a CPU. The modes are the principal components of
    the training population's signed distances under a weight that is large near the surface, so squared distances
    between coefficients are weighted squared distances between fields.

    Parameters
    ----------
    rank
        Number of modes K.
    size
        Grid points per axis G; the field has shape (G, G, G), order z, y, x.
    """

    def __init__(self, rank: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("mean", torch.zeros(size**3))
        self.register_buffer("modes", torch.zeros(rank, size**3))
        self.register_buffer("weight", torch.ones(size**3))

    def forward(self, coefficients: Tensor) -> Tensor:
        """(B, K) -> (B, G, G, G)."""
        field = torch.addmm(self.mean, coefficients, self.modes)
        return field.view(-1, self.size, self.size, self.size)

    def project(self, field: Tensor) -> Tensor:
        """(B, G, G, G) -> (B, K): the weighted least-squares coefficients, for modes orthonormal under the weight."""
        return ((field.flatten(1) - self.mean) * self.weight) @ self.modes.T

    @torch.no_grad()
    def fit(self, fields: Tensor, weight: Tensor) -> Tensor:
        """Set mean and modes from (N, G, G, G) `fields`; `weight` (G, G, G) sums to 1. Returns the N coefficients.

        Principal components by the Gram matrix, N x N, which is small compared with G^3.
        """
        x = fields.flatten(1).double()
        w = weight.flatten().double()
        mean = x.mean(0)
        centred = (x - mean) * w.sqrt()
        values, vectors = torch.linalg.eigh(centred @ centred.T)
        rank = self.modes.shape[0]
        values, vectors = values[-rank:].flip(0), vectors[:, -rank:].flip(1)
        scores = vectors * values.sqrt()
        self.mean.copy_(mean)
        self.weight.copy_(w)
        self.modes.copy_(torch.linalg.solve(scores.T @ scores, scores.T @ (x - mean)))
        return scores.float()

    def rigid_directions(self, half_extent: float) -> Tensor:
        """Orthonormal coefficient directions (at most 6, K) of the mean field's small translations and rotations.

        Moves that the modes do not contain have no direction. The field is on the cube [-half_extent, half_extent]^3;
        moving it by u changes it by -u . grad f to first order.
        """
        g = self.size
        axis = torch.linspace(-half_extent, half_extent, g, dtype=torch.float64)
        dz, dy, dx = torch.gradient(self.mean.double().cpu().view(g, g, g), spacing=2 * half_extent / (g - 1))
        z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
        moves = torch.stack([dx, dy, dz, dz * y - dy * z, dx * z - dz * x, dy * x - dx * y]).flatten(1)
        directions = (moves * self.weight.double().cpu()) @ self.modes.double().cpu().T
        _, strength, found = torch.linalg.svd(directions, full_matrices=False)
        return found[strength > 1e-4 * strength[0]].to(self.modes)
