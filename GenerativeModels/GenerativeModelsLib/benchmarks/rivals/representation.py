"""Error of the representation alone: true heads projected on distance fields of several grids and numbers of modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import torch

from GenerativeModelsLib.benchmarks.rivals.cases import Cases
from GenerativeModelsLib.evaluation.data.test_heads import head_surface
from GenerativeModelsLib.evaluation.scores.surfaces import compare
from GenerativeModelsLib.evaluation.scores.tables import Table
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.infer.draws import field_statistics
from GenerativeModelsLib.skull.shape.biometry import measure
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, unit_field
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.training.skull.field_basis import fit_basis

__all__ = ["Floor", "floors_table", "representation_floor", "representation_floors"]

GRIDS, RANKS = (16, 24, 32, 48), (16, 32, 64, 128)
RANK = 64
"""Modes of the compared grids, as many as a skull model has."""
BASIS_HEADS = 400
OVERLAP_MM = 1.5


@dataclass(frozen=True)
class Floor:
    """Mean error over heads of their projection on a basis.

    Attributes
    ----------
    grid : points a side.
    rank : modes.
    mean_mm, hausdorff_mm, dice : of the surface.
    """

    grid: int
    rank: int
    mean_mm: float
    hausdorff_mm: float
    dice: float


def representation_floors(cases: Cases, fold: int, workers: int, progress: Progress | None = None) -> list[Floor]:
    """Floors of several grids with 64 modes, and of several numbers of modes on 32^3 points."""
    heads = [HeadShape(cases.log_radius[row].astype(float)) for row in np.flatnonzero(cases.fold == fold)]
    jobs = sorted({(size, RANK) for size in GRIDS} | {(GRID_SIZE, rank) for rank in RANKS})
    return parallel_map(partial(_floor, heads), jobs, workers, threads=1, progress=progress)


def _floor(heads: Sequence[HeadShape], job: tuple[int, int]) -> Floor:
    return representation_floor(heads, _basis(*job))


@lru_cache(maxsize=1)
def _basis(size: int, rank: int) -> LowRankField:
    return fit_basis(rank, heads=BASIS_HEADS, size=size)


def representation_floor(heads: Sequence[HeadShape], basis: LowRankField) -> Floor:
    """Error of true heads after their projection on `basis`."""
    found = []
    for shape in heads:
        truth = head_surface(shape)
        size = measure(truth).hc_mm / (2 * np.pi)
        coefficients = basis.project(torch.from_numpy(unit_field(shape, size, basis.size))[None])
        x = torch.cat([coefficients, torch.zeros(1, 1)], 1)
        surface = field_statistics(basis, x, size, spread=False).surface()
        met = compare(surface.transformed(rigid_align(surface, truth)), truth, spacing_mm=OVERLAP_MM)
        found.append((met.mean_surface_distance_mm, met.hausdorff_mm, met.dice))
    return Floor(basis.size, len(basis.modes), *map(float, np.mean(found, axis=0)))


def floors_table(floors: Sequence[Floor]) -> Table:
    """Table of the floors."""
    rows = [[f"{f.grid}^3", str(f.rank), f"{f.mean_mm:.3f}", f"{f.hausdorff_mm:.2f}", f"{f.dice:.4f}"] for f in floors]
    columns = ("grid", "modes", "mean distance, mm", "Hausdorff, mm", "Dice")
    notes = [f"True heads projected on modes of {BASIS_HEADS} sampled heads, after rigid alignment."]
    return Table("Grid and number of modes: error of the representation alone", columns, rows, notes)
