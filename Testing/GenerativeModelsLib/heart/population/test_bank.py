"""Which hearts of a bank are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.heart.population.bank import (
    LEAST_HCM_MM,
    MOST_HEALTHY_MM,
    LabelledHearts,
    clear_cases,
    heart_shard_path,
    read_heart_shards,
)
from GenerativeModelsLib.heart.population.simulate import simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


def test_only_clear_cases_are_read(tmp_path: Path) -> None:
    paths = []
    for seed in (3, 4):
        rays = RayBatch.joined([simulated_hearts(4, seed, name) for name in ("healthy", "hcm")])
        paths.append(heart_shard_path(tmp_path, seed))
        np.savez(paths[-1], label=np.repeat([0, 1], 4), **{name: getattr(rays, name) for name in RayBatch.FIELDS})
    hearts = read_heart_shards(paths)
    assert 0 < len(read_heart_shards(paths[:1])) < len(hearts) <= 16
    thickest = hearts.rays[:, 0].thickest_mm
    assert (thickest[hearts.label == 1] >= LEAST_HCM_MM).all() and (thickest[hearts.label == 0] < MOST_HEALTHY_MM).all()
    assert len(clear_cases(LabelledHearts(hearts.rays, 1 - hearts.label))) == 0


def test_hearts_that_lack_a_phase_are_no_hearts_for_training() -> None:
    rays = simulated_hearts(2, 3)
    with pytest.raises(ValueError, match="A heart lacks a phase"):
        LabelledHearts(rays.keeping((True, False)), np.zeros(2, int))
