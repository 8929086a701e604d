"""Map of the first two dimensions of the top level: the population by class, its border and lines of equal wall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.heart.anatomy import CLASSES

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel

__all__ = ["SHARES", "WALLS_MM", "ClassMap", "LatentMap", "latent_map"]

SHARES = (0.5, 0.9)
"""Shares of a class' hearts inside the contours."""
WALLS_MM = (6, 9, 12, 15, 18, 21, 24)
POINTS = 120
"""Points of the grid in each direction."""
ROOM = 0.12
"""Room around the population, as a share of its extent."""

Lines = list[np.ndarray]
"""Polylines (N, 2); closed ones end with their first point."""


@dataclass(frozen=True, eq=False)
class ClassMap:
    """One class: hearts (K, 2) of the training population, their mean (2,), and lines around the `SHARES` of them."""

    points: np.ndarray
    mean: np.ndarray
    contours: Mapping[float, Lines]


@dataclass(frozen=True, eq=False)
class LatentMap:
    """The map; lines are cut off at the edges.

    Attributes
    ----------
    x, y
        Ends of the two dimensions.
    classes
        By name.
    walls
        Lines of equal thickest wall at end diastole by mm, of `WALLS_MM`; those within the map.
    border
        Border of the region of the training population (`LatentDensity.limit`).
    even
        Where the probability of hypertrophic cardiomyopathy is 0.5.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    classes: Mapping[str, ClassMap]
    walls: Mapping[int, Lines]
    border: Lines
    even: Lines


def latent_map(model: HeartModel, own: np.ndarray | None = None, present: np.ndarray | None = None) -> LatentMap:
    """The map of a model, wide enough for the points `own` (N, d_L) too; `present` as in `HeartModel.probability`.

    Further dimensions of the top level are at the middle of the population.
    """
    density = model.typical.density
    points = density.points[..., :2]
    every = points.reshape(-1, 2) if own is None else np.concatenate([points.reshape(-1, 2), own[:, :2]])
    low, high = every.min(axis=0), every.max(axis=0)
    low, high = low - ROOM * (high - low), high + ROOM * (high - low)
    grid = np.broadcast_to(model.middle(len(model.levels)), (POINTS, POINTS, model.levels[-1])).copy()
    grid[..., 0], grid[..., 1] = np.meshgrid(*np.linspace(low, high, POINTS).T)
    flat = grid.reshape(-1, grid.shape[-1])

    def lines(values: np.ndarray, level: float) -> Lines:
        from skimage.measure import find_contours

        step = (high - low) / (POINTS - 1)
        return [low + line[:, ::-1] * step for line in find_contours(values.reshape(POINTS, POINTS), level)]

    classes, values = {}, [density.log_class(k, flat) for k in range(len(CLASSES))]
    for k, name in enumerate(CLASSES):
        own_density = density.log_class(k, density.points[k])
        contours = {share: lines(values[k], float(np.quantile(own_density, 1 - share))) for share in SHARES}
        classes[name] = ClassMap(points[k], density.mean(k)[:2], contours)
    wall = model.thickest_mm(flat)
    walls = {mm: found for mm in WALLS_MM if (found := lines(wall, mm))}
    border = lines(density.log_mixture(values), density.limit)
    even = lines(model.probability(flat, present), 0.5)
    return LatentMap((low[0], high[0]), (low[1], high[1]), classes, walls, border, even)
