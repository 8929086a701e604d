"""A heart moved through the latent space by the least change with which a measured quantity has a wanted value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.infer import code as heart_code
from GenerativeModelsLib.heart.infer.detail import codes_around, own_detail
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML
from GenerativeModelsLib.synthesis.labels.target_request import QUANTITIES, Target
from GenerativeModelsLib.synthesis.labels.ways import Way, with_wall_kept

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.synthesis.labels.subject import Subject

__all__ = ["held_range", "measured", "to_target"]

DRAWS, DRAW_SEED, TAIL = 400, 0, 0.5
"""Hearts of each class, their seed, and per cent of them beyond each end, for the range of a quantity."""
STEP = 0.05
"""Step of the differences that the gradient is taken from, in standard deviations of the prior."""
TOLERANCE = 1e-4
"""Relative error of a reached value."""
NEARER, RESTORED, DAMPING = 5, 15, 0.5
"""Damped steps towards the least change, largest number of Newton steps after them, and the damping."""
LONGEST = 1.0
"""Longest step of an iteration, in standard deviations."""


def measured(hearts: RayBatch, quantity: str) -> np.ndarray:
    """(N,) values of a key of `QUANTITIES` of hearts (N, PHASES)."""
    if quantity == "mass":
        return DENSITY_G_PER_ML * hearts[:, 0].myocardium_ml
    if quantity == "wall":
        return hearts[:, 0].thickest_mm
    if quantity == "edv":
        return hearts[:, 0].cavity_ml
    if quantity == "esv":
        return hearts[:, 1].cavity_ml
    volume = hearts.cavity_ml
    return 100 * (1 - volume[:, 1] / volume[:, 0])


def held_range(model: HeartModel, quantity: str) -> tuple[float, float]:
    """What the latent space holds of a quantity: the middle 99 % of hearts drawn from its classes."""
    drawn = np.concatenate([measured(model.sample(name, DRAWS, DRAW_SEED), quantity) for name in CLASSES])
    low, high = np.percentile(drawn, [TAIL, 100 - TAIL])
    return float(low), float(high)


def to_target(model: HeartModel, subject: Subject, target: Target, steps: int) -> Way:
    """A heart moved until a quantity f has the value of a target, in equal steps of f, both ends included.

    The point u of a heart is its place on the top level in standard deviations of the population and, below, its
    distances from the priors' means in the priors' standard deviations, so that |u - u_0| counts improbability. Each
    step solves min |u - u_0|^2 with f(decode(u)) = f_k by sequential quadratic programming with this one constraint,

        u <- u_0 + g (f_k - f(u) + g . (u - u_0)) / |g|^2,    g = df / du by central differences,

    damped, and ends with Newton steps onto the constraint. What else goes with the quantity in the population changes
    too. The wall at end systole keeps its share of that at end diastole (`with_wall_kept`).

    Raises
    ------
    InputError
        The target is outside what the latent space holds, or cannot be reached from this heart.
    """
    low, high = held_range(model, target.name)
    unit = QUANTITIES[target.name]
    if not low <= target.value <= high:
        raise InputError(
            f"{named('towards')} {target} is outside what the latent space holds, {low:.3g} to {high:.3g} {unit}: give "
            "a value in this range."
        )
    space = _Space(model, subject.levels)
    start = space.values(space.start[None], target.name)[0]
    wanted = np.linspace(start, target.value, steps)
    points = [space.start]
    for value in wanted[1:]:
        found = _nearest(space, points[-1], float(value), target.name)
        if found is None:
            reached = space.values(points[-1][None], target.name)[0]
            raise InputError(
                f"{named('towards')} {target} cannot be reached from {subject.name}, whose way through the latent "
                f"space ends at {reached:.3g} {unit}: give a value between {start:.3g} and {reached:.3g} {unit}."
            )
        points.append(found)
    hearts = with_wall_kept(space.hearts(np.stack(points)))
    return Way(hearts, space.z_top(np.stack(points)), measured(hearts, target.name))


class _Space:
    """Points of the latent space around one heart, in standard deviations."""

    def __init__(self, model: HeartModel, levels: Sequence[np.ndarray]) -> None:
        self._model, self._spread = model, model.spread[-1]
        detail = [offset[0].cpu().double().numpy() for offset in own_detail(model, levels)]
        self._cuts = np.cumsum([len(self._spread), *(len(offset) for offset in detail[:-1])])
        self.start = np.concatenate([levels[-1][0] / self._spread, *detail])
        """(D,) the heart itself."""

    def z_top(self, points: np.ndarray) -> np.ndarray:
        """(N, d_L) of points (N, D)."""
        return points[:, : len(self._spread)] * self._spread

    def codes(self, points: np.ndarray) -> np.ndarray:
        """(N, CODE_SIZE) of points (N, D)."""
        top, *detail = np.split(points, self._cuts, axis=1)
        offsets = [self._model.tensor(offset) for offset in detail]
        return codes_around(self._model, top * self._spread, offsets)

    def hearts(self, points: np.ndarray) -> RayBatch:
        """(N, PHASES) of points (N, D)."""
        return heart_code.decode(self.codes(points))

    def values(self, points: np.ndarray, quantity: str) -> np.ndarray:
        """(N,) of points (N, D)."""
        return measured(self.hearts(points), quantity)

    def gradient(self, point: np.ndarray, quantity: str) -> np.ndarray:
        """(D,) of a quantity at a point (D,)."""
        steps = STEP * np.eye(len(point))
        found = self.values(np.concatenate([point + steps, point - steps]), quantity)
        return (found[: len(point)] - found[len(point) :]) / (2 * STEP)

    def within(self, point: np.ndarray) -> bool:
        """Whether there is a heart at a point, not farther out of the population than the start."""
        density = self._model.typical.density
        here, there = density.log_density(self.z_top(np.stack([self.start, point])))
        return bool(there >= min(density.limit, here)) and bool(heart_code.is_heart(self.codes(point[None]))[0])


def _nearest(space: _Space, near: np.ndarray, value: float, quantity: str) -> np.ndarray | None:
    """A point close to the start of a space at which a quantity has a value; None if there is no such heart.

    Damped steps of the quadratic programme, then Newton steps along the gradient, which move by the least that
    restores the value.
    """
    point = near
    for iteration in range(NEARER + RESTORED):
        missing = value - space.values(point[None], quantity)[0]
        if iteration >= NEARER and abs(missing) <= TOLERANCE * abs(value):
            return point if space.within(point) else None
        slope = space.gradient(point, quantity)
        steep = float(slope @ slope)
        if not np.isfinite(missing) or steep < 1e-12:
            return None
        if iteration < NEARER:
            solved = space.start + slope * (missing + slope @ (point - space.start)) / steep
            step = DAMPING * (solved - point)
        else:
            step = slope * missing / steep
        point = point + step * min(1.0, LONGEST / max(float(np.linalg.norm(step)), 1e-12))
    return None
