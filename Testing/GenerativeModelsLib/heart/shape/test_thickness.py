"""Distances to a ventricle's surfaces and the wall field, on cylinders closed by half spheres."""

import numpy as np
import pytest

from GenerativeModelsLib.heart.shape.thickness import ray_distances, thickness_maps, wall_field
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, ROWS, Ventricle


def capsule(inner: float, outer: float, reach: float = 45.0) -> Ventricle:
    """A wall between two coaxial cylinders and two concentric half spheres: everywhere outer - inner thick."""
    return Ventricle(reach, np.full((ROWS, AZIMUTHS), inner), np.full((ROWS, AZIMUTHS), outer))


def test_distances_are_those_of_cylinders_and_half_spheres(rng: np.random.Generator) -> None:
    points = rng.uniform((-35, -35, -85), (35, 35, 0), (400, 3))
    endo, epi = ray_distances(capsule(20.0, 29.0), points)
    below = np.minimum(points[:, 2] + 45.0, 0.0)
    radius = np.sqrt(points[:, 0] ** 2 + points[:, 1] ** 2 + below**2)
    np.testing.assert_allclose(endo, radius - 20.0, atol=0.02)
    np.testing.assert_allclose(epi, radius - 29.0, atol=0.02)


def test_above_the_base_the_walls_stand_upright() -> None:
    endo, _ = ray_distances(capsule(20.0, 29.0), np.array([[20.0, 0.0, 5.0], [0.0, 22.0, 9.0]]))
    np.testing.assert_allclose(endo, [0.0, 2.0], atol=0.02)


@pytest.mark.parametrize(("inner", "outer"), [(20.0, 29.0), (12.0, 30.0), (24.0, 29.0)])
def test_the_wall_of_a_capsule_is_as_thick_as_its_radii_say(inner: float, outer: float) -> None:
    ventricle = capsule(inner, outer)
    thickness = wall_field(ventricle).thickness_at(ventricle.surface("endo").points)
    known = thickness[np.isfinite(thickness)]
    # At the transition from cylinder to half sphere, the streamlines are not exactly straight.
    np.testing.assert_allclose(known, outer - inner, rtol=0.008)
    assert known.mean() == pytest.approx(outer - inner, rel=0.002)


def test_a_ragged_wall_has_neither_holes_nor_spikes() -> None:
    """A cavity that jumps from level to level, as with displaced slices: streamlines stray there."""
    rng = np.random.default_rng(3)
    ventricle = capsule(20.0, 30.0)
    endo = ventricle.endo_mm.copy()
    endo[12:22, 5:12] = 4.0
    endo[16:18] += rng.uniform(0, 7, (2, AZIMUTHS))
    ragged = Ventricle(45.0, endo, ventricle.epi_mm)
    field = wall_field(ragged)
    below = ragged.surface("endo").points[:, 2] < -2
    assert np.isnan(field.thickness_at(ragged.surface("endo").points)[below]).any(), "else this test shows nothing"
    maps = thickness_maps(ragged)
    for values in (maps.endo_mm, maps.epi_mm):
        assert np.isfinite(values[below]).all() and np.nanmax(values) < 1.25 * 26.0 + 1.1
    assert 0 < maps.mended_share < 0.2


def test_a_smooth_wall_is_not_touched() -> None:
    ventricle = capsule(20.0, 29.0)
    maps = thickness_maps(ventricle)
    assert maps.mended_share == 0
    measured = wall_field(ventricle).thickness_at(ventricle.surface("epi").points)
    np.testing.assert_array_equal(maps.epi_mm, measured)
