"""Curves of growth charts: the distribution of a measurement at a gestational age. Uses numpy and the standard library.

A z-score is that of the normal distribution with the same percentile, whatever the distribution of the measurement.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from GenerativeModelsLib.errors import InputError

__all__ = ["Curve", "LogNormalCurve", "NormalCurve", "OuterInner", "QuantileCurve", "percentile_of"]

_Function = Callable[[np.ndarray], np.ndarray]
_STEP = 0.5
"""Half the step in z of the slope of a curve, which smooths the kinks of interpolated quantiles."""


def percentile_of(z: ArrayLike) -> np.ndarray:
    """Percentile, 0 to 100, of z-scores (...)."""
    return 50.0 * np.vectorize(math.erfc, otypes=[float])(-np.asarray(z, float) / math.sqrt(2.0))


@dataclass(frozen=True)
class Curve(ABC):
    """One measurement of a chart.

    Attributes
    ----------
    chart : title of the chart, for messages.
    weeks : first and last exact gestational age (days / 7); there is no extrapolation.
    """

    chart: str
    weeks: tuple[float, float]

    @abstractmethod
    def _z(self, value_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        """Z-scores of values at checked weeks."""

    @abstractmethod
    def _value(self, z: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        """Values of z-scores at checked weeks."""

    def z_score(self, value_mm: ArrayLike, weeks: ArrayLike) -> np.ndarray:
        """Z-score (...) of measurements in mm at exact weeks; raises `InputError` outside the chart."""
        return self._z(np.asarray(value_mm, float), self.check(weeks))

    def percentile(self, value_mm: ArrayLike, weeks: ArrayLike) -> np.ndarray:
        """Percentile (...), 0 to 100, of measurements in mm at exact weeks; raises `InputError` outside the chart."""
        return percentile_of(self.z_score(value_mm, weeks))

    def value_mm(self, z: ArrayLike, weeks: ArrayLike) -> np.ndarray:
        """Measurement (...) in mm with z-score `z` at exact weeks; raises `InputError` outside the chart."""
        return self._value(np.asarray(z, float), self.check(weeks))

    def local_sd_mm(self, value_mm: ArrayLike, weeks: ArrayLike) -> np.ndarray:
        """Change (...) in mm of the measurement per unit of z about `value_mm`; the SD where the curve is normal."""
        weeks = self.check(weeks)
        z = self._z(np.asarray(value_mm, float), weeks)
        return (self._value(z + _STEP, weeks) - self._value(z - _STEP, weeks)) / (2 * _STEP)

    def check(self, weeks: ArrayLike) -> np.ndarray:
        """`weeks` as floats.

        Raises
        ------
        InputError
            A value is outside the range of the chart.
        """
        weeks = np.asarray(weeks, float)
        low, high = self.weeks
        bad = ~((weeks >= low) & (weeks <= high))
        if bad.any():
            found = np.atleast_1d(weeks)[np.atleast_1d(bad)][0]
            raise InputError(
                f"weeks is {found:g}, but the {self.chart} chart holds from {low:g} to {high:g} weeks; "
                "give the gestational age in exact weeks (days / 7) within that range."
            )
        return weeks


@dataclass(frozen=True)
class NormalCurve(Curve):
    """A normal distribution: mean and standard deviation in mm as functions of exact weeks."""

    mean_equation: _Function
    sd_equation: _Function

    def mean(self, weeks: ArrayLike) -> np.ndarray:
        """Mean (...) in mm."""
        return self.mean_equation(self.check(weeks))

    def sd(self, weeks: ArrayLike) -> np.ndarray:
        """Standard deviation (...) in mm."""
        return self.sd_equation(self.check(weeks))

    def _z(self, value_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return (value_mm - self.mean_equation(weeks)) / self.sd_equation(weeks)

    def _value(self, z: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return self.mean_equation(weeks) + z * self.sd_equation(weeks)


@dataclass(frozen=True)
class LogNormalCurve(Curve):
    """A normal distribution of ln mm: median in mm, and SD of the logarithm, as functions of exact weeks."""

    median_equation: _Function
    log_sd_equation: _Function

    def _z(self, value_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return np.log(value_mm / self.median_equation(weeks)) / self.log_sd_equation(weeks)

    def _value(self, z: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return self.median_equation(weeks) * np.exp(z * self.log_sd_equation(weeks))


@dataclass(frozen=True)
class QuantileCurve(Curve):
    """Quantiles by regression: ln mm of each quantile is a polynomial of exact weeks.

    Between two quantiles ln mm is linear in z. Beyond the outermost ones it goes on with the mean slope between the
    median and that quantile.

    Attributes
    ----------
    quantiles : (Q,) increasing, 0.5 among them.
    coefficients : by quantile, of ascending powers.
    """

    quantiles: tuple[float, ...]
    coefficients: tuple[Sequence[float], ...]

    def _nodes(self, weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """z (Q + 2,) and ln mm (Q + 2, N) at weeks (N,), with a node far beyond either end."""
        z = np.array([NormalDist().inv_cdf(q) for q in self.quantiles])
        logs = np.stack([np.polynomial.polynomial.polyval(weeks, c) for c in self.coefficients])
        middle, far = logs[self.quantiles.index(0.5)], 40.0
        low = logs[0] + (middle - logs[0]) / -z[0] * (-far - z[0])
        high = logs[-1] + (logs[-1] - middle) / z[-1] * (far - z[-1])
        return np.concatenate([[-far], z, [far]]), np.concatenate([low[None], logs, high[None]])

    def _z(self, value_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        value, age = np.broadcast_arrays(value_mm, weeks)
        z, logs = self._nodes(age.ravel())
        found = [np.interp(np.log(v), column, z) for v, column in zip(value.ravel(), logs.T)]
        return np.reshape(found, value.shape)

    def _value(self, z: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        wanted, age = np.broadcast_arrays(z, weeks)
        nodes, logs = self._nodes(age.ravel())
        found = [math.exp(np.interp(w, nodes, column)) for w, column in zip(wanted.ravel(), logs.T)]
        return np.reshape(found, wanted.shape)


@dataclass(frozen=True)
class OuterInner(Curve):
    """A curve of a BPD from the outer border of the near to the inner border of the far wall, for one outer to outer.

    The measurement is converted by the regression of Wong et al. 2018 (PMC8409806; 543 fetuses of 14 to 40 weeks),
    inner = -0.403458 mm + 0.9714153 outer; values come back by its inverse.
    """

    curve: Curve

    OFFSET_MM, FACTOR = -0.403458, 0.9714153

    def _z(self, value_mm: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return self.curve.z_score(self.OFFSET_MM + self.FACTOR * value_mm, weeks)

    def _value(self, z: np.ndarray, weeks: np.ndarray) -> np.ndarray:
        return (self.curve.value_mm(z, weeks) - self.OFFSET_MM) / self.FACTOR
