"""Batches of ventricles agree with single ones."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch, level_noise, smooth_noise
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS


@pytest.fixture(scope="module")
def rays() -> RayBatch:
    return sample_hearts(8, 1).rays


def test_volumes_are_those_of_single_ventricles_within_the_meshes_difference(rays: RayBatch) -> None:
    for i, k in ((0, 0), (3, 1)):
        one = rays.ventricle(i, k)
        assert rays.cavity_ml[i, k] == pytest.approx(one.cavity_ml, rel=0.012)  # without refinement: inside the curve
        assert rays.myocardium_ml[i, k] == pytest.approx(one.myocardium_ml, rel=0.012)


def test_volumes_grow_with_the_cube_and_walls_with_the_scale(rays: RayBatch) -> None:
    larger = RayBatch(2 * rays.reach_mm, 2 * rays.endo_mm, 2 * rays.epi_mm)
    np.testing.assert_allclose(larger.cavity_ml, 8 * rays.cavity_ml)
    np.testing.assert_allclose(larger.wall_mm, 2 * rays.wall_mm, rtol=1e-9)


def test_walls_are_no_thicker_than_their_rays_are_long(rays: RayBatch) -> None:
    assert (rays.wall_mm <= rays.epi_mm - rays.endo_mm + 1e-9).all()


def test_batches_join_stack_and_come_apart(rays: RayBatch) -> None:
    joined = RayBatch.joined([rays[:3], rays[3:]])
    again = RayBatch.of([joined.heart(i) for i in range(8)])
    stacked = RayBatch.stacked(rays[:, 0], rays[:, 1])
    for name in RayBatch.FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(rays, name))
        np.testing.assert_array_equal(getattr(stacked, name), getattr(rays, name))


@pytest.mark.parametrize("count", [1, 2, 3, 25])
def test_hearts_have_any_number_of_phases(rays: RayBatch, count: int) -> None:
    phases = [rays[:, number % 2] for number in range(count)]
    phases[-1] = phases[-1].keeping(np.arange(8) > 4)
    hearts = RayBatch.stacked(*phases)
    assert hearts.reach_mm.shape == hearts.present.shape == (8, count)
    assert hearts.endo_mm.shape == hearts.epi_mm.shape == (8, count, ROWS, AZIMUTHS)
    assert hearts.present[:, :-1].all() and (hearts.present[:, -1] == (np.arange(8) > 4)).all()
    assert hearts.cavity_ml.shape == hearts.myocardium_ml.shape == hearts.thickest_mm.shape == (8, count)
    for number, (apart, phase) in enumerate(zip(hearts.phases(), phases, strict=True)):
        np.testing.assert_allclose(hearts.cavity_ml[:, number], phase.cavity_ml)
        np.testing.assert_allclose(hearts.wall_mm[:, number], phase.wall_mm)
        np.testing.assert_allclose(hearts.thickest_mm[:, number], phase.thickest_mm)
        for name in (*RayBatch.FIELDS, "present"):
            np.testing.assert_array_equal(getattr(apart, name), getattr(phase, name))
    parts = RayBatch.joined([hearts[5:], hearts[:5]])
    for name in (*RayBatch.FIELDS, "present"):
        np.testing.assert_array_equal(getattr(parts[[3, 4, 5, 6, 7, 0, 1, 2]], name), getattr(hearts, name))


@pytest.mark.parametrize("count", [1, 3])
def test_single_ventricles_make_hearts_and_what_is_absent_repeats_the_first(rays: RayBatch, count: int) -> None:
    shapes = [rays.ventricle(0, 0), rays.ventricle(0, 1), rays.ventricle(1, 0)][:count]
    missing = [None, *shapes[1:]] if count > 1 else shapes
    hearts = RayBatch.of_phases([shapes, missing])
    assert hearts.present.tolist() == [[True] * count, [count == 1] + [True] * (count - 1)]
    for number, shape in enumerate(shapes):
        np.testing.assert_array_equal(hearts.endo_mm[0, number], shape.endo_mm)
        assert hearts.ventricle(0, number).reach_mm == shape.reach_mm
    if count > 1:
        np.testing.assert_array_equal(hearts.epi_mm[1, 0], shapes[1].epi_mm)
        with pytest.raises(ValueError, match="Phase 0 of heart 1 is absent"):
            hearts.ventricle(1, 0)


@pytest.mark.parametrize(("second", "words"), [([None, None], "0 of 2"), (["one"], "1 of 1")])
def test_hearts_without_a_phase_or_of_other_lengths_are_refused(rays: RayBatch, second: list, words: str) -> None:
    one = rays.ventricle(0, 0)
    with pytest.raises(ValueError, match=rf"Heart 1 has {words} phases, expected at least one of 2"):
        RayBatch.of_phases([[one, None], [one if phase == "one" else phase for phase in second]])


def test_phases_are_only_ever_taken_away(rays: RayBatch) -> None:
    alone = rays.keeping((True, False))
    assert alone.present.tolist() == [[True, False]] * 8 and rays.present.all()
    assert (alone.keeping((True, True)).present == alone.present).all()
    assert alone.endo_mm is rays.endo_mm
    with pytest.raises(ValueError, match="8 of 8 hearts lack a phase"):
        alone.require_pairs()
    with pytest.raises(ValueError, match="1 of 1 hearts lack a phase"):
        alone.heart(2)


def test_a_pair_is_not_taken_from_other_phases(rays: RayBatch) -> None:
    for phases in (1, 3):
        with pytest.raises(ValueError, match=rf"shape \(1, {phases}\), expected \(N, 2\)"):
            RayBatch.stacked(*[rays[:, 0]] * phases).heart(0)
    with pytest.raises(ValueError, match="expected"):
        rays[:, 0].require_pairs()


@pytest.mark.parametrize("present", [np.ones(8, bool), np.ones((8, 2))])
def test_presence_is_a_flag_for_every_shape(rays: RayBatch, present: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected \(8, 2\) as reach_mm and bool"):
        RayBatch(rays.reach_mm, rays.endo_mm, rays.epi_mm, present)


def test_noise_is_smooth_and_of_the_size_asked_for() -> None:
    field = smooth_noise(np.random.default_rng(0), 400, 0.5)
    assert field.shape == (400, ROWS, AZIMUTHS)
    assert field.std() == pytest.approx(0.5, rel=0.1) and abs(field.mean()) < 0.02
    assert np.abs(np.diff(field, axis=2)).mean() < 0.45 * field.std()
    level = level_noise(np.random.default_rng(0), 400, 0.2)
    assert level.shape == (400, ROWS, 1) and level.std() == pytest.approx(0.2, rel=0.1)
