"""Windows of a picture, and resampling in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate.window import MARGIN, Window, normalise_grey, whole_picture

ANGLE = st.floats(-3.1, 3.1)


def window(angle: float, mirrored: bool = False, centre=(30.0, 22.0), half: float = 12.0) -> Window:
    right = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-right[1], right[0]])
    return Window(np.asarray(centre), -right if mirrored else right, down, half)


@settings(max_examples=30, deadline=None)
@given(ANGLE, st.booleans(), st.floats(1, 80), st.integers(0, 2**31))
def test_to_the_picture_and_back(angle: float, mirrored: bool, half: float, seed: int) -> None:
    w = window(angle, mirrored, half=half)
    points = np.random.default_rng(seed).uniform(-1.5, 1.5, (4, 5, 2))
    np.testing.assert_allclose(w.from_picture(w.to_picture(points)), points, atol=1e-9)
    assert w.mirrored == mirrored


def test_corners_and_centre_of_a_window() -> None:
    w = Window(np.array([10.0, 20.0]), np.array([0.0, 1.0]), np.array([-1.0, 0.0]), 5.0)
    np.testing.assert_allclose(w.to_picture([[0, 0], [1, 0], [0, 1]]), [[10, 20], [10, 25], [5, 20]])


def test_pixels_tile_the_window_rows_down() -> None:
    centres = window(0).pixel_centres(4)
    np.testing.assert_allclose(centres[0, :, 0], [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_allclose(centres[:, 0, 1], [-0.75, -0.25, 0.25, 0.75])


@settings(max_examples=25, deadline=None)
@given(ANGLE, st.booleans(), st.tuples(st.floats(0.4, 1.2), st.floats(0.4, 1.2)))
def test_a_ramp_is_resampled_exactly(angle: float, mirrored: bool, spacing: tuple[float, float]) -> None:
    """Linear interpolation reproduces a ramp for any rotation, mirrored or not, and any (row, column) spacing."""
    rows, columns = np.mgrid[0:80, 0:100]
    ramp = 5 + 0.7 * columns * spacing[1] - 0.4 * rows * spacing[0]
    w = window(angle, mirrored, centre=(49 * spacing[1], 39 * spacing[0]), half=8.0)
    values, inside = w.resample(ramp, spacing, 24)
    u, v = np.moveaxis(w.to_picture(w.pixel_centres(24)), -1, 0)
    np.testing.assert_allclose(values, 5 + 0.7 * u - 0.4 * v, atol=2e-3)
    assert inside.all()


def test_a_mirrored_window_shows_the_mirror_image(rng: np.random.Generator) -> None:
    picture = rng.random((40, 60))
    straight, _ = window(0.3, centre=(30, 20)).resample(picture, (1, 1), 20)
    mirrored, _ = window(0.3, True, centre=(30, 20)).resample(picture, (1, 1), 20)
    np.testing.assert_allclose(mirrored, straight[:, ::-1], atol=1e-6)


def test_a_coarse_window_averages_what_it_skips() -> None:
    """Every other column is white: without smoothing there would be aliasing."""
    stripes = np.tile(np.arange(200) % 2, (200, 1)).astype(float)
    values, _ = window(0, centre=(99.7, 99.7), half=90.0).resample(stripes, (1.0, 1.0), 40)
    np.testing.assert_allclose(values, 0.5, atol=0.02)


def test_smoothing_is_the_same_in_mm_along_rows_and_columns() -> None:
    fine = np.zeros((161, 81))
    fine[80, 40] = 1
    values, _ = window(0, centre=(40.0, 40.0), half=20.0).resample(fine, (0.5, 1.0), 20)
    np.testing.assert_allclose(values.sum(0), values.sum(1), atol=0.02 * values.sum())


def test_outside_the_picture_nothing_is_claimed() -> None:
    values, inside = window(0, centre=(0.0, 0.0), half=10.0).resample(np.ones((30, 30)), (1.0, 1.0), 20)
    assert values[:9].max() == 0 and inside[:9].max() == 0 and inside[10:, 10:].all()
    np.testing.assert_allclose(values[11:, 11:], 1)


@pytest.mark.parametrize(("shape", "spacing"), [((60, 90), (0.5, 0.5)), ((90, 60), (0.3, 0.6)), ((50, 50), (1.0, 0.4))])
def test_the_whole_picture_fits_with_a_margin(shape: tuple[int, int], spacing: tuple[float, float]) -> None:
    w = whole_picture(shape, spacing)
    corners = np.array([[-0.5, -0.5], [shape[1] - 0.5, shape[0] - 0.5]]) * spacing[::-1]
    low, high = w.from_picture(corners)
    np.testing.assert_allclose(low, -high, atol=1e-12)
    assert max(high) == pytest.approx(1 / MARGIN)


def test_grey_values_do_not_depend_on_the_scanners_gain(rng: np.random.Generator) -> None:
    picture = rng.random((50, 50)) * 200
    picture[:20] = 0
    np.testing.assert_allclose(normalise_grey(3 * picture), normalise_grey(picture), rtol=1e-5)
    assert np.percentile(normalise_grey(picture)[20:], 99.5) == pytest.approx(1, abs=0.02)
    assert normalise_grey(np.zeros((8, 8))).max() == 0
    spot = np.full((200, 200), 10.0)
    spot[0, 0] = 255
    assert normalise_grey(spot).max() == 1.25
