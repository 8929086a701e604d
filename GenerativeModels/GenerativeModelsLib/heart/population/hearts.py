"""A population of left ventricles: healthy, hypertrophic, dilated and infarcted, at end diastole and end systole.

Sampled in batches as ray maps of `ventricle.Ventricle`. End systole is computed from end diastole by an ejection
fraction, a shortening of the long axis and a myocardium of constant volume along each ray, so that walls thicken as
incompressible ones. The parameters are from the references beside them; `evaluation.heart.population` compares the
distributions with those of real people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.population.hypertrophy import Pattern, hypertrophy, infarct_zone, unchanged
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch, level_noise, smooth_noise
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, LEVELS, REACH_SHARE, ROWS, Heart, ray_directions

__all__ = ["CONDITIONS", "HeartSample", "sample_hearts"]

CONDITIONS = ("healthy", "hcm", "dilated", "infarct")
HCM_WALL_MM = 15.0
"""Smallest maximal wall at end diastole of a hypertrophic heart (AHA/ACC 2020, ESC 2023)."""
HEALTHY_WALL_MM = 13.5
"""Largest wall of a healthy heart; contours with the trabeculae in the wall reach 13 to 14 mm in health."""
_ROW = np.arange(ROWS)[:, None]
_DEPTH = np.clip(_ROW / (ROWS - 1), 0, 1)
_FAN_COSINE = np.hypot(ray_directions()[..., 0], ray_directions()[..., 1])
"""1 on the horizontal rows, decreasing to 0 at the apex; factor of every term that depends on the azimuth."""


@dataclass(frozen=True, eq=False)
class HeartSample:
    """Simulated hearts with condition, pattern of hypertrophy and sex.

    Attributes
    ----------
    rays : (N, 2) shapes at end diastole and end systole.
    condition : (N,) of `CONDITIONS`.
    pattern : (N,) name of the hypertrophy's pattern, "" where there is none.
    male : (N,) bool.
    """

    rays: RayBatch
    condition: np.ndarray
    pattern: np.ndarray
    male: np.ndarray

    def __len__(self) -> int:
        return len(self.condition)

    def heart(self, index: int) -> Heart:
        """The heart at `index`."""
        return self.rays.heart(index)


def sample_hearts(count: int, seed: int, condition: str = "healthy") -> HeartSample:
    """Draw `count` hearts of one condition; the same seed gives the same hearts.

    Raises
    ------
    ValueError
        The condition is not one of `CONDITIONS`.
    """
    if condition not in CONDITIONS:
        raise ValueError(f"condition is {condition!r}, expected one of {', '.join(CONDITIONS)}.")
    rng = np.random.default_rng([seed, CONDITIONS.index(condition)])
    kept: list[HeartSample] = []
    missing = count
    while missing > 0:
        batch = _draw(rng, max(32, int(1.3 * missing)), condition)
        good = np.flatnonzero(_plausible(batch))[:missing]
        kept.append(_take(batch, good))
        missing -= len(good)
    return _joined(kept)


def _draw(rng: np.random.Generator, n: int, condition: str) -> HeartSample:
    male = rng.random(n) < 0.5
    edv, ef = _volumes(rng, male, condition)
    ed_endo, reach = _cavity(rng, n, condition)
    grown = _wall(rng, edv, male, condition)
    wall, pattern = grown.wall_mm, grown.name
    ed = _to_volume(RayBatch(reach, ed_endo, ed_endo + wall), edv, wall)
    if condition == "hcm":
        # Part of the hypertrophy grows into the cavity, which is then scaled to its volume.
        inward = rng.uniform(0, 0.6, n)[:, None, None] * grown.added_mm
        narrowed = np.maximum(ed.endo_mm - inward, 0.45 * ed.endo_mm)
        ed = _to_volume(RayBatch(ed.reach_mm, narrowed, narrowed + wall), edv, wall)
    zone = infarct_zone(rng, n) if condition == "infarct" else np.zeros((n, ROWS, AZIMUTHS))
    es = _contracted(rng, ed, edv * (1 - ef), condition, zone)
    rays = RayBatch.stacked(ed, es)
    return HeartSample(rays, np.full(n, condition), pattern, male)


def _volumes(rng: np.random.Generator, male: np.ndarray, condition: str) -> tuple[np.ndarray, np.ndarray]:
    """End-diastolic volume in ml and ejection fraction, 0 to 1.

    Healthy: between UK Biobank (men 166 +- 32, women 124 +- 21), MESA (124 +- 31, EF 63 +- 7) and ACDC (130 +- 28,
    EF 62 +- 6). Hypertrophic: cavities 6 % larger than healthy ones on average (Biffi et al. 2018). Dilated: 283 ml,
    EF 20, and infarcted: 181 ml, EF 31 in ACDC.
    """
    n = len(male)
    mean, spread = {"dilated": (275.0, 0.22), "infarct": (178.0, 0.2)}.get(condition, (0.0, 0.0))
    if not mean:
        mean, spread = np.where(male, 146.0, 116.0) * (1.06 if condition == "hcm" else 1.0), 0.19
    edv = mean * np.exp(spread * rng.standard_normal(n) - spread**2 / 2)
    centre, sd = {"healthy": (0.625, 0.062), "hcm": (0.69, 0.07), "dilated": (0.22, 0.07), "infarct": (0.33, 0.08)}[
        condition
    ]
    return edv, np.clip(centre + sd * rng.standard_normal(n), 0.08 if condition == "dilated" else 0.18, 0.86)


def _cavity(rng: np.random.Generator, n: int, condition: str) -> tuple[np.ndarray, np.ndarray]:
    """Endocardium at end diastole for a cavity of length 1, (n, ROWS, AZIMUTHS), and the reach of its rays, (n,).

    A truncated prolate shape: widest at a depth of 0.25 to 0.6, narrower towards the base, its apex blunt or pointed.
    """
    # Width over length of a MESA mean heart is 0.56; dilated hearts are rounder.
    width = rng.normal(0.274 if condition != "dilated" else 0.325, 0.03, n)[:, None, None]
    widest = np.clip(rng.normal(0.36, 0.09, n), 0.1, 0.6)[:, None, None]
    narrowing = np.clip(rng.normal(0.17, 0.1, n), -0.05, 0.5)[:, None, None]
    power = rng.uniform(1.8, 3.0, n)[:, None, None]
    roundness = rng.uniform(0.42, 0.62, n)[:, None, None]

    def profile(depth: np.ndarray) -> np.ndarray:
        below = np.clip((depth - widest) / (1 - widest), 0, 1)
        above = np.clip((widest - depth) / widest, 0, 1)
        return width * (1 - below**power) ** roundness * (1 - narrowing * above**1.7)

    radius = _meet_profile(profile, n)
    radius = radius * (1 + _out_of_round(rng, n, 0.022))
    radius[:, -1] = radius[:, -1].mean(axis=-1, keepdims=True)
    return radius, np.full(n, REACH_SHARE)


def _meet_profile(profile, n: int) -> np.ndarray:
    """Radius along each ray where it meets the solid of revolution r = profile(depth), (n, ROWS, AZIMUTHS)."""
    direction = ray_directions()
    flat = np.hypot(direction[..., 0], direction[..., 1])[None, :, :1]
    down = -direction[None, :, :1, 2]
    start = (REACH_SHARE * np.clip(_ROW / (LEVELS - 1), 0, 1))[None]
    low, high = np.zeros((n, ROWS, 1)), np.ones((n, ROWS, 1))
    for _ in range(30):
        middle = (low + high) / 2
        inside = (middle * flat < profile(start + middle * down)) & (start + middle * down < 1)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.repeat(low, AZIMUTHS, axis=2)


def _out_of_round(rng: np.random.Generator, n: int, roughness: float) -> np.ndarray:
    """Relative deviations of a cavity from a solid of revolution: a bent axis, an oval, a flat septum, low bumps."""
    phi = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    depth = np.minimum(_ROW / (LEVELS - 1), 1.4)
    total = np.zeros((n, ROWS, AZIMUTHS))
    for mode, sizes in ((1, (0.04, 0.05, 0.13)), (2, (0.035, 0.04, 0.04)), (3, (0.015, 0.015, 0.015))):
        for wave in (np.cos(mode * phi), np.sin(mode * phi)):
            slope = rng.normal(0, np.array(sizes)[:, None, None], (n, 3, 1, 1))
            along = slope[:, 0] + slope[:, 1] * (depth - 0.7) + slope[:, 2] * (depth - 0.7) ** 2
            total += along * wave
    flat = np.abs(rng.normal(0.03, 0.03, n))[:, None, None]
    total -= flat * np.exp(2.0 * (np.cos(phi) - 1)) * np.exp(-(((depth - 0.4) / 0.6) ** 2))
    total += smooth_noise(rng, n, roughness)
    return np.clip(total * _FAN_COSINE + _bent_tip(rng, n) + level_noise(rng, n, 1.4 * roughness), -0.4, 0.4)


def _bent_tip(rng: np.random.Generator, n: int) -> np.ndarray:
    """Relative deviations of cavities whose apex lies beside the long axis: largest half-way up the fan's last rows."""
    phi = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    place, width = rng.uniform(21.5, 25.0, (n, 1, 1)), rng.uniform(2.0, 4.0, (n, 1, 1))
    along = np.exp(-0.5 * ((_ROW - place) / width) ** 2) * np.minimum(1.0, (ROWS - 1 - _ROW) / 2.0)
    aside = rng.normal(0, 0.06, (2, n, 1, 1))
    return along * (aside[0] * np.cos(phi) + aside[1] * np.sin(phi))


