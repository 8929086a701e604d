"""Many ventricles at once agree with single ones."""

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


def test_noise_is_smooth_and_of_the_size_asked_for() -> None:
    field = smooth_noise(np.random.default_rng(0), 400, 0.5)
    assert field.shape == (400, ROWS, AZIMUTHS)
    assert field.std() == pytest.approx(0.5, rel=0.1) and abs(field.mean()) < 0.02
    assert np.abs(np.diff(field, axis=2)).mean() < 0.45 * field.std()
    level = level_noise(np.random.default_rng(0), 400, 0.2)
    assert level.shape == (400, ROWS, 1) and level.std() == pytest.approx(0.2, rel=0.1)
