"""Simulated population of fetal heads with sizes from growth charts and shapes from openly licensed templates.

Head circumference and cephalic index are drawn so that HC, BPD and OFD of typical heads have the means and standard
deviations of the INTERGROWTH-21st charts at every week; the variants widen the cephalic index to the spread seen in
ultrasound (HC18: 79.5, SD 4.6 %). Shape is a mean of templates, directions between them, a smooth random field of about
1 % of the length, and the change of the variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.population.variants import CEPHALIC_INDEX, VARIANT_WEIGHTS, variant_change
from GenerativeModelsLib.skull.shape import growth_charts
from GenerativeModelsLib.skull.shape.ellipse import axes_from_perimeter, perimeter
from GenerativeModelsLib.skull.shape.harmonics import mirror_signs, smooth_spectrum, synthesise
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.skull.shape.unit_head import Extents, height_of, place

VARIANTS = tuple(VARIANT_WEIGHTS)
WEEKS = (16.0, 38.0)
"""Range of gestational ages drawn by default; heads younger than 16 weeks have other proportions."""
MEAN_CEPHALIC_INDEX = 79.5
TRUNCATION_SD = 2.7
_TRUNCATED_SD = 0.9711
"""Standard deviation of a unit normal truncated at +-2.7; draws are divided by it to keep the chart's SD."""
HEIGHT_RATIO = (0.84, 0.035)
SHARE_ABOVE = (0.49, 0.03)
"""Mean and SD of height / OFD and of the share of the height above the axial plane (own, closed fetal templates)."""
FIELD_LENGTH_RAD, FIELD_RMS, FIELD_DEGREE = 0.75, 0.024, 10
"""Correlation length (a third of the OFD at a radius of 0.45 OFD) and RMS (in log-radius) of the random field."""
TEMPLATE_SD = (0.4, 0.4, 0.2)
"""SD of the coefficients of the newborn, late and early directions of the shape basis."""
EARLY_SHARE = 0.2
"""Mean coefficient of the early direction up to 20 weeks, decreasing to 0 at 30; small, since those heads are
lemon shaped."""
ASYMMETRY = 0.4
"""Ratio of the left-right odd part of the random field to its even part."""


@dataclass(frozen=True)
class Head:
    """A head of the population.

    Attributes
    ----------
    shape
        Outer skull surface in mm in the head frame: LPS, z = 0 the axial plane, origin the centre of the ellipse fitted
        to the outline in it, whose short (biparietal) axis is x.
    gestational_age_weeks
        Exact weeks.
    variant
        One of `VARIANTS`.
    hc_mm, cephalic_index_percent
        Ramanujan perimeter and 100 short / long axis of that ellipse.
    height_mm
        Greatest height along z of the closed head, base included.
    """

    shape: HeadShape
    gestational_age_weeks: float
    variant: str
    hc_mm: float
    cephalic_index_percent: float
    height_mm: float


def sample_head(
    rng: np.random.Generator, *, weeks: float | tuple[float, float] = WEEKS, variant: str | None = None
) -> Head:
    """Draw one head.

    Parameters
    ----------
    rng
        Random number generator.
    weeks
        Exact gestational age, or the range from which it is drawn uniformly, within 14 to 40.
    variant
        One of `VARIANTS`, or None to draw it by `VARIANT_WEIGHTS`.

    Raises
    ------
    InputError
        `weeks` is outside the charts or `variant` is unknown.
    """
    low, high = (weeks, weeks) if np.isscalar(weeks) else weeks
    growth_charts.check_weeks([low, high])
    if low > high:
        raise InputError(f"weeks is ({low:g}, {high:g}); expected the younger age first.")
    if variant is None:
        variant = VARIANTS[rng.choice(len(VARIANTS), p=list(VARIANT_WEIGHTS.values()))]
    elif variant not in VARIANT_WEIGHTS:
        raise InputError(f"variant is '{variant}'; expected one of {', '.join(VARIANTS)}.")
    age = float(rng.uniform(low, high))
    hc, index = _draw_size(rng, age, variant)
    bpd, ofd = axes_from_perimeter(hc, index / 100)
    ratio, share = (_truncated_normal(rng, *spread, 2.5) for spread in (HEIGHT_RATIO, SHARE_ABOVE))
    if variant == "moulding":
        ratio, share = ratio * rng.uniform(1.0, 1.1), share * rng.uniform(1.0, 1.06)
    height = ratio * _reference_length(bpd, ofd)
    shape = place(_draw_unit(rng, age, variant), Extents(bpd / 2, ofd / 2, share * height, (1 - share) * height))
    return Head(shape, age, variant, hc, index, height_of(shape))


def sample_heads(
    n: int,
    seed: int | Sequence[int],
    *,
    weeks: float | tuple[float, float] = WEEKS,
    variant: str | None = None,
    start: int = 0,
) -> list[Head]:
    """Heads `start` to `start + n - 1` of the population with this seed; head i depends only on seed and i."""
    return [sample_head(head_rng(seed, i), weeks=weeks, variant=variant) for i in range(start, start + n)]


