"""Fit of the calibration on real heads, and its evaluation on heads that it was not fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import brentq, minimize

from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.geometry.metrics import weighted_quantile
from GenerativeModelsLib.skull.infer.calibration import EVEN, EXCESS_DEGREE, HeadCalibration, excess_sd
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90
from GenerativeModelsLib.skull.shape.harmonics import orders
from GenerativeModelsLib.skull.shape.regions import REGIONS, regions

__all__ = ["SUBSETS_BY_COUNT", "fit_head_calibration", "least_floor"]

SUBSETS_BY_COUNT = (("axial",), ("axial + sagittal", "axial + coronal"), ("three planes",))
LEVEL = 0.90
START = -4.5
"""Start of the mean of L: an excess of 1.1 % of the head size."""
ROUGHNESS = 0.002
"""Weight of the squared coefficients of L of degree 1 and more; heads are few."""


def fit_head_calibration(heads: Mapping[str, Sequence[CaseRecords]]) -> HeadCalibration:
    """Calibration from the records of several real heads, by name, each with one or more examinations.

    a and L maximise the Gaussian likelihood of the offsets; k is then the factor with which `LEVEL` of a region's area
    lies within the `LEVEL` interval, pooled over heads: as in conformal prediction, but on the heads of the fit and
    without a correction for their number. f gives the standardised errors of the volume unit variance. Every head has
    the same weight. The records must have standard deviations calibrated on simulated heads alone.
    """
    weights, excess, factors, floors = [], [], [], []
    for subsets in SUBSETS_BY_COUNT:
        groups = [[c.records[s] for c in cases for s in subsets if s in c.records] for cases in heads.values()]
        points = [_Points.of(records) for records in groups if records]
        if not points:
            raise ValueError(f"no real head has records of {' or '.join(subsets)}")
        weight, log_excess = _fit_excess(points)
        weights.append(weight)
        excess.append(log_excess)
        factors.append(_fit_factors(points, weight, log_excess))
        floors.append(_volume_floor(groups))
    return HeadCalibration(*(np.array(part) for part in (weights, excess, factors, floors)))


class _Points:
    """Offsets, standard deviations and places of one head's records, in head sizes; weights sum to 1."""

    def __init__(self, d: np.ndarray, sigma: np.ndarray, places: np.ndarray, weights: np.ndarray) -> None:
        self.d, self.sigma, self.places, self.weights = d, sigma, places, weights

    @staticmethod
    def of(records: Sequence[Record]) -> _Points:
        size = [r.found.hc_mm / (2 * np.pi) for r in records]
        d = np.concatenate([r.offsets_mm["rigid"] / s for r, s in zip(records, size, strict=True)])
        sigma = np.concatenate([r.sigma_mm / s for r, s in zip(records, size, strict=True)])
        weights = np.concatenate([r.areas / r.areas.sum() for r in records])
        places = np.concatenate([r.points for r in records]).astype(float)
        return _Points(d.astype(float), sigma.astype(float), places, weights / weights.sum())


def _harmonics(places: np.ndarray) -> np.ndarray:
    """(N, E) values of the harmonics of L in the directions of `places` (N, 3)."""
    return np.stack([np.log(excess_sd(row, places)) for row in np.eye(len(EVEN))], axis=-1)


def _fit_excess(heads: Sequence[_Points]) -> tuple[float, np.ndarray]:
    """Weight a and coefficients (E,) of L."""
    d, sigma = (np.concatenate([getattr(h, name) for h in heads]) for name in ("d", "sigma"))
    weights = np.concatenate([h.weights for h in heads]) / len(heads)
    basis = np.concatenate([_harmonics(h.places) for h in heads])
    rough = (orders(EXCESS_DEGREE)[0][EVEN] > 0).astype(float)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        c, a2 = parameters[:-1], parameters[-1]
        extra = np.exp(2 * np.clip(basis @ c, -12, 2))
        variance = a2 * sigma**2 + extra
        value = weights @ (0.5 * np.log(variance) + d**2 / (2 * variance)) + ROUGHNESS * rough @ c**2
        slope = weights * (0.5 / variance - d**2 / (2 * variance**2))
        gradient = np.append(basis.T @ (slope * 2 * extra) + 2 * ROUGHNESS * rough * c, slope @ sigma**2)
        return float(value), gradient

    start = np.zeros(len(EVEN) + 1)
    start[0], start[-1] = START / basis[0, 0], 0.5
    bounds = [(None, None)] * len(EVEN) + [(0.0, 1.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(np.sqrt(found[-1])), found[:-1]


def _fit_factors(heads: Sequence[_Points], weight: float, log_excess: np.ndarray) -> np.ndarray:
    """Factor (3,) of each region."""
    factors = []
    scores = [np.abs(h.d) / (NORMAL_90 * np.hypot(weight * h.sigma, excess_sd(log_excess, h.places))) for h in heads]
    for region in range(len(REGIONS)):
        here = [regions(h.places, 1.0) == region for h in heads]
        z = np.concatenate([s[m] for s, m in zip(scores, here, strict=True)])
        w = np.concatenate([h.weights[m] / h.weights[m].sum() for h, m in zip(heads, here, strict=True)])
        factors.append(float(weighted_quantile(z, w, LEVEL)))
    return np.array(factors)


def _volume_floor(groups: Sequence[Sequence[Record]]) -> float:
    errors, sds, weights = [], [], []
    for records in groups:
        for r in records:
            value = r.found.head_volume_ml
            errors.append(r.truth.head_volume_ml / value - 1)
            sds.append(r.sd["head_volume_ml"] / value)
            weights.append(1 / len(records))
    return least_floor(np.array(errors), np.array(sds), np.array(weights))


def least_floor(error: np.ndarray, sd: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Floor f at which error / sqrt(sd^2 + f^2) has a mean square of 1; 0 if the standard deviations suffice."""

    def excess(f: float) -> float:
        return float(np.average(error**2 / (sd**2 + f**2), weights=weights) - 1)

    return 0.0 if excess(1e-6) <= 0 else float(brentq(excess, 1e-6, 10.0))
