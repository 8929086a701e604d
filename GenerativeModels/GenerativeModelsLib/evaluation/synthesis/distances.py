"""How far a set of synthetic images is from a set of real ones, by features of both, and whether it copies.

Frechet distance: Heusel et al., NeurIPS 2017. Maximum mean discrepancy: Gretton et al., JMLR 2012;13:723-773, with the
kernel by random features (Rahimi and Recht, NeurIPS 2007). Precision and recall: Kynkaanniemi et al., NeurIPS 2019.
"""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError

__all__ = ["NEIGHBOURS", "frechet_distance", "mean_discrepancy", "nearest_similarity", "precision_recall"]

NEIGHBOURS = 3
"""Neighbours whose farthest is the radius of a point's ball."""
KERNEL_FEATURES = 2048


def frechet_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """Distance of the Gaussians of two sets of features (N, d) and (M, d).

    ||m - m'||^2 + Tr(S + S' - 2 (S S')^(1/2)), by MONAI. With N or M below d a covariance
    is singular.

    Raises
    ------
    InputError
        MONAI is not installed.
    """
    try:
        from monai.metrics import FIDMetric
    except ImportError as error:
        raise InputError('This benchmark needs MONAI, which is not installed: pip install "monai>=1.6".') from error
    import torch

    one, other = (torch.from_numpy(np.asarray(values, np.float64)) for values in (synthetic, real))
    return float(FIDMetric()(one, other))


def mean_discrepancy(real: np.ndarray, synthetic: np.ndarray, seed: int = 0) -> float:
    """Squared maximum mean discrepancy, unbiased, of sets (N, d) and (M, d); the larger set is cut to the smaller one.

    The kernel is Gaussian, as wide as the median distance of two real points, and is approximated by random features,
    of which MONAI's linear kernel is taken. Unbiased: of two sets of one distribution it is 0 on average, and may be
    negative.
    """
    import torch
    from monai.metrics import MMDMetric
    from scipy.spatial.distance import pdist

    rng = np.random.default_rng(seed)
    width = float(np.median(pdist(real))) or 1.0
    frequencies = rng.standard_normal((real.shape[1], KERNEL_FEATURES)) / width
    phases = rng.uniform(0, 2 * np.pi, KERNEL_FEATURES)

    def mapped(values: torch.Tensor) -> torch.Tensor:
        inner = values @ torch.from_numpy(frequencies) + torch.from_numpy(phases)
        return np.sqrt(2 / KERNEL_FEATURES) * torch.cos(inner)

    count = min(len(real), len(synthetic))
    kept = [values[np.sort(rng.permutation(len(values))[:count])] for values in (real, synthetic)]
    one, other = (torch.from_numpy(np.asarray(values, np.float64)) for values in kept)
    return float(MMDMetric(mapped)(one, other))


def precision_recall(real: np.ndarray, synthetic: np.ndarray, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """Shares of synthetic points within the support of the real ones (precision), and the other way round (recall).

    The support of a set is the union of the balls about its points (N, d) that reach to their k-th neighbour.
    """
    return _within(real, synthetic, neighbours), _within(synthetic, real, neighbours)


def _within(support: np.ndarray, points: np.ndarray, neighbours: int) -> float:
    from scipy.spatial.distance import cdist

    own = np.sort(cdist(support, support), axis=1)
    radii = own[:, min(neighbours, len(support) - 1)]
    return float((cdist(points, support) <= radii).any(axis=1).mean())


def nearest_similarity(images: np.ndarray, training: np.ndarray) -> np.ndarray:
    """(N,) structural similarity (Wang et al., IEEE TIP 2004) of each image (N, rows, columns) to the most similar one
    of the training's (M, rows, columns); 1 is a copy. Grey values are from -1 to 1."""
    from skimage.metrics import structural_similarity

    return np.array(
        [max(structural_similarity(image, other, data_range=2.0) for other in training) for image in images]
    )
