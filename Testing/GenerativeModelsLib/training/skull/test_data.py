"""Batches for the skull models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings
from GenerativeModelsLib.training.skull.shapes import Shapes, draw_shapes
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull import data as module
from GenerativeModelsLib.training.skull.cohort import OwnReadings
from GenerativeModelsLib.training.skull.data import (
    LARGEST_ERROR,
    FixedBatches,
    SkullData,
    picture_axes,
    reading_errors,
    usable_errors,
)

MIRROR = -torch.eye(RANK)
THETA = np.arange(PROFILE) * (2 * np.pi / PROFILE)


@pytest.fixture(scope="module")
def readings(painted_readings: Path) -> Readings:
    return Readings.load(painted_readings / "readings-000000.npz")


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return draw_shapes(1, tiny_basis(), heads=7)


@pytest.fixture(scope="module")
def real(readings: Readings) -> RealReadings:
    return RealReadings(readings.borders[:3, 0], np.array([0.01, -0.02, 0.03], np.float32))


def data(
    readings: Readings, shapes: Shapes | None = None, real: RealReadings | None = None, seed: int = 1
) -> SkullData:
    return SkullData(readings, shapes, real, MIRROR, 10, 3 if real is not None else 0, seed)


def exact(readings: Readings) -> Readings:
    """Readings without an error."""
    borders = readings.borders.copy()
    borders[:, :, 0] = readings.truth
    return replace(readings, borders=borders)


def test_pose_vectors_become_centres_and_axes(readings: Readings) -> None:
    origin, axes = picture_axes(readings.poses)
    for k, plane in enumerate(PLANES):
        back = pose_vector(plane, origin[2, k], *axes[2, k].astype(float))
        np.testing.assert_allclose(back, readings.poses[2, k], atol=1e-4)
    unknown, there = picture_axes(np.full((1, 3, 6), np.nan, np.float32))
    assert np.isnan(unknown).all() and np.isfinite(there).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 0.1), st.floats(0, 6.2), st.floats(-0.1, 0.1))
def test_errors_have_no_first_harmonic(
    readings: Readings, seed: int, shift: float, direction: float, size: float
) -> None:
    """A shift of the outline is no error of the border, whatever else is; the size is the mean over the axial one."""
    rng = np.random.default_rng(seed)
    rough = rng.normal(0, 0.02, readings.truth.shape)
    waves = np.stack([np.cos(THETA), np.sin(THETA)]) * np.sqrt(2 / PROFILE)
    rough -= (rough @ waves.T) @ waves
    rough -= rough.mean(-1, keepdims=True)
    log = rough + size + shift * np.cos(THETA - direction)
    borders = readings.borders.copy().astype(float)
    borders[:, :, 0] = readings.truth * np.exp(log)
    errors, sizes = reading_errors(replace(readings, borders=borders, truth=readings.truth.astype(float)))
    assert np.abs(errors @ waves.T).max() < 1e-9
    np.testing.assert_allclose(errors, rough + size, atol=1e-6)
    np.testing.assert_allclose(sizes, size, atol=1e-6)


def test_errors_of_missed_heads_and_absent_planes_are_not_given_to_other_heads(readings: Readings) -> None:
    borders, truth, present = readings.borders.copy(), readings.truth.copy(), readings.present.copy()
    borders[1, 2, 0, 5] *= np.exp(1.5 * LARGEST_ERROR)
    present[3, 1], truth[3, 1], borders[3, 1] = False, np.nan, 0
    changed = replace(readings, borders=borders, truth=truth, present=present)
    assert usable_errors(readings).tolist() == [0, 1, 2, 3, 4, 5]
    assert usable_errors(changed).tolist() == [0, 2, 4, 5]
    assert np.isfinite(reading_errors(changed)[1]).all()
    batches = data(changed, draw_shapes(1, tiny_basis(), heads=2))
    assert all(batches[i].borders.isfinite().all() for i in range(3))


def test_heads_drawn_with_the_errors_of_an_exact_reading_equal_their_truth(readings: Readings, shapes: Shapes) -> None:
    source = data(exact(readings), shapes)
    index, donor = np.array([4, 1, 6]), np.array([0, 5, 2])
    batch = source.drawn(index, donor)
    np.testing.assert_allclose(batch.borders[:, :, 0], shapes.truth[index], rtol=1e-5)
    np.testing.assert_array_equal(batch.borders[:, :, 1:], readings.borders[donor][:, :, 1:])
    np.testing.assert_allclose(batch.log_size, shapes.log_size[index], atol=1e-6)
    np.testing.assert_array_equal(batch.coefficients, shapes.coefficients[index])
    origin, axes = picture_axes(shapes.poses)
    np.testing.assert_allclose(batch.origin, origin[index], atol=1e-6)
    np.testing.assert_allclose(batch.axes, axes[index])
    assert batch.present.all() and batch.real == 0


def test_an_axial_border_read_too_large_makes_s_too_large_for_all_planes(readings: Readings, shapes: Shapes) -> None:
    """Errors of +3 % in the axial plane, -2 % in the others: lengths are in units of the s that was read."""
    borders = exact(readings).borders * np.exp(np.array([0.03, -0.02, -0.02]))[:, None, None]
    borders[:, :, 1:] = readings.borders[:, :, 1:]
    source = data(replace(readings, borders=borders.astype(np.float32)), shapes)
    index = np.arange(3)
    batch = source.drawn(index, index)
    factor = np.exp([0.0, -0.05, -0.05])[:, None]
    np.testing.assert_allclose(batch.borders[:, :, 0], shapes.truth[index] * factor, rtol=1e-5)
    np.testing.assert_allclose(batch.log_size, shapes.log_size[index] - 0.03, atol=1e-6)
    origin, _ = picture_axes(shapes.poses)
    np.testing.assert_allclose(batch.origin, origin[index] * np.exp(-0.03), atol=1e-6)


@pytest.mark.parametrize("drawn", [False, True])
def test_a_batch_is_its_number(readings: Readings, shapes: Shapes, real: RealReadings, drawn: bool) -> None:
    given_ = (readings, shapes if drawn else None, real)
    one, same, other = data(*given_)[4], data(*given_)[4], data(*given_)[5]
    for name, value in vars(one).items():
        if name != "real":
            torch.testing.assert_close(value, getattr(same, name), rtol=0, atol=0, equal_nan=True)
    assert one.real == same.real == 3
    assert not torch.equal(one.borders, other.borders)
    assert not torch.equal(one.borders, data(*given_, seed=2)[4].borders)


def test_readings_come_first_then_drawn_heads_then_real_borders(
    readings: Readings, shapes: Shapes, real: RealReadings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "mirrored", lambda batch, flip, matrix: batch)
    batch = data(readings, shapes, real)[0]
    assert len(batch.borders) == len(batch.log_size) == len(batch.coefficients) == 13
    kinds = [
        "read" if (row == readings.coefficients).all(1).any() else "drawn" for row in batch.coefficients[:10].numpy()
    ]
    assert kinds == ["read"] * round(10 * module.READ_SHARE) + ["drawn"] * 7
    assert all((row == shapes.coefficients).all(1).any() for row in batch.coefficients[3:10].numpy())
    assert batch.present[10:].tolist() == [[True, False, False]] * 3 and batch.present[:10].any(1).all()
    # every real border with the size that was annotated for it
    for border, size in zip(batch.borders[10:, 0].numpy(), batch.log_size[10:].numpy(), strict=True):
        assert [size] == real.log_size[(border == real.borders).all((1, 2))]
    assert not batch.borders[10:, 1:].any() and not batch.coefficients[10:].any()
    assert batch.origin[10:].isnan().all() and batch.origin[:10].isfinite().all()
    alone = data(readings)[0]
    assert alone.real == 0 and len(alone.borders) == 10
    assert all((row == readings.coefficients).all(1).any() for row in alone.coefficients.numpy())


def test_own_readings_take_their_place_before_the_drawn_heads(
    readings: Readings, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "mirrored", lambda batch, flip, matrix: batch)
    theirs = replace(readings, poses=np.full_like(readings.poses, np.nan), borders=0.5 * readings.borders)
    own = OwnReadings(theirs, np.array([3, 3]))
    source = SkullData(readings, shapes, None, MIRROR, 12, 0, 1, own, 2)
    for i in range(3):
        batch = source[i]
        assert batch.origin.isfinite().all((1, 2)).tolist() == [True] * 3 + [False] * 2 + [True] * 7
        # drawn heads have the doubt of simulated pictures, not of own ones
        visible = batch.borders[:, :, 2].numpy()
        simulated = [(row == readings.borders[:, :, 2]).all((1, 2)).any() for row in visible]
        assert simulated == [True] * 3 + [False] * 2 + [True] * 7


def test_half_of_the_cases_are_mirrored(readings: Readings) -> None:
    """The mirror matrix of these data is -1."""
    source = data(readings)
    signs = torch.cat([source[i].coefficients[:, 0] for i in range(20)]).numpy()
    known = readings.coefficients[:, 0]
    flipped = np.array([np.isclose(-value, known).any() and not np.isclose(value, known).any() for value in signs])
    assert 0.4 < flipped.mean() < 0.6


def test_plain_cases_are_as_stored(readings: Readings) -> None:
    batch = data(readings).plain(np.array([3, 1]))
    np.testing.assert_array_equal(batch.borders[0], readings.borders[3])
    np.testing.assert_array_equal(batch.coefficients[1], readings.coefficients[1])
    np.testing.assert_allclose(batch.log_size, readings.log_size[[3, 1]], atol=1e-6)
    types = {name: value.dtype for name, value in vars(batch).items() if name != "real"}
    assert set(types.values()) == {torch.float32, torch.bool} and types["present"] == torch.bool


def test_a_plane_that_was_not_found_is_never_said_to_be_there(readings: Readings) -> None:
    present = readings.present.copy()
    present[:, 1] = False
    found = SkullData(replace(readings, present=present), None, None, MIRROR, 16, 0, 0)
    assert not any(found[i].present[:, 1].any() for i in range(3))


def test_scales_are_the_standard_deviations(readings: Readings) -> None:
    scale = data(readings).x_scale()
    np.testing.assert_allclose(scale[:-1], readings.coefficients.std(0), rtol=1e-5)
    assert scale[-1] == pytest.approx(max(readings.log_size.std(), 1e-4), rel=1e-5)
    still = replace(readings, coefficients=np.zeros_like(readings.coefficients))
    assert data(still).x_scale()[:-1].tolist() == pytest.approx([1e-4] * RANK)


def test_validation_goes_through_the_cases_in_order(readings: Readings) -> None:
    fixed = FixedBatches(data(readings), 2)
    assert len(fixed) == 3
    np.testing.assert_array_equal(fixed[1].coefficients, readings.coefficients[2:4])
    assert torch.equal(fixed[1].borders, fixed[1].borders)
