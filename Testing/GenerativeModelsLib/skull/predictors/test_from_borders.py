"""Sizes read of borders: those of an ellipsoid are its axes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.predictors.from_borders import axial_ellipse, planes_of, read_height
from Testing.helpers.known_borders import conditions, ellipsoid_borders


@given(st.floats(0.7, 0.95), st.floats(1.0, 1.2), st.floats(0.7, 1.0))
@settings(max_examples=20, deadline=None)
def test_an_ellipsoid_has_its_axes(half_x: float, half_y: float, half_z: float) -> None:
    y = conditions(ellipsoid_borders(half_x, half_y, half_z))
    axial = axial_ellipse(y)
    assert (axial.semi_minor, axial.semi_major) == (pytest.approx(half_x, abs=1e-5), pytest.approx(half_y, abs=1e-5))
    assert read_height(y) == pytest.approx(2 * half_z, abs=1e-5)


def test_the_height_is_the_mean_of_the_planes_there_are() -> None:
    borders = ellipsoid_borders(0.85, 1.1, 0.8)
    borders[2] = ellipsoid_borders(0.85, 1.1, 0.9)[2]
    heights = {planes: read_height(conditions(borders, planes)) for planes in ("100", "110", "101", "111")}
    assert heights["100"] is None
    assert [heights[p] for p in ("110", "101", "111")] == pytest.approx([1.6, 1.8, 1.7], abs=1e-5)


def test_points_in_doubt_hardly_count() -> None:
    borders = ellipsoid_borders(0.85, 1.1, 0.8)
    borders[0, 0, 10:14] *= 1.3
    wrong = axial_ellipse(conditions(borders)).semi_major
    borders[0, 1, 10:14] = 3.0
    assert axial_ellipse(conditions(borders)).semi_major == pytest.approx(1.1, abs=1e-4) != pytest.approx(wrong, 1e-2)


@pytest.mark.parametrize(("planes", "given"), [("011", "sagittal, coronal"), ("000", "none")])
def test_without_an_axial_plane_there_is_no_unit(planes: str, given: str) -> None:
    with pytest.raises(InputError, match=f"The planes are {given}: give an axial one"):
        planes_of(conditions(torch.ones(3, 3, 64), planes))
