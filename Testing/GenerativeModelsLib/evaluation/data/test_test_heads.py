"""Held-out simulated cases."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.data.test_heads import (
    CALIBRATION_SET,
    SIZE,
    SUBSETS,
    TEST_SET,
    SimulatedCase,
    head_surface,
    simulated_case,
)
from GenerativeModelsLib.skull.shape.biometry import measure
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid


@pytest.fixture(scope="module")
def case() -> SimulatedCase:
    return simulated_case(TEST_SET, 3)


def test_a_case_has_three_planes_with_their_spacing(case: SimulatedCase) -> None:
    assert list(case.images) == ["axial", "sagittal", "coronal"] and case.index == 3
    for image in case.images.values():
        assert image.pixels.shape == SIZE and image.spacing_source == "argument"
        assert 0.05 < image.spacing_mm[0] == image.spacing_mm[1] < 2


def test_the_same_numbers_give_the_same_bits_and_others_another_head(case: SimulatedCase) -> None:
    again = simulated_case(TEST_SET, 3)
    np.testing.assert_array_equal(again.head.shape.log_radius, case.head.shape.log_radius)
    for name in case.images:
        np.testing.assert_array_equal(again.images[name].pixels, case.images[name].pixels)
    assert simulated_case(CALIBRATION_SET, 3).head.hc_mm != case.head.hc_mm


def test_every_subset_has_the_axial_plane_first() -> None:
    assert [len(planes) for planes in SUBSETS.values()] == [1, 2, 2, 3]
    assert all(planes[0] == "axial" for planes in SUBSETS.values())


def test_the_surface_is_the_head(case: SimulatedCase) -> None:
    surface = head_surface(case.head.shape)
    assert surface.is_closed and len(surface.points) == 10242
    assert measure(surface).hc_mm == pytest.approx(case.head.hc_mm, rel=2e-3)
    ball = head_surface(ellipsoid(40, 40, 40))
    assert ball.volume_mm3 == pytest.approx(4 / 3 * np.pi * 40**3, rel=2e-3)
