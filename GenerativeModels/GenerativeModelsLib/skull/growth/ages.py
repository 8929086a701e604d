"""Gestational ages that a measurement fits, and z-scores that count its uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, inf
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.numbers import weeks_and_days

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.growth.curves import Curve

__all__ = ["FittingAge", "fitting_age", "weeks_and_days", "z_with_error"]

NORMAL_90 = 1.6448536269514722
"""Half the width of the central 90 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class FittingAge:
    """Gestational age of which a measurement is the median.

    Attributes
    ----------
    weeks
        Exact weeks; None where the measurement lies below or above the medians of the chart.
    outside
        "", "below" or "above".
    low, high
        90 % interval in weeks, -inf or inf where it goes on beyond the chart; None without an uncertainty.
    """

    weeks: float | None
    outside: str
    low: float | None
    high: float | None


def z_with_error(curve: Curve, value_mm: float, sd_mm: float, weeks: float) -> float:
    """Z-score of a measurement among others of its uncertainty: z s / sqrt(s^2 + sd^2), s the curve's local SD in mm.

    Raises
    ------
    InputError
        `weeks` lies outside the chart.
    """
    spread = float(curve.local_sd_mm(value_mm, weeks))
    return float(curve.z_score(value_mm, weeks)) * spread / hypot(spread, sd_mm)


def fitting_age(curve: Curve, value_mm: float, sd_mm: float | None) -> FittingAge:
    """The age whose median is `value_mm`, and the ages of which it is within the central 90 %.

    A measurement x with standard deviation `sd_mm` has at age g the z-score z(x, g) s / sqrt(s^2 + sd^2)
    (`z_with_error`); the interval holds the ages at which that lies between -1.645 and 1.645. Both the spread of heads
    of one age and the uncertainty of the measurement widen it.
    """
    youngest, oldest = curve.weeks

    def z(weeks: float) -> float:
        return float(curve.z_score(value_mm, weeks))

    outside = "below" if z(youngest) < 0 else "above" if z(oldest) > 0 else ""
    weeks = None if outside else _crossing(z, curve.weeks)
    if sd_mm is None:
        return FittingAge(weeks, outside, None, None)
    low, high = (
        _crossing(lambda g, end=end: z_with_error(curve, value_mm, sd_mm, g) - end, curve.weeks)
        for end in (NORMAL_90, -NORMAL_90)
    )
    return FittingAge(weeks, outside, low, high)


def _crossing(falling: Callable[[float], float], weeks: tuple[float, float]) -> float:
    """Weeks at which a function that falls with age is 0; -inf or inf where it is negative or positive throughout."""
    from scipy.optimize import brentq

    if falling(weeks[0]) < 0:
        return -inf
    if falling(weeks[1]) > 0:
        return inf
    return float(brentq(falling, *weeks, xtol=1e-4))
