"""Where the echo of a wall shows the border: rings of known radius."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate.strip import ANGLES, bin_centres
from GenerativeModelsLib.training.skull.echo_border import FARTHEST, LEAST_CONTRAST, clear_border, visible_border
from Testing.helpers.painted import ring

PHI = np.arange(ANGLES) * (2 * np.pi / ANGLES)
ONE = np.ones(ANGLES)


def test_an_echo_is_visible_where_it_is_brighter_than_both_sides() -> None:
    radius = np.linspace(0.9, 1.1, ANGLES)
    strip = ring(radius)
    assert visible_border(strip, radius).all()
    strip[0, 5:9] = 0.2  # a shadow
    assert np.flatnonzero(~visible_border(strip, radius)).tolist() == [5, 6, 7, 8]
    assert not visible_border(strip, radius + 0.12).any()
    step = ring(radius, height=0.2)
    step[0] += 0.5 * (bin_centres() < radius[:, None])  # bright tissue that ends at the border is no echo
    assert not visible_border(step, radius).any()


@settings(max_examples=30, deadline=None)
@given(st.floats(0.8, 1.2), st.floats(0.05, 0.6), st.floats(0, 0.4))
def test_the_least_contrast_decides(at: float, contrast: float, tissue: float) -> None:
    radius = np.full(ANGLES, bin_centres()[np.argmin(np.abs(bin_centres() - at))])
    strip = ring(radius, tissue + contrast, tissue, width=0.005)
    if abs(contrast - LEAST_CONTRAST) > 0.01:
        assert visible_border(strip, radius).all() == (contrast > LEAST_CONTRAST)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 5), st.floats(0.008, 0.025), st.floats(0, 6.2), st.floats(0.01, 0.03))
def test_the_departure_of_a_ring_from_its_ellipse_is_found(n: int, by: float, phase: float, width: float) -> None:
    """Whatever the width of the echo, which moves the edge outwards everywhere."""
    true = 1 + by * np.cos(n * PHI + phase)
    radius, clear = clear_border(ring(true, width=width), ONE)
    assert clear.mean() > 0.9
    assert np.abs(radius - true)[clear].mean() < 0.003 + 0.15 * by


@pytest.mark.parametrize("n", [0, 1, 2])
def test_circumference_centre_and_axes_are_left_to_the_annotation(n: int) -> None:
    radius, clear = clear_border(ring(1 + 0.02 * np.cos(n * PHI)), ONE)
    assert clear.all() and np.abs(radius - 1).max() < 0.004


def test_where_there_is_no_echo_the_border_is_the_ellipse() -> None:
    strip = ring(1 + 0.02 * np.cos(3 * PHI))
    strip[0, 10:25] = 0.2  # a shadow
    radius, clear = clear_border(strip, ONE)
    assert not clear[10:25].any() and (radius[10:25] == 1).all() and clear[30:60].all()
    _, nothing = clear_border(np.stack([np.full_like(strip[0], 0.3), strip[1]]), ONE)
    assert not nothing.any()


def test_an_echo_beside_the_wall_is_no_border() -> None:
    """A spot that lies off its neighbours, and tissue that stays bright outwards."""
    true = ONE.copy()
    true[20:22] = 1.05
    _, clear = clear_border(ring(true), ONE)
    assert not clear[20:22].any() and clear[30:].all()
    strip = ring(ONE)
    strip[0] = np.where(bin_centres() > 1, strip[0].max(), strip[0])
    assert not clear_border(strip, ONE)[1].any()
    assert np.abs(clear_border(ring(1 + 0.09 * np.cos(3 * PHI)), ONE)[0] - 1).max() <= FARTHEST
