"""Overlap metrics of label maps and distance metrics of surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["OverlapMetrics", "SurfaceDistances", "overlap", "samples_on", "surface_distances", "weighted_quantile"]


@dataclass(frozen=True)
class OverlapMetrics:
    """Overlap of two label maps, as fractions.

    Attributes
    ----------
    dice
        2 |P and T| / (|P| + |T|); 1 if both are empty, 0 if one is.
    sensitivity
        TP / (TP + FN); NaN for an empty truth.
    precision
        TP / (TP + FP); NaN for an empty prediction.
    relative_volume_difference
        (V_prediction - V_truth) / V_truth, signed; 0 if both are empty, infinite if only the truth is.
    """

    dice: float
    sensitivity: float
    precision: float
    relative_volume_difference: float


@dataclass(frozen=True)
class SurfaceDistances:
    """Distances in mm between two surfaces, in both directions.

    Attributes
    ----------
    hausdorff_mm, hd95_mm
        Maximum and area-weighted 95th percentile of the distance, each the larger of the two directions.
    mean_mm
        Area-weighted mean distance, averaged over the two directions.
    mean_signed_mm
        Area-weighted mean over the prediction of its signed distance to the truth; positive if it is too large.
    """

    hausdorff_mm: float
    hd95_mm: float
    mean_mm: float
    mean_signed_mm: float


def overlap(prediction: np.ndarray, truth: np.ndarray) -> OverlapMetrics:
    """Overlap of two boolean or label arrays on a common grid; nonzero is inside.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if np.shape(prediction) != np.shape(truth):
        raise ValueError(f"prediction has shape {np.shape(prediction)}, truth {np.shape(truth)}; use a common grid.")
    p, t = np.asarray(prediction) != 0, np.asarray(truth) != 0
    both, in_p, in_t = int((p & t).sum()), int(p.sum()), int(t.sum())
    if not in_p and not in_t:
        return OverlapMetrics(1.0, float("nan"), float("nan"), 0.0)
    return OverlapMetrics(
        dice=2 * both / (in_p + in_t),
        sensitivity=both / in_t if in_t else float("nan"),
        precision=both / in_p if in_p else float("nan"),
        relative_volume_difference=(in_p - in_t) / in_t if in_t else float("inf"),
    )


def surface_distances(prediction: Surface, truth: Surface, *, samples: int = 5000) -> SurfaceDistances:
    """Distances between the triangles of two surfaces.

    Each surface is sampled at its vertices, weighted by their area. A surface with fewer than `samples` vertices is
    also sampled evenly inside its triangles. The distance from a sample to the other surface is the exact distance to
    its triangles. If one surface has no triangles, all distances are infinite and the signed mean is NaN.
    """
    if not len(prediction.triangles) or not len(truth.triangles):
        return SurfaceDistances(float("inf"), float("inf"), float("inf"), float("nan"))
    signed, weights = _distances(prediction, truth, samples)
    back, back_weights = _distances(truth, prediction, samples)
    directions = ((np.abs(signed), weights), (np.abs(back), back_weights))
    return SurfaceDistances(
        hausdorff_mm=float(max(d.max() for d, _ in directions)),
        hd95_mm=max(weighted_quantile(d, w, 0.95) for d, w in directions),
        mean_mm=float(np.mean([np.average(d, weights=w) for d, w in directions])),
        mean_signed_mm=float(np.average(signed, weights=weights)),
    )


def weighted_quantile(values: np.ndarray, weights: np.ndarray, q: float) -> float:
    """Weighted quantile: the smallest of `values` (N,) whose cumulative weight is at least `q` times the total."""
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    index = np.searchsorted(share, q * share[-1] * (1 - 1e-12))
    return float(values[order][min(index, len(values) - 1)])


def samples_on(surface: Surface, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (K, 3) on the surface and the area (K,) in mm^2 that each represents.

    The points are the vertices if there are `count` or more of them. Otherwise they are the centres of equal
    subdivisions of every triangle, and the vertices with weight zero, which count only for the maximum.
    """
    if len(surface.points) >= count:
        return surface.points, surface.vertex_areas
    n = int(np.ceil(np.sqrt(count / len(surface.triangles))))
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    upright, inverted = i + j < n, i + j < n - 1
    offsets = [np.stack([i[use], j[use]], axis=1) + shift for use, shift in ((upright, 1 / 3), (inverted, 2 / 3))]
    u, v = (np.concatenate(offsets) / n).T
    barycentric = np.stack([1 - u - v, u, v], axis=1)
    inside = np.einsum("kc,mcd->mkd", barycentric, surface.points[surface.triangles]).reshape(-1, 3)
    areas = np.repeat(surface.triangle_areas / n**2, n**2)
    return np.concatenate([inside, surface.points]), np.concatenate([areas, np.zeros(len(surface.points))])


def _distances(source: Surface, target: Surface, samples: int) -> tuple[np.ndarray, np.ndarray]:
    points, weights = samples_on(source, samples)
    return SurfaceQueries(target).signed_distances(points), weights
