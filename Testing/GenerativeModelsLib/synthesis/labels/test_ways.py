import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.synthesis.labels.subject import Subject
from GenerativeModelsLib.synthesis.labels.ways import between, to_class, with_volumes, with_wall_kept
from Testing.helpers.synthetic_hearts import shipped_heart_model

HEARTS = sample_hearts(6, 11, "healthy").rays


@settings(max_examples=10)
@given(st.floats(0.6, 1.6), st.floats(0.6, 1.6))
def test_hearts_get_the_volumes_that_are_asked_for(cavity, wall):
    found = with_volumes(HEARTS, cavity * HEARTS.cavity_ml, wall * HEARTS.myocardium_ml)
    assert found.cavity_ml == pytest.approx(cavity * HEARTS.cavity_ml)
    assert found.myocardium_ml == pytest.approx(wall * HEARTS.myocardium_ml, rel=1e-6)


def test_volumes_that_are_met_change_nothing():
    found = with_volumes(HEARTS, HEARTS.cavity_ml, HEARTS.myocardium_ml)
    assert found.epi_mm == pytest.approx(HEARTS.epi_mm, rel=1e-7)


def test_a_wall_keeps_its_share_over_the_cycle():
    kept = with_wall_kept(HEARTS)
    share = kept.myocardium_ml[:, 1] / kept.myocardium_ml[:, 0]
    assert share == pytest.approx(np.full(6, HEARTS.myocardium_ml[0, 1] / HEARTS.myocardium_ml[0, 0]), rel=1e-6)
    assert kept.cavity_ml == pytest.approx(HEARTS.cavity_ml)


def test_hearts_in_between_go_evenly_from_one_end_to_the_other():
    model = shipped_heart_model()
    placed = model.place(HEARTS[:2])
    first, last = ([level[[k]] for level in placed.levels] for k in (0, 1))
    way = between(model, first, last, 5)
    ends = model.reconstruct(placed)
    assert way.hearts.epi_mm[[0, -1]] == pytest.approx(ends.epi_mm, abs=1e-3)
    for volume in (way.hearts.cavity_ml, way.hearts.myocardium_ml):
        assert np.diff(volume, n=2, axis=0) == pytest.approx(0, abs=1e-4)
    assert way.z_top[2] == pytest.approx(0.5 * (first[-1][0] + last[-1][0]))


def test_a_walk_to_a_class_raises_its_probability_evenly():
    model = shipped_heart_model()
    placed = model.place(HEARTS[:1])
    subject = Subject("heart", {}, list(placed.levels), placed.present, ())
    way = to_class(model, subject, "hcm", 4)
    assert len(way.reached) == 4 and (np.diff(way.reached) > 0).all()
    steps = np.linalg.norm(np.diff(way.z_top, axis=0), axis=1)
    assert steps == pytest.approx(np.full(3, steps.mean()), rel=0.2)
