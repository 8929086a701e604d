"""Measurements of hearts against closed forms: capsules with known volumes and walls."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.heart.facts import FACTS, facts_of, ks_distance, segment_walls
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, REACH_SHARE, ROWS, Heart, Ventricle


def capsule(radius: float, wall: float) -> Ventricle:
    """Cylinder with a hemisphere below; the fan's centre is that of the ray maps."""
    reach = radius * REACH_SHARE / (1 - REACH_SHARE)
    flat = np.ones((ROWS, AZIMUTHS))
    return Ventricle(reach, radius * flat, (radius + wall) * flat)


def capsule_ml(radius: float, reach: float) -> float:
    return (np.pi * radius**2 * reach + 2 / 3 * np.pi * radius**3) / 1000


@pytest.fixture(scope="module")
def rays() -> RayBatch:
    return RayBatch.of([Heart(capsule(30, 9), capsule(21, 15)), Heart(capsule(25, 7), capsule(20, 9))])


def test_every_fact_of_a_capsule_is_its_own(rays):
    found = facts_of(rays)
    assert list(found) == list(FACTS)
    edv, esv = capsule_ml(30, 45), capsule_ml(21, 31.5)
    assert found["edv"][0] == pytest.approx(edv, rel=0.01)
    assert found["esv"][0] == pytest.approx(esv, rel=0.01)
    assert found["ef"][0] == pytest.approx(100 * (1 - (21 / 30) ** 3), rel=0.001)
    assert found["mass"][0] == pytest.approx(1.05 * (capsule_ml(39, 45) - edv), rel=0.01)
    assert found["length"] == pytest.approx([75, 62.5])
    assert found["length_ratio"] == pytest.approx([21 / 30, 20 / 25])
    assert found["sphericity"][0] == pytest.approx(100 * edv / (np.pi / 6 * 75**3 / 1000), rel=0.01)
    assert found["wall_ed"] == pytest.approx([9, 7], rel=0.01)
    assert found["wall_es"] == pytest.approx([15, 9], rel=0.01)
    assert found["thickest"] == pytest.approx([9, 7], rel=0.01)
    assert found["thickening"][0] == pytest.approx(100 * (15 / 9 - 1), rel=0.02)


def test_facts_are_of_end_diastole_and_end_systole_alone(rays):
    with pytest.raises(ValueError, match="end diastole, end systole"):
        facts_of(RayBatch.stacked(*rays.phases(), rays[:, 1]))
    with pytest.raises(ValueError, match="1 of 2 hearts lack a phase"):
        facts_of(rays.keeping([[True, True], [True, False]]))


def test_lengths_scale_with_the_heart(rays):
    double = facts_of(RayBatch(2 * rays.reach_mm, 2 * rays.endo_mm, 2 * rays.epi_mm))
    single = facts_of(rays)
    assert double["wall_ed"] == pytest.approx(2 * single["wall_ed"])
    assert double["mass"] == pytest.approx(8 * single["mass"])
    assert double["sphericity"] == pytest.approx(single["sphericity"])


def test_every_segment_of_an_even_wall_has_its_thickness(rays):
    walls = segment_walls(rays)
    assert walls.shape == (2, 2, 16)
    assert walls[0, 0] == pytest.approx(np.full(16, 9.0), rel=0.02)
    assert walls[1, 1] == pytest.approx(np.full(16, 9.0), rel=0.02)
    for count in (1, 3):
        more = segment_walls(RayBatch.stacked(*[rays[:, 1]] * count))
        np.testing.assert_array_equal(more, np.repeat(walls[:, 1:], count, axis=1))


def test_a_thick_septum_is_found_in_the_septal_segments():
    heart = capsule(30, 9)
    phi = 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    thick = Ventricle(heart.reach_mm, heart.endo_mm, heart.epi_mm + np.where(np.cos(phi) > 0.6, 6.0, 0.0))
    mid = segment_walls(RayBatch.of([Heart(thick, heart)]))[0, 0, 6:12]
    assert set(np.argsort(mid)[-2:] + 7) == {8, 9}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [([1, 2, 3], [1, 2, 3], 0.0), ([1, 2], [3, 4], 1.0), ([1, 2, 3, 4], [3, 4, 5, 6], 0.5), ([0], [0, 1], 0.5)],
)
def test_ks_distance_of_small_samples(a, b, expected):
    assert ks_distance(np.array(a, float), np.array(b, float)) == pytest.approx(expected)
