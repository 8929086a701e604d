"""Simulated hearts as in label maps: readers' contours, frames, errors."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.population.contouring import contoured
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.population.label_errors import as_observed
from GenerativeModelsLib.heart.population.simulate import observed_hearts, simulated_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


@pytest.fixture(scope="module")
def rays() -> RayBatch:
    return sample_hearts(250, 9).rays


def test_readers_differ_in_walls_and_measure_more_myocardium_at_end_systole(rays: RayBatch) -> None:
    read = contoured(np.random.default_rng(0), rays)
    ratio = read.myocardium_ml[:, 1] / read.myocardium_ml[:, 0]
    assert 1.0 < ratio.mean() < 1.12 and 0.04 < ratio.std() < 0.16  # lv_cap 1.02 +- 0.09, ACDC 1.12 +- 0.07
    change = (read.epi_mm - read.endo_mm - rays.epi_mm + rays.endo_mm)[:, 0, 4:14].mean((1, 2))
    assert 0.4 < change.std() < 1.2
    for i in (0, 100, 249):
        read.heart(i)


def test_label_maps_add_noise_that_does_not_shift_volumes(rays: RayBatch) -> None:
    seen = as_observed(np.random.default_rng(0), rays[:, 0])
    error = seen.endo_mm - rays.endo_mm[:, 0]
    assert 0.3 < error[:, 2:16].std() < 1.5
    relative = seen.cavity_ml / rays.cavity_ml[:, 0] - 1
    assert abs(relative.mean()) < 0.03 and relative.std() < 0.06
    np.testing.assert_array_equal(seen.reach_mm, rays.reach_mm[:, 0])


def test_simulated_hearts_are_valid_repeatable_and_of_their_condition() -> None:
    one, again = simulated_hearts(5, 11, "hcm"), simulated_hearts(5, 11, "hcm")
    for name in RayBatch.FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name))
    for i in range(5):
        heart = one.heart(i)
        assert heart.es.cavity_ml < heart.ed.cavity_ml
    healthy = simulated_hearts(40, 11)
    assert np.median(simulated_hearts(40, 11, "hcm").thickest_mm[:, 0]) > 14.5 > healthy.thickest_mm[:, 0].max() - 1.5


def test_both_phases_get_errors_of_their_own() -> None:
    hearts = simulated_hearts(6, 2)
    seen = observed_hearts(np.random.default_rng(0), hearts)
    error = seen.endo_mm - hearts.endo_mm
    assert np.abs(error).max() > 0.2
    assert abs(np.corrcoef(error[:, 0].ravel(), error[:, 1].ravel())[0, 1]) < 0.5


@pytest.mark.parametrize("count", [1, 3])
def test_every_phase_of_a_heart_is_observed_and_what_is_absent_stays_so(count: int) -> None:
    drawn = simulated_hearts(6, 2)
    phases = [drawn[:, number % 2] for number in range(count)]
    hearts = RayBatch.stacked(*phases).keeping(
        [[number < 1 or heart > 2 for number in range(count)] for heart in range(6)]
    )
    seen = observed_hearts(np.random.default_rng(0), hearts)
    assert seen.endo_mm.shape == hearts.endo_mm.shape
    np.testing.assert_array_equal(seen.present, hearts.present)
    assert (np.abs(seen.endo_mm - hearts.endo_mm).max(axis=(2, 3)) > 0.1).all()


def test_contours_are_drawn_at_end_diastole_and_end_systole_alone(rays: RayBatch) -> None:
    with pytest.raises(ValueError, match="end diastole, end systole"):
        contoured(np.random.default_rng(0), RayBatch.stacked(*[rays[:, 0]] * 3))