def _wall(rng: np.random.Generator, edv_ml: np.ndarray, male: np.ndarray, condition: str) -> Pattern:
    """Wall at end diastole along the rays in mm, with its hypertrophy.

    Mid-cavity means of 8.3 +- 1.0 mm (ACDC), 8 to 8.8 (MESA models) and 5.3 to 6.3 (MESA, other contours): contouring
    styles differ by 2 to 3 mm, and the population covers all of them. Larger cavities have thicker walls: mass and
    volume correlate by 0.8 in MESA.
    """
    n = len(edv_ml)
    style = np.where(
        rng.random(n) < 0.78, rng.normal(9.1 if condition == "healthy" else 8.2, 1.3, n), rng.normal(6.4, 0.9, n)
    )
    mean = np.clip((style + np.where(male, 0.35, -0.35)) * (edv_ml / 128.0) ** 0.25, 4.2, 12.5)
    if condition in ("dilated", "infarct"):
        mean = np.clip(rng.normal(8.3, 1.1, n), 5.5, 11.5)
    base, apex = rng.normal(-0.12, 0.08, n), rng.normal(-0.28, 0.17, n)
    ends = (
        base[:, None, None] * np.clip(1 - _ROW / 5, 0, 1) ** 1.2
        + apex[:, None, None] * np.clip((_DEPTH - 0.35) / 0.65, 0, 1) ** 1.2
    )
    phi = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    septal = rng.normal(0.07, 0.08, n)[:, None, None] * np.cos(phi - rng.normal(0.2, 0.5, n)[:, None, None])
    uneven = septal * _FAN_COSINE + smooth_noise(rng, n, 0.095) * np.maximum(_FAN_COSINE, 0.25)
    uneven += level_noise(rng, n, 0.07)
    wall = mean[:, None, None] * (1 + ends) * np.exp(uneven)
    wall[:, -1] = wall[:, -1].mean(axis=-1, keepdims=True)
    wall = np.maximum(wall, 2.0)
    return hypertrophy(rng, wall) if condition == "hcm" else unchanged(wall)


