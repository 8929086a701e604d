"""Sections across the axis against the closed form of an ellipsoid."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.population.outlines import level_radii, polar_interpolation
from Testing.helpers.ellipsoid_hearts import ellipsoid_points


@given(across=st.floats(15, 40), along=st.floats(50, 110), share=st.floats(0, 0.98))
def test_the_section_of_an_ellipsoid_is_its_circle(across: float, along: float, share: float) -> None:
    found = level_radii(ellipsoid_points(across, along), np.array([-share * along]))
    np.testing.assert_allclose(found, across * np.sqrt(1 - share**2), rtol=2e-3)


def test_above_the_base_walls_are_upright_and_below_the_apex_there_is_nothing() -> None:
    found = level_radii(ellipsoid_points(20.0, 80.0), np.array([5.0, 0.0, -80.5]))
    np.testing.assert_allclose(found, np.repeat([[20.0], [20.0], [0.0]], 72, axis=1), atol=1e-9)


@given(angle=st.floats(-10, 10))
def test_radii_are_interpolated_around_the_turn(angle: float) -> None:
    radii = 10 + np.cos(2 * np.pi * np.arange(360) / 360)
    np.testing.assert_allclose(polar_interpolation(radii, np.array([angle])), 10 + np.cos(angle), atol=1e-3)
