"""Simulated hearts over the cycle: a left ventricle of the project's population, and a right one beside its septum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.heart.population.cycle import SYSTOLE, ejected_share, moments
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch, smooth_noise
from GenerativeModelsLib.heart.shape.ventricle import ray_directions, ray_points, refined

__all__ = ["SimulatedHeart", "heart_at", "simulated_hearts"]

MIXTURE = {"healthy": 24, "hcm": 10, "dilated": 8, "infarct": 8}
"""Hearts of each condition among those drawn at once."""
UNEVEN, UNEVEN_SIDES = 0.13, 0.2
"""Relative spread of the wall in places, and between two sides, beside that of the population: with them the wall of a
middle slice varies by a fifth to a quarter around the cavity, as in Sunnybrook."""
THINNER, THIN_APEX = (-0.08, 0.1), 0.12
"""Logarithm of a factor of the wall, mean and spread, and what it is less at the apex: as in Sunnybrook."""
LEAST_WALL_MM, LEAST_SHARE = 3.6, 0.25
"""Smallest width of the wall along a ray, in mm, as two pixels are the least of a closed wall, and of the thickest."""
FINER = 2
"""Points of the surfaces per ray, in each direction."""


@dataclass(frozen=True, eq=False)
class SimulatedHeart:
    """A heart over the cycle, end diastole first, at moments that follow each other evenly.

    Attributes
    ----------
    name, condition
        A name of its own, and one of `heart.population.hearts.CONDITIONS`.
    ejected
        (frames,) share of the stroke volume that is ejected.
    left
        (frames,) left ventricles.
    endo, epi
        (frames, rows, azimuths, 3) points of their surfaces in the heart frame of the moment, see `heart.shape`.
    cycle_s
        Length of the cycle in seconds.
    """

    name: str
    condition: str
    ejected: np.ndarray
    left: RayBatch
    endo: np.ndarray
    epi: np.ndarray
    cycle_s: float

    @property
    def frames(self) -> int:
        """Number of moments."""
        return len(self.ejected)

    @property
    def frame_s(self) -> float:
        """Seconds from one moment to the next."""
        return self.cycle_s / self.frames

    @property
    def descent_mm(self) -> np.ndarray:
        """(frames,) how far the base has come towards the apex, whose outside stays where it is."""
        lowest = self.epi[:, -1, 0, 2]
        return lowest - lowest[0]


def simulated_hearts(count: int, seed: int, frames: int) -> Iterator[SimulatedHeart]:
    """Draw hearts one after the other; the same seed gives the same hearts, whatever their number.

    The heart rate is 70 +- 10 a minute. Systole lasts nearly as long at any rate, 0.30 s (`heart.population.cycle`).
    """
    number = batch = 0
    while number < count:
        state = np.random.SeedSequence([seed, batch])
        rng = np.random.default_rng(state)
        drawn = [
            (condition, sample.rays[k])
            for condition, share in MIXTURE.items()
            for sample in [sample_hearts(share, int(state.generate_state(1)[0]), condition)]
            for k in range(share)
        ]
        rates = np.clip(rng.normal(70, 10, len(drawn)), 48, 100)
        for place, rate in zip(rng.permutation(len(drawn)), rates, strict=True):
            if number == count:
                return
            condition, rays = drawn[place]
            rays = _unevenly_walled(rays, rng)
            yield _over_cycle(rays, condition, f"simulated {seed}-{number}", frames, 60 / float(rate))
            number += 1
        batch += 1


def _unevenly_walled(rays: RayBatch, rng: np.random.Generator) -> RayBatch:
    """The heart with a wall as uneven as in readers' contours, which are drawn apart for its two sides."""
    azimuths = rays.endo_mm.shape[-1]
    around = np.cos(2 * np.pi * np.arange(azimuths) / azimuths - rng.uniform(0, 2 * np.pi))
    # All that differs around the axis vanishes at the apex, where the rays meet.
    flat = np.hypot(*np.moveaxis(ray_directions(), -1, 0)[:2])
    uneven = (smooth_noise(rng, 1, UNEVEN)[0] + abs(rng.normal(0, UNEVEN_SIDES)) * around) * flat
    depth = np.linspace(0, 1, len(uneven))[:, None]
    uneven += rng.normal(*THINNER) - THIN_APEX * np.clip((depth - 0.4) / 0.4, 0, 1)
    wall = (rays.epi_mm - rays.endo_mm) * np.exp(uneven)
    wall = np.maximum(wall, np.maximum(LEAST_SHARE * wall.max(axis=(1, 2), keepdims=True), LEAST_WALL_MM))
    return RayBatch(rays.reach_mm, rays.endo_mm, rays.endo_mm + wall)


def _over_cycle(rays: RayBatch, condition: str, name: str, frames: int, cycle_s: float) -> SimulatedHeart:
    systole = float(np.clip(SYSTOLE * (60 / 70 / cycle_s) ** 0.6, 0.28, 0.45))
    return heart_at(rays, ejected_share(np.arange(frames) / frames, systole), condition, name, cycle_s)


def heart_at(rays: RayBatch, ejected: np.ndarray, condition: str, name: str, cycle_s: float) -> SimulatedHeart:
    """A heart (2,), end diastole and end systole, at moments when shares (frames,) of its stroke volume are ejected.

    The moments are those of `heart.population.cycle.moments`; the first one is end diastole, from which the descent of
    the base is counted.
    """
    left = moments(rays, ejected)
    endo, epi = (
        np.stack([ray_points(refined(radii, FINER), float(reach)) for radii, reach in zip(surface, left.reach_mm)])
        for surface in (left.endo_mm, left.epi_mm)
    )
    return SimulatedHeart(name, condition, ejected, left, endo, epi, cycle_s)