def _to_volume(unit: RayBatch, edv_ml: np.ndarray, wall_mm: np.ndarray) -> RayBatch:
    """Cavities of length 1 scaled to their volumes in ml, with walls in mm about them."""
    scale = (edv_ml / unit.cavity_ml) ** (1 / 3)
    endo = unit.endo_mm * scale[:, None, None]
    return RayBatch(unit.reach_mm * scale, endo, endo + wall_mm)


def _contracted(
    rng: np.random.Generator, ed: RayBatch, esv_ml: np.ndarray, condition: str, zone: np.ndarray
) -> RayBatch:
    """End systole: the base descends, cavities shrink to their volume, every ray keeps its share of myocardium."""
    n = len(esv_ml)
    emptied = 1 - esv_ml / ed.cavity_ml
    # The long axis of MESA hearts shortens to 0.78 +- 0.05 at an ejection fraction of 0.63.
    shorter = 1 - np.clip(0.25 * emptied + rng.normal(0, 0.04, n), 0.01, 0.32)
    reach = ed.reach_mm * shorter
    # The base contracts less than the apex, and walls move by different amounts.
    level = np.minimum(_ROW / (LEVELS - 1), 1.0)
    ends = (
        rng.normal(0.18, 0.13, n)[:, None, None] * (0.5 - level)
        + rng.normal(-0.04, 0.05, n)[:, None, None] * (level - 0.5) ** 2
    )
    uneven = _out_of_round(rng, n, 0.03) * 0.6 + level_noise(rng, n, 0.05)
    still = 0.85 * zone
    lowest = np.full(n, 0.05)
    highest = np.full(n, 1.1)
    shape = np.exp(ends + uneven)
    for _ in range(24):
        middle = (lowest + highest) / 2
        endo = _moved(ed.endo_mm, middle[:, None, None] * shape, shorter, still)
        full = RayBatch(reach, endo, endo + 1).cavity_ml > esv_ml
        highest, lowest = np.where(full, middle, highest), np.where(full, lowest, middle)
    endo = _moved(ed.endo_mm, ((lowest + highest) / 2)[:, None, None] * shape, shorter, still)
    return RayBatch(reach, endo, _kept_myocardium(ed, endo, shorter))


