"""Lengths along streamlines of a known potential, without the solver."""

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.laplace import solve_potential
from GenerativeModelsLib.geometry.streamlines import ENDO, EPI, POTENTIAL, STEPS, Streamlines

SPACING = (1.0, 1.5, 2.0)
SHAPE = (30, 12, 10)
LOW, HIGH = 6.3, 22.9  # the slab along z, in mm


def slab() -> Streamlines:
    z = np.broadcast_to(np.arange(SHAPE[0])[:, None, None] * SPACING[0], SHAPE)
    endo, epi = z - LOW, z - HIGH
    return Streamlines.of(solve_potential(endo, epi, None, SPACING), endo, epi, None, SPACING)


def test_what_is_known_in_a_slab_is_linear_along_it():
    places = np.array([[10.4, 5.2, 4.9], [20.0, 3.0, 6.5]])
    here = slab().at(places)
    np.testing.assert_allclose(here[:, 0], 1 / (HIGH - LOW), rtol=1e-3)
    np.testing.assert_allclose(here[:, 1:3], 0, atol=1e-4)
    np.testing.assert_allclose(here[:, ENDO], places[:, 0] - LOW, atol=1e-5)
    np.testing.assert_allclose(here[:, EPI], places[:, 0] - HIGH, atol=1e-5)
    np.testing.assert_allclose(here[:, POTENTIAL], (places[:, 0] - LOW) / (HIGH - LOW), atol=1e-4)


def test_lengths_to_both_surfaces_of_a_slab():
    lines = slab()
    places = np.array([[10.4, 5.2, 4.9], [20.0, 3.0, 6.5]])
    out = lines.lengths(places, lines.at(places), outward=True)
    back = lines.lengths(places, lines.at(places), outward=False)
    np.testing.assert_allclose(out, HIGH - places[:, 0], atol=1e-4)
    np.testing.assert_allclose(back, places[:, 0] - LOW, atol=1e-4)
    assert STEPS > 1


def test_a_place_without_a_direction_has_no_length():
    """Deep in the cavity the direction is undefined: the length is NaN, not a quotient of zeros."""
    lines = slab()
    places = np.array([[1.0, 5.0, 5.0]])
    assert np.isnan(lines.lengths(places, lines.at(places), outward=True)).all()


def test_places_off_the_grid_are_told():
    lines = slab()
    assert lines.holds(np.array([[0.0, 0, 0], [29, 11, 9], [29.1, 0, 0], [5, -0.1, 5]])).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert np.isneginf(lines.above_cut(np.zeros((2, 3)))).all()


def test_a_field_that_is_no_distance_is_named():
    z = np.broadcast_to(np.arange(SHAPE[0])[:, None, None] * SPACING[0], SHAPE)
    endo, epi = z - LOW, 5 * (z - HIGH)
    with pytest.raises(InputError, match="epi_mm rises by 5 per mm"):
        Streamlines.of(solve_potential(endo, epi, None, SPACING), endo, epi, None, SPACING)
