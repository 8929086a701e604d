"""From the disagreement of label maps to the probability that a label is wrong, by isotonic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Calibration"]

BINS = 100
"""Bins of the disagreement of all pixels, and as many of that of the wrong ones."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A function that never falls, linear between its knots and constant beyond them.

    Attributes
    ----------
    level
        (K,) increasing.
    probability
        (K,) from 0 to 1, not falling.
    """

    level: np.ndarray
    probability: np.ndarray

    @classmethod
    def fit(cls, level: np.ndarray, wrong: np.ndarray) -> Calibration:
        """Least squares among the functions that do not fall (isotonic regression, Barlow et al. 1972), on bins.

        Parameters
        ----------
        level
            (N,) measure of pixels, higher where a label is more probably wrong.
        wrong
            (N,) whether it is.

        Raises
        ------
        ValueError
            None or all of the labels are wrong.
        """
        from scipy.optimize import isotonic_regression

        level, wrong = np.asarray(level, float), np.asarray(wrong, bool)
        if wrong.all() or not wrong.any():
            raise ValueError("right and wrong labels are needed to calibrate a probability.")
        shares = np.linspace(0, 1, BINS + 1)
        # Most pixels are far from any contour and alike: those that are wrong have bins of their own.
        edges = np.unique(np.concatenate([np.quantile(level, shares), np.quantile(level[wrong], shares)]))
        which = np.searchsorted(edges, level, side="right")
        count = np.bincount(which, minlength=len(edges) + 1)
        there = count > 0
        mean, share = (np.bincount(which, values, len(count))[there] / count[there] for values in (level, wrong))
        fitted = isotonic_regression(share, weights=count[there]).x
        return cls(mean, np.clip(fitted, 0.0, 1.0))

    @property
    def is_sound(self) -> bool:
        """Whether the knots are as the attributes say."""
        return bool(
            self.level.ndim == 1
            and self.level.shape == self.probability.shape
            and len(self.level)
            and np.isfinite(self.level).all()
            and (np.diff(self.level) > 0).all()
            and (np.diff(self.probability) >= 0).all()
            and self.probability[0] >= 0
            and self.probability[-1] <= 1
        )

    def __call__(self, level: np.ndarray) -> np.ndarray:
        """Probability of pixels of any shape, float32."""
        return np.interp(level, self.level, self.probability).astype(np.float32)