def _moved(endo: np.ndarray, factor: np.ndarray, shorter: np.ndarray, still: np.ndarray) -> np.ndarray:
    """Endocardium at end systole: radial factors along the rows, the axis' own shortening at the apex."""
    apex = 1 - _FAN_COSINE
    moved = factor ** (1 - apex) * (shorter[:, None, None] * np.minimum(factor, 1) ** 0.25) ** apex
    moved = np.maximum(endo * (moved * (1 - still) + still), 0.8)
    moved[:, -1] = moved[:, -1].mean(axis=-1, keepdims=True)
    return moved


def _kept_myocardium(ed: RayBatch, endo: np.ndarray, shorter: np.ndarray) -> np.ndarray:
    """Epicardium at end systole with constant myocardial volume along each ray, then scaled to the total volume.

    A wedge is (epi^2 - endo^2) times the spacing of the rows where rays are parallel, and epi^3 - endo^3 in the fan.
    """
    wedge2 = (ed.epi_mm**2 - ed.endo_mm**2) / shorter[:, None, None]
    wedge3 = ed.epi_mm**3 - ed.endo_mm**3
    share = np.clip((_ROW - (LEVELS - 3)) / 5, 0, 1)[None]
    epi = (1 - share) * np.sqrt(endo**2 + wedge2) + share * np.cbrt(endo**3 + wedge3)
    wall, target = epi - endo, ed.myocardium_ml
    for _ in range(3):
        now = RayBatch(ed.reach_mm * shorter, endo, endo + wall).myocardium_ml
        wall = wall * (target / now)[:, None, None] ** 0.9
    wall[:, -1] = wall[:, -1].mean(axis=-1, keepdims=True)
    return endo + np.maximum(wall, 1.5)


def _plausible(batch: HeartSample) -> np.ndarray:
    """(N,) bool, hearts with walls in the range of their condition and plausible shapes."""
    thickest = batch.rays.thickest_mm[:, 0]
    mass = 1.05 * batch.rays.myocardium_ml[:, 0]
    good = (mass > 35) & (mass < 400) & (batch.rays.endo_mm.min(axis=(1, 2, 3)) > 0.5)
    if (batch.condition == "hcm").all():
        return good & (thickest >= HCM_WALL_MM) & (thickest < 36)
    return good & (thickest < HEALTHY_WALL_MM + (2 if (batch.condition != "healthy").all() else 0))


def _take(batch: HeartSample, index: np.ndarray) -> HeartSample:
    return HeartSample(batch.rays[index], batch.condition[index], batch.pattern[index], batch.male[index])


def _joined(parts: list[HeartSample]) -> HeartSample:
    rays = RayBatch.joined([part.rays for part in parts])
    return HeartSample(
        rays, *(np.concatenate([getattr(p, k) for p in parts]) for k in ("condition", "pattern", "male"))
    )
