from functools import lru_cache

import numpy as np
import pytest

from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.segmentation.population.right_ventricle import right_ventricle
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS, WholeHeart, whole_heart
from Testing.helpers.ellipsoid_hearts import ENDO, EPI, ellipsoid_heart

MOMENTS = np.array([0.0, 1.0])


@lru_cache(maxsize=1)
def points(step: float = 2.0) -> np.ndarray:
    axis = np.arange(-70, 70.1, step)
    return np.stack(np.meshgrid(axis, axis, np.arange(-92, 70, step) + 0.5 * step, indexing="ij"), axis=-1)


def test_labels_are_the_ellipsoids():
    left = ellipsoid_heart(MOMENTS)
    heart = WholeHeart(left, right_ventricle(left, np.random.default_rng(0)))
    values = heart.labels_at(0, points())
    volume = [2 / 3 * np.pi * a * a * b for a, b in (ENDO, EPI)]
    assert (values == LABELS["lv"]).sum() * 8 == pytest.approx(volume[0], rel=0.005)
    assert (values == LABELS["myo"]).sum() * 8 == pytest.approx(volume[1] - volume[0], rel=0.008)
    assert not values[points()[..., 2] > 0].any()


def test_the_right_ventricle_has_its_volume_and_lies_beside_the_septum():
    heart = whole_heart(sample_hearts(1, 3).rays[0], MOMENTS, [0, 1], atrium=False)
    for frame in (0, 1):
        values = heart.labels_at(frame, points())
        right = values == LABELS["rv"]
        assert right.sum() * 0.008 == pytest.approx(heart.right.volume_ml[frame], rel=0.05)
        assert points()[right][:, 0].mean() > 20


def test_voxels_have_the_volumes_of_the_surfaces_where_that_is_asked_for():
    heart = whole_heart(sample_hearts(1, 4).rays[0], MOMENTS, [0, 1], atrium=False)
    values = heart.labels_at(0, points(), voxel_ml=0.008)
    left = heart.left.left
    assert (values == LABELS["lv"]).sum() * 0.008 == pytest.approx(left.cavity_ml[0], abs=0.009)
    assert (values == LABELS["myo"]).sum() * 0.008 == pytest.approx(left.myocardium_ml[0], abs=0.017)


def test_the_atrium_is_above_the_base_and_larger_at_end_systole():
    heart = whole_heart(sample_hearts(1, 3).rays[0], MOMENTS, [0, 1], atrium=True)
    masks = [heart.labels_at(frame, points()) == LABELS["la"] for frame in (0, 1)]
    assert all((points()[mask][:, 2] >= 0).all() for mask in masks)
    assert 1.2 * masks[0].sum() < masks[1].sum()
    assert 30 < masks[1].sum() * 0.008 < 130


def test_one_seed_gives_one_form_of_right_ventricle():
    one, two = (whole_heart(sample_hearts(2, 3).rays[k], MOMENTS, [7, 0], atrium=False) for k in (0, 1))
    assert np.array_equal(one.right.half_angle, two.right.half_angle)
    ratio = [heart.right.volume_ml[0] / heart.left.left.cavity_ml[0] for heart in (one, two)]
    assert ratio[0] == pytest.approx(ratio[1])


def test_corners_hold_every_label():
    heart = whole_heart(sample_hearts(1, 3).rays[0], MOMENTS, [0, 1], atrium=True)
    low, high = heart.corners(1)
    labelled = points()[heart.labels_at(1, points()) > 0]
    assert (labelled >= low - 1e-9).all() and (labelled <= high + 1e-9).all()
