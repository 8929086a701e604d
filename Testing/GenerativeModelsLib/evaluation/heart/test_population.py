"""Comparison of populations that are known to be equal or different."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.facts import FACTS
from GenerativeModelsLib.evaluation.heart.population import compare, run
from GenerativeModelsLib.evaluation.heart.population_picture import draw_population
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


@pytest.fixture(scope="module")
def healthy() -> RayBatch:
    return sample_hearts(60, 1).rays


@pytest.fixture(scope="module")
def hcm() -> RayBatch:
    return sample_hearts(30, 1, "hcm").rays


def larger(rays: RayBatch, factor: float) -> RayBatch:
    return RayBatch(factor * rays.reach_mm, factor * rays.endo_mm, factor * rays.epi_mm)


def test_a_population_is_at_no_distance_from_itself(healthy, hcm):
    found = compare({"healthy": healthy, "hcm": hcm}, healthy, {"NOR": healthy, "HCM": hcm}, [])
    assert found.figures["ks"] == pytest.approx(dict.fromkeys(FACTS, 0.0))
    assert found.figures["people"] == 60
    assert [table.title for table in found.tables][-1] == "Hypertrophy"


def test_larger_people_are_found_larger_and_of_the_same_shape(healthy, hcm):
    people = larger(healthy, 1.2)
    found = compare({"healthy": healthy, "hcm": hcm}, people, {"NOR": healthy, "HCM": hcm}, ["one: refused"])
    assert found.figures["real"]["edv"][0] == pytest.approx(1.2**3 * found.figures["simulated"]["edv"][0])
    assert found.figures["ks"]["edv"] > 0.3
    assert found.figures["ks"]["ef"] == pytest.approx(0.0, abs=0.02)
    assert found.figures["refused"] == ["one: refused"]


def test_the_picture_is_drawn(healthy, hcm, tmp_path):
    draw_population(healthy, hcm, larger(healthy, 1.05), tmp_path / "population.png")
    assert (tmp_path / "population.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "population.png").stat().st_size > 50_000


def test_data_that_are_not_there_are_named(tmp_path):
    with pytest.raises(InputError, match=r"holds lv_cap\.npz: name the folder of the data set"):
        run(tmp_path, 3, 0, 1, None)
