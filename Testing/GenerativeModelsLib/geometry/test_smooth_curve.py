"""Points of slices against the parabola that most of them lie on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.geometry.smooth_curve import off_parabola

SLICES = np.array([2, 3, 4, 6, 7, 8, 9, 10])


@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_points_of_a_parabola_lie_on_it(numbers: list[float]) -> None:
    points = np.vander(SLICES - 6.0, 3) @ np.array(numbers).reshape(3, 2)
    np.testing.assert_allclose(off_parabola(SLICES, points), 0, atol=1e-9)


@pytest.mark.parametrize("shifted", [2, 3, 5])
def test_a_shifted_slice_does_not_bend_the_curve(shifted: int) -> None:
    points = np.vander(SLICES - 6.0, 3) @ np.array([[0.1, -0.05], [1.0, 0.5], [60.0, 70.0]])
    points[shifted] += [6.0, -4.0]
    expected = np.zeros((len(SLICES), 2))
    expected[shifted] = [6.0, -4.0]
    np.testing.assert_allclose(off_parabola(SLICES, points), expected, atol=0.2)
