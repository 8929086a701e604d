"""What a heart is judged by."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.infer.typicality import REASONS, VolumeModel
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from Testing.helpers.tiny_hearts import write_tiny_heart_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> HeartModel:
    return load_heart_model(write_tiny_heart_bundle(tmp_path_factory.mktemp("bundles") / "tiny"))


@pytest.fixture(scope="module")
def volumes() -> VolumeModel:
    return VolumeModel.fit(RayBatch.joined([sample_hearts(200, 3, name).rays for name in ("healthy", "hcm")]))


def test_hearts_of_the_population_are_about_one_away(volumes: VolumeModel) -> None:
    others = sample_hearts(100, 4, "healthy").rays
    for both in (True, False):
        assert 0.5 < np.median(volumes.distance(others, both)) < 1.5


@pytest.mark.parametrize("condition", ["dilated", "infarct"])
def test_hearts_that_hardly_empty_are_far_away(volumes: VolumeModel, condition: str) -> None:
    healthy = sample_hearts(100, 4, "healthy").rays
    weak = sample_hearts(100, 4, condition).rays
    assert np.median(volumes.distance(weak, True)) > np.percentile(volumes.distance(healthy, True), 99)


def test_without_end_systole_its_volume_has_no_say(volumes: VolumeModel) -> None:
    hearts = sample_hearts(5, 6, "healthy").rays
    other = RayBatch.stacked(hearts[:, 0], hearts[:, 0])
    np.testing.assert_array_equal(volumes.distance(hearts, False), volumes.distance(other, False))
    assert (volumes.distance(hearts, True) != volumes.distance(other, True)).all()


def test_a_dilated_heart_is_outside_and_its_volumes_are_among_the_reasons(model: HeartModel) -> None:
    judged = model.place(sample_hearts(6, 8, "dilated").rays).in_distribution
    assert {one.verdict for one in judged} == {"outside"}
    assert all(REASONS["volumes"] in one.reasons for one in judged)
    assert set(judged[0].measures) == set(REASONS)
