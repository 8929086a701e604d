"""Signed offsets of the true surface along a predicted surface's normals, with the predicted standard deviations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.geometry.surfaces import Surface

__all__ = ["CLIP_MM", "Offsets", "clipped_share", "signed_offsets"]

CLIP_MM = 10.0
"""Bound of the absolute offsets; a longer ray would meet another part of the surface."""


@dataclass(frozen=True, eq=False)
class Offsets:
    """Offsets and predicted standard deviations of the points of one or more cases, with weights.

    Created by `Offsets.of`. Every mean over points is area-weighted within its case, then averaged over cases.

    Attributes
    ----------
    d_mm
        (N,) signed offset of the truth along the outward normal of the prediction.
    sigma_mm
        (N,) predicted standard deviation.
    weights
        (N,) weight of every point; the sum is the same for each case, and 1 in total.
    case
        (N,) index of the case, 0 to `cases` - 1.
    cases
        Number of cases with at least one usable point.
    dropped
        Number of points excluded because of a NaN or a weight of zero.
    """

    d_mm: np.ndarray
    sigma_mm: np.ndarray
    weights: np.ndarray
    case: np.ndarray
    cases: int
    dropped: int

    @classmethod
    def of(
        cls,
        d_mm: np.ndarray,
        sigma_mm: np.ndarray,
        weights: np.ndarray | None = None,
        cases: np.ndarray | None = None,
    ) -> Offsets:
        """Offsets with normalised weights.

        Parameters
        ----------
        d_mm, sigma_mm
            (N,) mm; NaN (an open base, outside the field) drops the point.
        weights
            (N,) areas in any unit; None weights all points equally.
        cases
            (N,) labels of the case that a point belongs to; None is a single case.

        Raises
        ------
        ValueError
            Lengths differ, a standard deviation or weight is negative, or no point is left.
        """
        d = np.asarray(d_mm, float).ravel()
        sigma = np.asarray(sigma_mm, float).ravel()
        area = np.ones(len(d)) if weights is None else np.asarray(weights, float).ravel()
        label = np.zeros(len(d), int) if cases is None else np.asarray(cases).ravel()
        lengths = {"d_mm": len(d), "sigma_mm": len(sigma), "weights": len(area), "cases": len(label)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"The arrays differ in length: {lengths}.")
        if (sigma < 0).any() or (area < 0).any():
            raise ValueError("sigma_mm or weights holds negative values.")
        usable = ~(np.isnan(d) | np.isnan(sigma) | np.isnan(area)) & (area > 0)
        if not usable.any():
            raise ValueError(f"None of the {len(d)} points is usable: each has a NaN or no weight.")
        d, sigma, area = d[usable], sigma[usable], area[usable]
        names, case = np.unique(label[usable], return_inverse=True)
        area = area / np.bincount(case, area)[case] / len(names)
        return cls(d, sigma, area, case, len(names), int((~usable).sum()))

    def mean(self, values: np.ndarray) -> float:
        """Area-weighted mean of `values` (N,) within every case, averaged over cases."""
        counted = self.weights > 0  # resampled cases can have weight 0, and 0 times infinity is NaN
        return float(self.weights[counted] @ np.asarray(values, float)[counted])

    def per_case(self, values: np.ndarray) -> np.ndarray:
        """Area-weighted mean (cases,) of `values` (N,) in every case."""
        total = np.bincount(self.case, self.weights, self.cases)
        sums = np.bincount(self.case, self.weights * values, self.cases)
        return np.divide(sums, total, out=np.full(self.cases, np.nan), where=total > 0)

    def resampled(self, counts: np.ndarray) -> Offsets:
        """The same points with case i counted `counts[i]` times, for the bootstrap over cases."""
        weights = self.weights * counts[self.case]
        return replace(self, weights=weights / weights.sum())


def signed_offsets(prediction: Surface, truth: Surface, at: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Signed offsets (N,) in mm of the truth from the vertices `at` of `prediction`, or all, along its outward normal.

    Positive where the truth lies outside the prediction. The offset is that of the nearer of the first intersections
    forward and backward along the normal; without an intersection within `CLIP_MM` it is the signed distance to the
    closest point, clipped to +-`CLIP_MM`. Distances to the closest point alone would be too small where the error is
    large.
    """
    queries = SurfaceQueries(truth)
    points, reach = prediction.points[at], CLIP_MM * prediction.vertex_normals[at]
    outward = queries.first_hits(points, points + reach) * CLIP_MM
    inward = queries.first_hits(points, points - reach) * -CLIP_MM
    backward = np.isnan(outward) | (np.abs(inward) < np.abs(outward))
    d = np.where(backward, inward, outward)
    missed = np.isnan(d)
    d[missed] = np.clip(-queries.signed_distances(points[missed]), -CLIP_MM, CLIP_MM)
    return d


def clipped_share(d_mm: np.ndarray, weights: np.ndarray) -> float:
    """Share of the area whose offset is clipped at `CLIP_MM`; calibration metrics are not valid for it."""
    usable = ~np.isnan(d_mm)
    return float(np.average(np.abs(d_mm[usable]) >= CLIP_MM, weights=weights[usable]))
