"""Ages and sizes of the population: head circumference and cephalic index by gestational age.

From 14 to 40 weeks HC has the mean and SD of INTERGROWTH-21st. Outside it follows the Hadlock 1984 equation (361
fetuses, 14 to 42 weeks, HC in cm = -11.48 + 1.56 w - 0.0002548 w^3), scaled to join the chart: that is the source for
40 to 42 weeks, and an extrapolation of it below 14, where it gives 55 mm at 11 weeks (the smallest head of HC18 has
44 mm). From 18 weeks the cephalic index has the moments that the charts of BPD and OFD imply. Below, these imply up to
87.7 %, which real heads do not have; there it goes over to HC18's heads of HC < 100 mm (82.6, SD 4.6 %).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.growth import hadlock, intergrowth
from GenerativeModelsLib.skull.population.variants import CEPHALIC_INDEX

WEEKS = (11.0, 42.0)
"""Range of gestational ages of the population."""
EARLY_WEEKS, EARLY_HEADS = 16.0, 0.135
"""Share of the heads that are younger than this age; uniform ages would give 16 % of small heads."""
_AGES, _SHARES = (WEEKS[0], EARLY_WEEKS, WEEKS[1]), (0.0, EARLY_HEADS, 1.0)
TRUNCATION_SD = 2.7
_TRUNCATED_SD = 0.9711
"""Standard deviation of a unit normal truncated at +-2.7; draws are divided by it to keep the chart's SD."""
EARLIEST_HC_SD = 0.075
"""SD of HC relative to its mean at 11 weeks (own assumption), from which it falls to the chart's 0.057 at 14."""
SMALL_INDEX, SMALL_INDEX_WEEKS = (83.5, 3.5), (14.0, 18.0)
"""Mean and SD of the cephalic index in per cent of typical small heads, and the ages between which the charts take
over. With the narrow heads among the variants the mean is HC18's 82.6, the SD 5.2."""
INDEX_LIMITS = (65.0, 97.0)


def check_weeks(low: float, high: float) -> None:
    """Raises InputError unless `WEEKS` contain `low` to `high`."""
    if not (WEEKS[0] <= low and high <= WEEKS[1]):
        bad = high if low >= WEEKS[0] else low
        raise InputError(f"weeks is {bad:g}; the population covers {WEEKS[0]:g} to {WEEKS[1]:g} weeks.")
    if low > high:
        raise InputError(f"weeks is ({low:g}, {high:g}); expected the younger age first.")


def draw_age(rng: np.random.Generator, low: float, high: float) -> float:
    """Exact weeks between `low` and `high`; the density is constant below and above `EARLY_WEEKS`."""
    share = rng.uniform(*age_share([low, high]))
    return float(np.clip(age_at(share), low, high))


def age_share(weeks: ArrayLike) -> np.ndarray:
    """Share of the population's heads, 0 to 1, that are younger than `weeks` (...)."""
    return np.interp(weeks, _AGES, _SHARES)


def age_at(share: ArrayLike) -> np.ndarray:
    """Exact weeks (...) below which a `share` (...) of the population's heads lie; the inverse of `age_share`."""
    return np.interp(share, _SHARES, _AGES)


def hc_moments(weeks: float) -> tuple[float, float]:
    """Mean and SD of the head circumference in mm at `weeks` within `WEEKS`."""
    inside = float(np.clip(weeks, *intergrowth.WEEKS))
    mean, sd = float(intergrowth.HC.mean(inside)), float(intergrowth.HC.sd(inside))
    relative = sd / mean
    if weeks < inside:
        relative += (EARLIEST_HC_SD - relative) * (inside - weeks) / (inside - WEEKS[0])
    mean *= _hadlock(weeks) / _hadlock(inside)
    return mean, relative * mean


def hc_limits() -> tuple[float, float]:
    """Smallest and largest head circumference in mm that the population contains."""
    (low, low_sd), (high, high_sd) = hc_moments(WEEKS[0]), hc_moments(WEEKS[1])
    reach = TRUNCATION_SD
    return low - reach * low_sd, high + reach * high_sd


def draw_size(rng: np.random.Generator, weeks: float, variant: str) -> tuple[float, float]:
    """HC in mm and cephalic index in per cent.

    With b, o, h, c the logarithms of BPD, OFD, HC and CI, b = h + (1 - t) c and o = h - t c to first order, where
    t = BPD / (BPD + OFD). The variance of c and its covariance with h follow from the three chart variances.
    """
    hc_mean, hc_sd = hc_moments(weeks)
    z_hc = truncated_normal(rng, 0.0, 1 / _TRUNCATED_SD, TRUNCATION_SD * _TRUNCATED_SD)
    hc = hc_mean + hc_sd * z_hc
    if variant in CEPHALIC_INDEX:
        centre, sd, low, high = CEPHALIC_INDEX[variant]
        while not low <= (index := rng.normal(centre, sd)) <= high:
            pass
        return hc, float(index)
    centre, slope, own = _chart_index(float(np.clip(weeks, SMALL_INDEX_WEEKS[1], intergrowth.WEEKS[1])))
    old = float(np.clip(np.interp(weeks, SMALL_INDEX_WEEKS, (0.0, 1.0)), 0, 1))
    centre = old * centre + (1 - old) * SMALL_INDEX[0]
    own = old * own + (1 - old) * SMALL_INDEX[1] / SMALL_INDEX[0]
    relative = old * slope * z_hc + truncated_normal(rng, 0.0, own / _TRUNCATED_SD)
    return hc, float(np.clip(centre * (1 + relative), *INDEX_LIMITS))


def truncated_normal(rng: np.random.Generator, mean: float, sd: float, limit: float = TRUNCATION_SD) -> float:
    """A normal draw, repeated until it lies within `limit` standard deviations."""
    while abs(z := rng.standard_normal()) > limit:
        pass
    return mean + sd * z


def _hadlock(weeks: float) -> float:
    """Mean head circumference in mm of the Hadlock 1984 equation, also below its 14 weeks."""
    return float(hadlock.CURVES["hc"].mean_equation(np.float64(weeks)))


def _chart_index(weeks: float) -> tuple[float, float, float]:
    """Mean cephalic index in per cent, its relative change per SD of HC, and its relative SD at a given HC."""
    mean = {name: float(chart.mean(weeks)) for name, chart in intergrowth.CURVES.items()}
    h, b, o = (float(intergrowth.CURVES[name].sd(weeks)) / mean[name] for name in ("hc", "bpd", "ofd"))
    t = mean["bpd"] / (mean["bpd"] + mean["ofd"])
    variance = max(((t * b**2 + (1 - t) * o**2) - h**2) / (t * (1 - t)), 0.015**2)
    slope = (b**2 - h**2 - (1 - t) ** 2 * variance) / (2 * (1 - t)) / h
    return 100 * mean["bpd"] / mean["ofd"], slope, max(variance - slope**2, 0.01**2) ** 0.5
