"""Diagonal Gaussians of the latent levels, and the network head that predicts them from features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

__all__ = ["DiagonalGaussian", "GaussianHead", "hard_bound", "matched_noise", "soft_bound"]

LOG_SIGMA_BOUND = 5.0
"""Log standard deviations of a head lie in [-5, 5]: sigma from 0.0067 to 148."""


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
        """KL[self || prior] for each dimension, (..., d), in nats.

        log(sigma_p / sigma_q) + (sigma_q^2 + (mu_q - mu_p)^2) / (2 sigma_p^2) - 1/2, q being `self` and p the prior.
        """
        ratio = self.log_sigma - prior.log_sigma
        return 0.5 * ((2 * ratio).exp() + ((self.mu - prior.mu) / prior.sigma) ** 2 - 1) - ratio

    def merge(self, other: DiagonalGaussian) -> DiagonalGaussian:
        """Normalised product of two Gaussians: the precision-weighted merge of ladder networks.

        mu = (mu_1 / sigma_1^2 + mu_2 / sigma_2^2) / (1 / sigma_1^2 + 1 / sigma_2^2)   (Sonderby et al. 2016, eq. 9).
        """
        log_precision = torch.logaddexp(-2 * self.log_sigma, -2 * other.log_sigma)
        weight = torch.sigmoid(2 * (other.log_sigma - self.log_sigma))
        return DiagonalGaussian(weight * self.mu + (1 - weight) * other.mu, -0.5 * log_precision)


def matched_noise(*shape: int, generator: torch.Generator | None = None, dtype: torch.dtype = torch.float32) -> Tensor:
    """Standard normal numbers (S, ...); several of them (S > 1) have mean 0 and standard deviation 1 in each component.

    The mean of few draws then has no error of chance, where a draw is linear in the noise.
    """
    noise = torch.randn(*shape, generator=generator, dtype=dtype)
    return noise if len(noise) < 2 else (noise - noise.mean(0)) / noise.std(0, correction=0)


def soft_bound(log_sigma: Tensor) -> Tensor:
    """B tanh(log_sigma / B), with B = `LOG_SIGMA_BOUND`."""
    return LOG_SIGMA_BOUND * torch.tanh(log_sigma / LOG_SIGMA_BOUND)


def hard_bound(log_sigma: Tensor) -> Tensor:
    """log_sigma clamped to [-B, B], with B = `LOG_SIGMA_BOUND`; its gradient is that of the identity everywhere.

    The gradient of a plain clamp is zero outside the bounds, so that a unit that leaves them never returns.
    """
    return _StraightThroughClamp.apply(log_sigma)


class GaussianHead(nn.Module):
    """Features -> N(mu, diag sigma^2), from a network that returns mu and the unbounded log sigma in one vector.

    Parameters
    ----------
    net : (..., F) -> (..., 2 d).
    bound : keeps log sigma in [-5, 5]: `soft_bound` or `hard_bound`. Weights must be used with the bound they were
        trained with, since sigma depends on it.
    name : of `net` in the state dict; the tensor names of bundles contain it.
    """

    def __init__(self, net: nn.Module, bound: Callable[[Tensor], Tensor], name: str = "net") -> None:
        super().__init__()
        self.add_module(name, net)
        self.bound, self._name = bound, name

    def forward(self, features: Tensor) -> DiagonalGaussian:
        mu, log_sigma = self.get_submodule(self._name)(features).chunk(2, dim=-1)
        return DiagonalGaussian(mu, self.bound(log_sigma))


class _StraightThroughClamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: object, log_sigma: Tensor) -> Tensor:
        return log_sigma.clamp(-LOG_SIGMA_BOUND, LOG_SIGMA_BOUND)

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:
        return gradient
