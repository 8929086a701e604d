"""Simulated population of fetal heads of 11 to 42 weeks, with shapes from openly licensed templates.

Sizes come from growth charts (`sizes.py`). Shape is a mean of templates, directions between them, smooth random fields,
larger below the axial plane than above, pitch, the change of the variant (`variants.py`), and that of the convention by
which the base is closed (`bases.py`). Spreads were widened until fetal templates, with their neighbours left out of the
basis, lay inside the population (tools/template_span.py); those that leave no template of their age in it lie at its
99th percentile or beyond. The seven of ten templates that the basis does not use were looked at in this check, several
times, and in choosing mean and spread of the heights and volumes: they are no independent test of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.bases import below_plane, draw_base, face_bump, soft_limit
from GenerativeModelsLib.skull.population.basis import ShapeBasis, shape_basis
from GenerativeModelsLib.skull.population.sizes import WEEKS, check_weeks, draw_age, draw_size, truncated_normal
from GenerativeModelsLib.skull.population.variants import VARIANT_WEIGHTS, variant_change
from GenerativeModelsLib.skull.shape.ellipse import axes_from_perimeter, perimeter
from GenerativeModelsLib.skull.shape.harmonics import mirror_signs, smooth_spectrum, synthesise
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, table_directions
from GenerativeModelsLib.skull.shape.unit_head import Extents, height_of, place

VARIANTS = tuple(VARIANT_WEIGHTS)
MEAN_CEPHALIC_INDEX = 79.5
HEIGHT_RATIO = (0.82, 0.045)
SHARE_ABOVE = (0.485, 0.035)
"""Mean and SD of height / OFD and of the share of the height above the axial plane, before the base's convention.
All ten closed fetal templates: 0.78 to 0.86 and 0.46 to 0.52; published intracranial heights with the brainstem 0.84 to
0.88 and, with spina bifida, 0.74 to 0.87 of the OFD. Templates are averages, so single heads are given about twice
their spread (own assumption)."""
SMALL_HEAD_WEEKS = (11.0, 18.0)
SMALL_HEIGHT, SMALL_SHARE, SMALL_FACE = 0.04, 0.03, -0.04
"""Added to the two means, and to the log-radius of the face, at the first of these ages, falling to 0 at the second:
early heads are rounder, with a higher vault and a small face (own assumption)."""
FIELD_DEGREE = 16
FIELD = ((0.75, 0.025), (0.2, 0.008))
"""Correlation length in radians and RMS in log-radius of the two parts of the random field: shape (0.75 is a third of
the OFD at a radius of 0.45 OFD) and detail."""
BASE_FIELD = ((0.4, 0.037), (0.2, 0.013))
"""The same of a second field, below the axial plane."""
TEMPLATE_SD = (0.5, 0.6, 0.35)
"""SD of the coefficients of the newborn, late and early directions of the shape basis."""
EARLY_SHARE = 0.2
"""Mean coefficient of the early direction from 18 to 20 weeks, decreasing to 0 at 30 and at 13; small, since those
heads are lemon shaped."""
PITCH_SD_DEGREES, BASE_PITCH_SD_DEGREES = 5.0, 7.0
"""SD of the pitch of the skull to the plane of the head circumference: base and crown move, the outline in the plane is
fitted again (own assumption; planes are placed with a mean error of 8 degrees, arXiv 2511.10412). And SD of the base's
own pitch: its deepest point lies about 15 degrees from the nadir in late basis templates and 30 in the early one."""
STRENGTH, BASE_STRENGTH = (0.4, 1.15), (0.4, 1.5)
"""Ranges of the factor of the two fields' RMS, drawn per head."""
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
    base
        Convention by which the base is closed, a name of `bases.BASE_WEIGHTS`.
    """

    shape: HeadShape
    gestational_age_weeks: float
    variant: str
    hc_mm: float
    cephalic_index_percent: float
    height_mm: float
    base: str = "closed"


def sample_head(
    rng: np.random.Generator,
    *,
    weeks: float | tuple[float, float] = WEEKS,
    variant: str | None = None,
    basis: ShapeBasis | None = None,
) -> Head:
    """Draw one head.

    Parameters
    ----------
    rng
        Random number generator.
    weeks
        Exact gestational age, or the range from which `sizes.draw_age` draws it, within `WEEKS`.
    variant
        One of `VARIANTS`, or None to draw it by `VARIANT_WEIGHTS`.
    basis
        Shapes to draw from; None for the basis of the package.

    Raises
    ------
    InputError
        `weeks` is outside the population or `variant` is unknown.
    """
    low, high = (weeks, weeks) if np.isscalar(weeks) else weeks
    check_weeks(low, high)
    if variant is None:
        variant = VARIANTS[rng.choice(len(VARIANTS), p=list(VARIANT_WEIGHTS.values()))]
    elif variant not in VARIANT_WEIGHTS:
        raise InputError(f"variant is '{variant}'; expected one of {', '.join(VARIANTS)}.")
    basis = basis or shape_basis()
    age = draw_age(rng, low, high)
    hc, index = draw_size(rng, age, variant)
    bpd, ofd = axes_from_perimeter(hc, index / 100)
    small = _smallness(age)
    ratio, share = (truncated_normal(rng, *spread, 2.5) for spread in (HEIGHT_RATIO, SHARE_ABOVE))
    ratio, share = ratio + small * SMALL_HEIGHT, share + small * SMALL_SHARE
    if variant == "moulding":
        ratio, share = ratio * rng.uniform(1.0, 1.1), share * rng.uniform(1.0, 1.06)
    height = ratio * _reference_length(bpd, ofd)
    unit = _draw_unit(rng, age, variant, basis)
    shape = place(unit, Extents(bpd / 2, ofd / 2, share * height, (1 - share) * height))
    base, change = draw_base(rng, basis, shape)
    shape = HeadShape((shape.log_radius + change).astype(np.float32))
    return Head(shape, age, variant, hc, index, height_of(shape), base)


def sample_heads(
    n: int,
    seed: int | Sequence[int],
    *,
    weeks: float | tuple[float, float] = WEEKS,
    variant: str | None = None,
    start: int = 0,
    basis: ShapeBasis | None = None,
) -> list[Head]:
    """Heads `start` to `start + n - 1` of the population with this seed; head i depends only on seed and i."""
    return [sample_head(head_rng(seed, i), weeks=weeks, variant=variant, basis=basis) for i in range(start, start + n)]


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


def _smallness(weeks: float) -> float:
    """1 at the first of `SMALL_HEAD_WEEKS` and before, 0 from the second on."""
    return float(np.interp(weeks, SMALL_HEAD_WEEKS, (1.0, 0.0)))


def _draw_unit(rng: np.random.Generator, weeks: float, variant: str, basis: ShapeBasis) -> np.ndarray:
    """Unit head (POLAR, AZIMUTH): mean, template directions, random fields, and the variant's change."""
    early_mean = EARLY_SHARE * float(np.interp(weeks, (13, 18, 20, 30), (0, 1, 1, 0)))
    newborn, late, early = (truncated_normal(rng, 0.0, sd, 2.0) for sd in TEMPLATE_SD)
    table = basis.mean + newborn * basis.newborn + late * basis.late + (early_mean + early) * basis.early
    table = table + _random_field(rng, FIELD, STRENGTH)
    table = table + below_plane() * soft_limit(_random_field(rng, BASE_FIELD, BASE_STRENGTH))
    table = table + _smallness(weeks) * SMALL_FACE * face_bump()
    pitch, base_pitch = (truncated_normal(rng, 0.0, sd, 2.0) for sd in (PITCH_SD_DEGREES, BASE_PITCH_SD_DEGREES))
    table = _pitched(table, np.radians(pitch + base_pitch * below_plane()))
    return table + variant_change(variant, rng, basis)


def _pitched(table: np.ndarray, angle_rad: np.ndarray) -> np.ndarray:
    """The table of a unit head turned about x by `angle_rad` (POLAR, AZIMUTH); positive angles lower the brow."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    x, y, z = np.moveaxis(table_directions(), -1, 0)
    return np.log(HeadShape(table).radius(np.stack([x, c * y + s * z, c * z - s * y], axis=-1)))


def _random_field(
    rng: np.random.Generator, parts: tuple[tuple[float, float], ...], strength: tuple[float, float]
) -> np.ndarray:
    """Smooth table of log-radius, `strength` times the sum of fields `parts`; less of it is odd in x than even."""
    scale = np.where(mirror_signs(FIELD_DEGREE) > 0, 1.0, ASYMMETRY) * rng.uniform(*strength) * _spectrum(parts)
    return synthesise(scale * np.clip(rng.standard_normal(len(scale)), -2.2, 2.2))


@lru_cache(maxsize=2)
def _spectrum(parts: tuple[tuple[float, float], ...]) -> np.ndarray:
    """SD (K,) per harmonic of the sum of independent fields with these correlation lengths and RMS."""
    return np.sqrt(sum((rms * smooth_spectrum(FIELD_DEGREE, length)) ** 2 for length, rms in parts))
