"""Platt scaling of a classifier's logit, with reliability bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.language import _

__all__ = [
    "PlattScale",
    "ReliabilityBin",
    "equal_mass_bins",
    "expected_calibration_error",
    "interval_text",
    "probability_text",
    "reliability",
]


@dataclass(frozen=True)
class PlattScale:
    """p = 1 / (1 + exp(-(slope logit + offset))) (Platt 1999)."""

    slope: float
    offset: float

    @classmethod
    def fit(cls, logit: np.ndarray, label: np.ndarray) -> PlattScale:
        """Maximum likelihood fit with Platt's targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2); labels 0 and 1."""
        logit, label = np.asarray(logit, float), np.asarray(label)
        positive, negative = int((label == 1).sum()), int((label == 0).sum())
        if not positive or not negative:
            raise ValueError("both classes are needed to calibrate a probability.")
        target = np.where(label == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
        design = np.stack([logit, np.ones_like(logit)], axis=1)
        w = np.array([1.0, 0.0])
        for _step in range(100):
            p = _sigmoid(design @ w)
            # A weak ridge penalty about the slope 1 prevents an infinite slope for separable classes.
            gradient = design.T @ (p - target) + 1e-3 * (w - [1.0, 0.0])
            hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-3 * np.eye(2)
            step = np.linalg.solve(hessian, gradient)
            w = w - step / max(1.0, float(np.abs(step).max()))
            if np.abs(step).max() < 1e-9:
                break
        return cls(float(w[0]), float(w[1]))

    def probability(self, logit: np.ndarray) -> np.ndarray:
        return _sigmoid(self.slope * np.asarray(logit, float) + self.offset)


@dataclass(frozen=True)
class ReliabilityBin:
    """Cases of similar probability: their count, mean probability and share of positive cases."""

    count: int
    probability: float
    observed: float


def equal_mass_bins(probability: np.ndarray, bins: int) -> list[np.ndarray]:
    """Indices of the cases in `bins` groups of equal size, from the lowest probability to the highest."""
    return [part for part in np.array_split(np.argsort(probability, kind="stable"), bins) if len(part)]


def reliability(probability: np.ndarray, label: np.ndarray, bins: int = 10) -> list[ReliabilityBin]:
    """Reliability bins of equal mass; `label` (N,) is 1 or True for a positive case."""
    return [
        ReliabilityBin(len(part), float(np.mean(probability[part])), float(np.mean(np.asarray(label)[part] == 1)))
        for part in equal_mass_bins(probability, bins)
    ]


def expected_calibration_error(bins: list[ReliabilityBin]) -> float:
    """Mean distance between probability and observed share, weighted by the bins' counts."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.probability - b.observed) for b in bins) / total


def probability_text(value: float) -> str:
    """A probability in per cent for display; values below 1 % and above 99 % are shown only as such."""
    return "< 1 %" if value < 0.01 else "> 99 %" if value > 0.99 else f"{100 * value:.0f} %"


def interval_text(interval: Sequence[float] | None) -> str:
    """A 90 % interval of a probability to follow it, such as " (90 % interval 40 % to 62 %)"; "" without one."""
    if interval is None:
        return ""
    low, high = map(probability_text, interval)
    if low == high:
        shown = _("90 % interval {low}", low=low)
    else:
        shown = _("90 % interval {low} to {high}", low=low, high=high)
    return f" ({shown})"


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))
