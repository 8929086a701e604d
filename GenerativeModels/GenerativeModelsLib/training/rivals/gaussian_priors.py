"""Priors of the Gaussian shape models that are fitted to borders; see `skull.infer.border_fit`.

`pca-head` is the point distribution model of Cootes et al., Active shape models, CVIU 1995;61(1):38-59, of coefficients
of the signed distance in place of landmarks. `gp-head` adds the covariance of smooth random deviations: Luethi et al.,
Gaussian process morphable models, TPAMI 2018;40(8):1860-1873, there of deformations of a reference, here of the signed
distance, to which a deformation along the normal is equal to first order. All heads lie in the span of the basis, whose
modes are those of the population: the process is projected on it, so that it cannot make a head more different from the
population than these modes allow. Real pictures are not used: of their heads only the circumference is known.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar
from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.skull.infer.border_fit import HeadPrior
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT
from GenerativeModelsLib.training.rivals.known_heads import KnownHeads

__all__ = ["chosen_kernel", "component_prior", "fit_gp", "fit_pca", "kernel_covariance", "with_kernel"]

LENGTHS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)
"""Lengths of the kernel that are tried, in head sizes; the shortest is the distance of two points of the grid."""
AMPLITUDES = (1e-5, 0.1)
"""Range of its standard deviation, in head sizes."""
FLOOR = 1e-4
"""Share of the variance of every coefficient that stays where the components leave none."""


def component_prior(rows: np.ndarray, rank: int, explained: float) -> tuple[HeadPrior, int]:
    """Moments of placed heads (n, K + 19), and the number of principal components that are kept.

    Parameters
    ----------
    rank
        Coefficients K, of which principal components are taken; log size and poses stay as they are.
    explained
        Share of the coefficients' variance that the components explain at least.
    """
    covariance = np.cov(rows.T)
    values, vectors = np.linalg.eigh(covariance[:rank, :rank])
    share = np.cumsum(values[::-1]) / values.sum()
    count = int(np.searchsorted(share, explained) + 1)
    keep = np.eye(len(covariance))
    kept = vectors[:, ::-1][:, : min(count, rank)]
    keep[:rank, :rank] = kept @ kept.T
    floor = np.zeros(len(covariance))
    floor[:rank] = FLOOR * np.diag(covariance)[:rank]
    return HeadPrior(rows.mean(0), keep @ covariance @ keep.T + np.diag(floor)), kept.shape[1]


def kernel_covariance(basis: LowRankField, length: float) -> np.ndarray:
    """(K, K) covariance of the coefficients of a random field with covariance exp(-|p - q|^2 / 2 length^2).

    The field is projected on the modes under the weight of the basis, which is large near the surface; `length` is in
    head sizes. On a grid the kernel is a product of three matrices, one along each axis.
    """
    axis = np.linspace(-HALF_EXTENT, HALF_EXTENT, basis.size)
    one = np.exp(-0.5 * ((axis[:, None] - axis) / length) ** 2)
    rows = (basis.modes * basis.weight).double().cpu().numpy()
    fields = rows.reshape(-1, *(len(axis),) * 3)
    smooth = np.einsum("kzyx,az,by,cx->kabc", fields, one, one, one, optimize=True)
    return rows @ smooth.reshape(len(rows), -1).T


def with_kernel(prior: HeadPrior, kernel: np.ndarray, amplitude: float) -> HeadPrior:
    """The prior with independent deviations of this standard deviation, in head sizes, added to its heads."""
    covariance, rank = prior.covariance.copy(), len(kernel)
    covariance[:rank, :rank] += amplitude**2 * kernel
    return HeadPrior(prior.mean, covariance)


def chosen_kernel(prior: HeadPrior, others: np.ndarray, basis: LowRankField) -> tuple[float, float]:
    """Length and amplitude, in head sizes, under which coefficients (n, K) of other heads are most probable."""
    rank = others.shape[1]
    centred = others - prior.mean[:rank]
    scatter = centred.T @ centred / len(centred)

    def surprise(log_amplitude: float, kernel: np.ndarray) -> float:
        covariance = with_kernel(prior, kernel, np.exp(log_amplitude)).covariance[:rank, :rank]
        factor = cho_factor(covariance, lower=True)
        return 2 * np.log(np.diag(factor[0])).sum() + np.trace(cho_solve(factor, scatter))

    found = []
    for length in LENGTHS:
        kernel = kernel_covariance(basis, length)
        best = minimize_scalar(surprise, bounds=np.log(AMPLITUDES), args=(kernel,), method="bounded")
        found.append((best.fun, length, float(np.exp(best.x))))
    return min(found)[1:]


def fit_pca(heads: KnownHeads, basis: LowRankField, advance: Progress, *, explained: float = 0.99) -> dict[str, Tensor]:
    """`mean` and `covariance` of the prior, and the number of `components`; see `component_prior`."""
    prior, count = component_prior(heads.placed, len(basis.modes), explained)
    advance(1, 1)
    return _tensors(prior, components=count)


def fit_gp(heads: KnownHeads, basis: LowRankField, advance: Progress, *, explained: float = 0.99) -> dict[str, Tensor]:
    """The same with a smooth kernel, whose `length` and `amplitude` are chosen on a held-out half.

    They are those under which the heads of every second reading are most probable, given the components of the others.
    """
    rank, placed = len(basis.modes), heads.placed
    odd = heads.reading[heads.placed_rows] % 2 == 1
    half, _ = component_prior(placed[~odd], rank, explained)
    length, amplitude = chosen_kernel(half, placed[odd, :rank], basis)
    prior, count = component_prior(placed, rank, explained)
    prior = with_kernel(prior, kernel_covariance(basis, length), amplitude)
    advance(1, 1)
    return _tensors(prior, components=count, length=length, amplitude=amplitude)


def _tensors(prior: HeadPrior, **numbers: float) -> dict[str, Tensor]:
    parts = {"mean": prior.mean, "covariance": prior.covariance, **numbers}
    return {name: torch.from_numpy(np.asarray(part, np.float64)) for name, part in parts.items()}
