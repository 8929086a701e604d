"""In-distribution judgement of a heart."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer.code import SEEN
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.heart.infer.typicality import REASONS, SeenHearts, VolumeModel
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> HeartModel:
    return load_heart_model(write_tiny_heart_bundle(tmp_path_factory.mktemp("bundles") / "tiny"))


@pytest.fixture(scope="module")
def volumes() -> VolumeModel:
    return VolumeModel.fit(RayBatch.joined([sample_hearts(200, 3, name).rays for name in ("healthy", "hcm")]))


def test_hearts_of_the_population_are_about_one_away(volumes: VolumeModel) -> None:
    others = sample_hearts(100, 4, "healthy").rays
    for seen in ((True, True), (True, False)):
        assert 0.5 < np.median(volumes.distance(others.keeping(seen))) < 1.5


@pytest.mark.parametrize("condition", ["dilated", "infarct"])
def test_hearts_that_hardly_empty_are_far_away(volumes: VolumeModel, condition: str) -> None:
    healthy = sample_hearts(100, 4, "healthy").rays
    weak = sample_hearts(100, 4, condition).rays
    assert np.median(volumes.distance(weak)) > np.percentile(volumes.distance(healthy), 99)


def test_without_end_systole_its_volume_has_no_say(volumes: VolumeModel) -> None:
    hearts = sample_hearts(5, 6, "healthy").rays
    other = RayBatch.stacked(hearts[:, 0], hearts[:, 0])
    alone = (True, False)
    np.testing.assert_array_equal(volumes.distance(hearts.keeping(alone)), volumes.distance(other.keeping(alone)))
    assert (volumes.distance(hearts) != volumes.distance(other)).all()


@pytest.mark.parametrize("count", [1, 3])
def test_volumes_of_any_number_of_phases_are_judged(count: int) -> None:
    """The distance is that of the definition: myocardium at the first phase, cavity at each phase present."""
    hearts = sample_hearts(60, 6, "healthy").rays
    phases = [hearts[:, 0], hearts[:, 1], hearts[:, 0][::-1]][:count]
    rays = RayBatch.stacked(*phases)
    model = VolumeModel.fit(rays)
    assert model.mean.shape == (1 + count,) and model.covariance.shape == (1 + count, 1 + count)
    seen = np.ones((60, count), bool)
    seen[::2, 1:] = False
    logs = np.log([[*rays.myocardium_ml[n, :1], *rays.cavity_ml[n]] for n in range(60)])
    used = np.concatenate([seen[:, :1], seen], axis=1)
    found = model.distance(rays.keeping(seen))
    for n in range(60):
        offset, own = (logs[n] - model.mean)[used[n]], model.covariance[np.ix_(used[n], used[n])]
        assert found[n] == pytest.approx(np.sqrt(offset @ np.linalg.solve(own, offset) / used[n].sum()))
    if count > 1:
        with pytest.raises(ValueError, match="all of their phases"):
            VolumeModel.fit(rays.keeping(seen))


def test_hearts_are_ranked_among_those_of_which_the_same_phases_were_seen(model: HeartModel) -> None:
    class Ranks(NamedTuple):
        name: str

        def judge(self, measures: dict[str, float], reasons: dict[str, str]) -> str:
            return self.name

    typical = replace(model.typical, ranks={name: Ranks(name) for name in SEEN})
    rays = tiny_hearts()[0][:3].keeping([[True, True], [True, False], [True, True]])
    placed = model.place(rays)
    seen = SeenHearts(rays, list(placed.levels), placed.error_mm)
    assert typical.judge(seen) == ["both phases", "end diastole alone", "both phases"]


def test_a_dilated_heart_is_outside_and_its_volumes_are_among_the_reasons(model: HeartModel) -> None:
    judged = model.place(sample_hearts(6, 8, "dilated").rays).in_distribution
    assert {one.verdict for one in judged} == {"outside"}
    assert all(REASONS["volumes"] in one.reasons for one in judged)
    assert set(judged[0].measures) == set(REASONS)
