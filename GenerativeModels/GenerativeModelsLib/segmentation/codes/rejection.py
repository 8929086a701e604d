"""Rejection sampling (von Neumann 1951) with a bound that is proven, not taken from the data.

    z ~ Q,  u ~ U(0, 1);   z is kept if  log u + log k + log Q(z) <= log P(z)

What is kept has the density P if P <= k Q everywhere; the share that is kept is 1 / k if both are normalised.

The bound of `parzen_sampler`. P = 1/N sum_i N(z; z_i, H) is a Parzen density in d dimensions, and the proposal Q is the
mixture of the same kernels, c > 1 times as wide: Q = 1/N sum_i N(z; z_i, c^2 H). With the Mahalanobis distance
m^2 = (z - z_i)' H^-1 (z - z_i) >= 0 of a kernel,

    N(z; z_i, H) / N(z; z_i, c^2 H) = c^d exp(-m^2 / 2 (1 - 1 / c^2)) <= c^d,

as det(c^2 H)^(1/2) = c^d det(H)^(1/2). Each term of P is at most c^d times that of Q, and so P <= c^d Q everywhere:
k = c^d is a bound, and the share that is kept is c^-d. The usual choice of k, the largest ratio P / Q at the training
codes under one Gaussian as Q, is no bound; `Draws.beyond` counts the draws that would show it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.codes.parzen import widened
from GenerativeModelsLib.uncertainty.density import LatentDensity

__all__ = ["WIDENING", "Draws", "RejectionSampler", "parzen_sampler"]

WIDENING = 1.1
"""c of the module: in 16 dimensions 22 % of the proposals are kept."""
_CHUNK = 512
_ROUNDING = 1e-9
"""Difference of log densities below which P and k Q count as equal."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Random codes.

    Attributes
    ----------
    codes
        (n, d) that were kept.
    proposed
        Number of proposals.
    kept
        Number of them that were kept, at least n.
    beyond
        Number of proposals with P > k Q, which show that k is no bound; 0 where it is one.
    """

    codes: np.ndarray
    proposed: int
    kept: int
    beyond: int

    @property
    def acceptance(self) -> float:
        """Share of the proposals that were kept."""
        return self.kept / max(self.proposed, 1)


@dataclass(frozen=True, eq=False)
class RejectionSampler:
    """Draws from a density P by proposals from Q with P <= k Q.

    Attributes
    ----------
    log_target, log_proposal
        Codes (n, d) -> (n,) log P and log Q, each up to a constant that `log_bound` allows for.
    propose
        (n, generator) -> (n, d) draws from Q.
    log_bound
        log k.
    """

    log_target: Callable[[np.ndarray], np.ndarray]
    log_proposal: Callable[[np.ndarray], np.ndarray]
    propose: Callable[[int, np.random.Generator], np.ndarray]
    log_bound: float

    def draw(self, count: int, rng: np.random.Generator, most: int | None = None) -> Draws:
        """`count` codes of density P; fewer if `most` proposals are not enough (None: as many as are needed)."""
        codes: list[np.ndarray] = []
        proposed = kept = beyond = 0
        while kept < count and (most is None or proposed < most):
            number = _CHUNK if most is None else min(_CHUNK, most - proposed)
            z = self.propose(number, rng)
            excess = self.log_target(z) - self.log_proposal(z) - self.log_bound
            taken = np.log1p(-rng.random(number)) <= excess  # 1 - u is in (0, 1]
            codes.append(z[taken])
            proposed, kept = proposed + number, kept + int(taken.sum())
            beyond += int((excess > _ROUNDING).sum())
        found = np.concatenate(codes)[:count] if codes else np.empty((0, 0))
        return Draws(found, proposed, kept, beyond)


def parzen_sampler(density: LatentDensity, widening: float = WIDENING) -> RejectionSampler:
    """Sampler of a Parzen density by its widened kernels, with the bound k = c^d of the module.

    Raises
    ------
    ValueError
        `widening` is not larger than 1.
    """
    if not widening > 1:
        raise ValueError(f"widening is {widening}, expected a number above 1")
    proposal = widened(density, widening)
    return RejectionSampler(
        density.log_density,
        proposal.log_density,
        lambda count, rng: proposal.sample(0, count, rng),
        density.points.shape[-1] * float(np.log(widening)),
    )
