"""Diagonal Gaussians: the algebra of every latent level."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class DiagonalGaussian:
    """N(mu, diag sigma^2); both tensors (..., d)."""

    mu: Tensor
    log_sigma: Tensor

    @property
    def sigma(self) -> Tensor:
        return self.log_sigma.exp()

    def sample(self, noise: Tensor) -> Tensor:
        """mu + sigma * noise, with `noise` standard normal of the same shape (reparameterisation)."""
        return self.mu + self.sigma * noise

    def kl(self, prior: DiagonalGaussian) -> Tensor:
        """KL[self || prior] a dimension, (..., d), in nats."""
        ratio = self.log_sigma - prior.log_sigma
        return 0.5 * ((2 * ratio).exp() + ((self.mu - prior.mu) / prior.sigma) ** 2 - 1) - ratio

    def merge(self, other: DiagonalGaussian) -> DiagonalGaussian:
        """Normalised product of two Gaussians: the precision-weighted merge of ladder networks.

        mu = (mu_1 / sigma_1^2 + mu_2 / sigma_2^2) / (1 / sigma_1^2 + 1 / sigma_2^2)   (Sonderby et al. 2016, eq. 9).
        """
        log_precision = torch.logaddexp(-2 * self.log_sigma, -2 * other.log_sigma)
        weight = torch.sigmoid(2 * (other.log_sigma - self.log_sigma))
        return DiagonalGaussian(weight * self.mu + (1 - weight) * other.mu, -0.5 * log_precision)
