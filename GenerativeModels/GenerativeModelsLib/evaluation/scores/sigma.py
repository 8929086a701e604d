"""Scale and floor that calibrate predicted standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.normal_offsets import Offsets

__all__ = ["SigmaCalibration", "fit_calibration"]


@dataclass(frozen=True)
class SigmaCalibration:
    """sigma' = sqrt(scale^2 sigma^2 + floor_mm^2); the floor represents grid and segmentation noise."""

    scale: float
    floor_mm: float

    def apply(self, sigma_mm: np.ndarray) -> np.ndarray:
        """Calibrated standard deviations (...) in mm."""
        return np.hypot(self.scale * np.asarray(sigma_mm), self.floor_mm)


def fit_calibration(
    d_mm: np.ndarray, sigma_mm: np.ndarray, weights: np.ndarray | None = None, cases: np.ndarray | None = None
) -> SigmaCalibration:
    """The scale and floor with the least Gaussian negative log likelihood (Laves et al. 2021, with a floor).

    The cases must be separate from those for training and testing. Arguments as for `Offsets.of`. If sigma does not
    vary, scale and floor are not identifiable and the floor is 0.

    Raises
    ------
    ValueError
        All offsets are 0, or see `Offsets.of`.
    """
    from scipy.optimize import minimize

    offsets = Offsets.of(d_mm, sigma_mm, weights, cases)
    weight = offsets.weights
    d2, v2 = offsets.d_mm**2, offsets.sigma_mm**2
    mean_d2, mean_v2 = weight @ d2, weight @ v2
    if mean_d2 == 0:
        raise ValueError("Every offset is 0: there is nothing to calibrate against.")
    if mean_v2 == 0:
        return SigmaCalibration(1.0, float(np.sqrt(mean_d2)))
    d2, v2 = d2 / mean_d2, v2 / mean_v2  # makes both parameters of order one

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        variance = np.maximum(parameters[0] * v2 + parameters[1], 1e-12)
        slope = 0.5 * weight * (1 / variance - d2 / variance**2)
        return float(weight @ (0.5 * np.log(variance) + d2 / (2 * variance))), np.array([slope @ v2, slope.sum()])

    with np.errstate(divide="ignore", invalid="ignore"):
        scale2 = weight @ np.where(v2 > 0, d2 / v2, 0.0)
    starts = [(float(np.clip(scale2, 1e-6, 1e6)), 0.0), (0.5, 0.5), (1e-3, 1.0)]
    fits = [minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(1e-9, None), (0.0, None)]) for start in starts]
    best = min(fits, key=lambda fit: round(fit.fun, 9))  # the first start, without a floor, wins a tie
    a, b = best.x
    return SigmaCalibration(float(np.sqrt(a * mean_d2 / mean_v2)), float(np.sqrt(b * mean_d2)))
