"""INTERGROWTH-21st growth charts of the fetal head: mean, standard deviation, centile and gestational age.

Equations: Papageorghiou et al., Lancet 2014;384:869-879 (4321 women, 8 countries, 14 to 40 weeks). Gestational age from
head circumference: Papageorghiou et al., Ultrasound Obstet Gynecol 2016;48:719-726. Uses only numpy and math.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError

MIN_WEEKS, MAX_WEEKS = 14.0, 40.0
"""Range of exact gestational age (days / 7) of the charts; there is no extrapolation."""

_Curve = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Chart:
    """One biometric quantity: mean and standard deviation in mm as functions of exact weeks."""

    name: str
    mean_equation: _Curve
    sd_equation: _Curve

    def mean(self, weeks: float | np.ndarray) -> np.ndarray:
        """Mean in mm at `weeks` (scalar or array of exact gestational age)."""
        return self.mean_equation(check_weeks(weeks))

    def sd(self, weeks: float | np.ndarray) -> np.ndarray:
        """Standard deviation in mm at `weeks`."""
        return self.sd_equation(check_weeks(weeks))

    def z_score(self, value_mm: float | np.ndarray, weeks: float | np.ndarray) -> np.ndarray:
        """Z-score of `value_mm` at `weeks`."""
        weeks = check_weeks(weeks)
        return (np.asarray(value_mm, float) - self.mean_equation(weeks)) / self.sd_equation(weeks)

    def percentile(self, value_mm: float | np.ndarray, weeks: float | np.ndarray) -> np.ndarray:
        """Centile, 0 to 100, of `value_mm` at `weeks`."""
        z = np.asarray(self.z_score(value_mm, weeks))
        return 50.0 * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2.0))

    def value_mm(self, z: float | np.ndarray, weeks: float | np.ndarray) -> np.ndarray:
        """The value in mm with z-score `z` at `weeks`."""
        weeks = check_weeks(weeks)
        return self.mean_equation(weeks) + np.asarray(z, float) * self.sd_equation(weeks)


def check_weeks(weeks: float | np.ndarray) -> np.ndarray:
    """`weeks` as floats.

    Raises
    ------
    InputError
        A value is outside the range of the charts, 14 to 40 weeks.
    """
    weeks = np.asarray(weeks, float)
    bad = ~((weeks >= MIN_WEEKS) & (weeks <= MAX_WEEKS))
    if bad.any():
        found = np.atleast_1d(weeks)[np.atleast_1d(bad)][0]
        raise InputError(
            f"weeks is {found:g}, but the INTERGROWTH-21st charts hold from {MIN_WEEKS:g} to {MAX_WEEKS:g} weeks; "
            "give the gestational age in exact weeks (days / 7) within that range."
        )
    return weeks


HC = Chart(
    "HC",
    lambda g: -28.2849 + 1.69267 * g**2 - 0.397485 * g**2 * np.log(g),
    lambda g: 1.98735 + 0.0136772 * g**3 - 0.00726264 * g**3 * np.log(g) + 0.000976253 * g**3 * np.log(g) ** 2,
)
"""Head circumference."""

BPD = Chart(
    "BPD",
    lambda g: 5.60878 + 0.158369 * g**2 - 0.00256379 * g**3,
    lambda g: np.exp(
        0.101242 + 0.00150557 * g**3 - 0.000771535 * g**3 * np.log(g) + 0.0000999638 * g**3 * np.log(g) ** 2
    ),
)
"""Biparietal diameter, outer to outer."""

OFD = Chart(
    "OFD",
    lambda g: -12.4097 + 0.626342 * g**2 - 0.148075 * g**2 * np.log(g),
    lambda g: np.exp(-0.880034 + 0.0631165 * g**2 - 0.0317136 * g**2 * np.log(g) + 0.00408302 * g**2 * np.log(g) ** 2),
)
"""Occipito-frontal diameter, outer to outer."""

CHARTS = {"hc": HC, "bpd": BPD, "ofd": OFD}


def age_days_from_hc(hc_mm: float) -> float:
    """Gestational age in days from the head circumference.

    Raises
    ------
    InputError
        `hc_mm` is not positive, or gives an age outside 14 to 40 weeks.
    """
    if not (math.isfinite(hc_mm) and hc_mm > 0):
        raise InputError(f"hc_mm is {hc_mm}, expected a head circumference in mm above 0; check the pixel spacing.")
    days = math.exp(min(0.05970 * math.log(hc_mm) ** 2 + 6.409e-9 * hc_mm**3 + 3.3258, 50.0))
    if not 7 * MIN_WEEKS <= days <= 7 * MAX_WEEKS:
        raise InputError(
            f"hc_mm is {hc_mm:g}, which lies outside 14 to 40 weeks of the INTERGROWTH-21st dating equation; "
            "check the pixel spacing or give the gestational age."
        )
    return days


def percentile_or_none(chart: Chart | None, value_mm: float, weeks: float | None) -> float | None:
    """Centile, 0 to 100; None without a chart or a gestational age."""
    return None if chart is None or weeks is None else float(chart.percentile(value_mm, weeks))