def head_rng(seed: int | Sequence[int], index: int) -> np.random.Generator:
    """Generator of head `index`, equal to the child `index` of ``SeedSequence(seed).spawn``."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))


def mean_head(hc_mm: float, cephalic_index: float = MEAN_CEPHALIC_INDEX) -> HeadShape:
    """The mean head of the population at this head circumference (mm) and cephalic index (per cent)."""
    if not (hc_mm > 0 and 40 <= cephalic_index <= 100):
        raise InputError(
            f"hc_mm is {hc_mm:g} and cephalic_index {cephalic_index:g}; expected mm above 0 and per cent in 40 to 100."
        )
    return baseline_head(*axes_from_perimeter(hc_mm, cephalic_index / 100))


def baseline_head(bpd_mm: float, ofd_mm: float) -> HeadShape:
    """The mean head stretched to the axes of an axial ellipse: the baseline for an axial plane without a model."""
    if not 0 < bpd_mm <= ofd_mm:
        raise InputError(f"bpd_mm is {bpd_mm:g} and ofd_mm {ofd_mm:g}; expected 0 < bpd_mm <= ofd_mm.")
    height = HEIGHT_RATIO[0] * _reference_length(bpd_mm, ofd_mm)
    share = SHARE_ABOVE[0]
    return place(shape_basis().mean, Extents(bpd_mm / 2, ofd_mm / 2, share * height, (1 - share) * height))


def _reference_length(bpd_mm: float, ofd_mm: float) -> float:
    """OFD in mm of a head of the same circumference and mean cephalic index; the height is proportional to it."""
    return axes_from_perimeter(perimeter(bpd_mm / 2, ofd_mm / 2), MEAN_CEPHALIC_INDEX / 100)[1]


def _truncated_normal(rng: np.random.Generator, mean: float, sd: float, limit: float = TRUNCATION_SD) -> float:
    """A normal draw, repeated until it lies within `limit` standard deviations."""
    while abs(z := rng.standard_normal()) > limit:
        pass
    return mean + sd * z


def _draw_size(rng: np.random.Generator, weeks: float, variant: str) -> tuple[float, float]:
    """HC in mm and cephalic index in per cent.

    With b, o, h, c the logarithms of BPD, OFD, HC and CI, b = h + (1 - t) c and o = h - t c to first order, where
    t = BPD / (BPD + OFD). The variance of c and its covariance with h follow from the three chart variances.
    """
    mean = {name: float(chart.mean(weeks)) for name, chart in growth_charts.CHARTS.items()}
    h, b, o = (float(growth_charts.CHARTS[name].sd(weeks)) / mean[name] for name in ("hc", "bpd", "ofd"))
    t = mean["bpd"] / (mean["bpd"] + mean["ofd"])
    variance = max(((t * b**2 + (1 - t) * o**2) - h**2) / (t * (1 - t)), 0.015**2)
    slope = (b**2 - h**2 - (1 - t) ** 2 * variance) / (2 * (1 - t)) / h
    z_hc = _truncated_normal(rng, 0.0, 1 / _TRUNCATED_SD, TRUNCATION_SD * _TRUNCATED_SD)
    hc = mean["hc"] * (1 + h * z_hc)
    if variant in CEPHALIC_INDEX:
        centre, sd, low, high = CEPHALIC_INDEX[variant]
        while not low <= (index := rng.normal(centre, sd)) <= high:
            pass
        return hc, float(index)
    own = max(variance - slope**2, 0.01**2) ** 0.5
    relative = slope * z_hc + _truncated_normal(rng, 0.0, own / _TRUNCATED_SD)
    return hc, float(np.clip(100 * mean["bpd"] / mean["ofd"] * (1 + relative), 65.0, 95.0))


def _draw_unit(rng: np.random.Generator, weeks: float, variant: str) -> np.ndarray:
    """Unit head (POLAR, AZIMUTH): mean, template directions, random field, and the variant's change."""
    basis = shape_basis()
    youth = float(np.clip((30 - weeks) / 10, 0, 1))
    newborn, late, early = (_truncated_normal(rng, 0.0, sd, 2.0) for sd in TEMPLATE_SD)
    table = basis.mean + newborn * basis.newborn + late * basis.late + (EARLY_SHARE * youth + early) * basis.early
    scale = np.where(mirror_signs(FIELD_DEGREE) > 0, 1.0, ASYMMETRY) * FIELD_RMS * rng.uniform(0.5, 1.2)
    spectrum = smooth_spectrum(FIELD_DEGREE, FIELD_LENGTH_RAD)
    table = table + synthesise(scale * spectrum * np.clip(rng.standard_normal(len(spectrum)), -2.2, 2.2))
    return table + variant_change(variant, rng)
