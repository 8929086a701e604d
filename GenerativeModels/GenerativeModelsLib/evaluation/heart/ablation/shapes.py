"""Errors of rebuilt hearts: Dice, surface distance and wall by phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from GenerativeModelsLib.evaluation.data.heart_label_maps import Pose
from GenerativeModelsLib.evaluation.heart.ablation.models import ShapeModel
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.accuracy import against_truth, true_shape
from GenerativeModelsLib.evaluation.heart.facts import segment_walls
from GenerativeModelsLib.evaluation.heart.measuring import in_processes
from GenerativeModelsLib.evaluation.heart.records import PHASES
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch

__all__ = ["AS_READ", "MEASURES", "shape_errors", "wall_errors"]

GRID_MM = 2.0
"""Voxels of the Dice; all models are compared on the same ones."""
AS_READ = "none: as read"
"""Name of the hearts as they were read, beside the models, where the truth is another."""
MEASURES = tuple(f"{measure}_{phase}" for measure in ("dice", "distance", "wall") for phase in PHASES)
_IN_PLACE = Pose(np.eye(3), np.zeros(3))


class _Job(NamedTuple):
    truth: RayBatch
    found: tuple[RayBatch, ...]


def shape_errors(
    hearts: HeartSet, models: Sequence[ShapeModel], workers: int
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """By model and by measure of `MEASURES` (N,): Dice of the myocardium, mean distance of the surfaces in mm, and
    error of the wall in mm (`wall_errors`), of the rebuilt hearts against the true ones."""
    rebuilt = {model.name: model.rebuild(hearts.seen) for model in models}
    if hearts.noisy:
        rebuilt[AS_READ] = hearts.seen
    jobs = [_Job(hearts.truth[[k]], tuple(rays[[k]] for rays in rebuilt.values())) for k in range(len(hearts))]
    scored = np.array(in_processes(_score, jobs, workers, hearts.name))
    found = {}
    for number, (name, rays) in enumerate(rebuilt.items()):
        walls = wall_errors(rays, hearts.truth)
        columns = [*scored[:, number].T, *walls.T]
        found[name] = dict(zip(MEASURES, columns, strict=True))
    return found


def wall_errors(found: RayBatch, truth: RayBatch) -> np.ndarray:
    """(N, 2) mean over the AHA segments 1 to 16 of the absolute error of the segment's mean wall, mm, by phase."""
    return np.nanmean(np.abs(segment_walls(found) - segment_walls(truth)), axis=-1)


def _score(job: _Job) -> list[list[float]]:
    """By model: Dice and mean distance of both phases."""
    found = [[0.0] * 4 for _ in job.found]
    for phase in range(len(PHASES)):
        truth = true_shape(job.truth.ventricle(0, phase), _IN_PLACE, GRID_MM)
        for number, rays in enumerate(job.found):
            agreement = against_truth(rays.ventricle(0, phase), _IN_PLACE, truth)
            found[number][phase], found[number][2 + phase] = agreement.dice, agreement.mean_distance_mm
    return found
