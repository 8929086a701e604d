"""Ventricles measured again in other frames."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.population.frame_errors import FrameChange, centre_line, estimated_frames, reframed
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.heart.shape.ventricle import AZIMUTHS, REACH_SHARE


@pytest.fixture(scope="module")
def shapes() -> RayBatch:
    drawn = sample_hearts(12, 4).rays[:, 0]
    return reframed(drawn, frames(12))  # the rays of a population start slightly above or below `REACH_SHARE`


def frames(n: int, *, turn: float = 0.0, shift: tuple[float, float, float] = (0, 0, 0), tilt: float = 0.0):
    c, s, ct, st = np.cos(turn), np.sin(turn), np.cos(tilt), np.sin(tilt)
    z = np.array([st, 0.0, ct])
    x = np.array([c * ct, s, -c * st])
    x = x - (x @ z) * z
    x /= np.linalg.norm(x)
    axes = np.stack([x, np.cross(z, x), z])
    return FrameChange(np.repeat(axes[None], n, 0), np.repeat(np.array([shift], float), n, 0), np.ones(n))


def test_the_same_frame_gives_the_same_shape(shapes: RayBatch) -> None:
    again = reframed(shapes, frames(len(shapes.reach_mm)))
    np.testing.assert_allclose(again.reach_mm, shapes.reach_mm, rtol=2e-3)
    np.testing.assert_allclose(again.endo_mm, shapes.endo_mm, atol=0.2)
    np.testing.assert_allclose(again.epi_mm, shapes.epi_mm, atol=0.2)


def test_an_absent_shape_stays_absent(shapes: RayBatch) -> None:
    seen = np.arange(12) > 3
    np.testing.assert_array_equal(reframed(shapes.keeping(seen), frames(12)).present, seen)


def test_a_turned_frame_turns_the_map_the_other_way(shapes: RayBatch) -> None:
    turned = reframed(shapes, frames(len(shapes.reach_mm), turn=2 * np.pi * 5 / AZIMUTHS))
    np.testing.assert_allclose(turned.endo_mm, np.roll(shapes.endo_mm, -5, axis=-1), atol=0.2)


def test_a_shifted_frame_sees_one_wall_nearer_and_the_same_cavity(shapes: RayBatch) -> None:
    moved = reframed(shapes, frames(len(shapes.reach_mm), shift=(2.0, 0.0, 0.0)))
    level = 6
    assert np.mean(shapes.endo_mm[:, level, 0] - moved.endo_mm[:, level, 0]) == pytest.approx(2.0, abs=0.2)
    assert np.mean(moved.endo_mm[:, level, 18] - shapes.endo_mm[:, level, 18]) == pytest.approx(2.0, abs=0.2)
    np.testing.assert_allclose(moved.cavity_ml, shapes.cavity_ml, rtol=0.02)


def test_a_lower_base_takes_volume_off(shapes: RayBatch) -> None:
    lower = reframed(shapes, frames(len(shapes.reach_mm), shift=(0.0, 0.0, -8.0)))
    np.testing.assert_allclose(shapes.reach_mm - lower.reach_mm, 8.0 * REACH_SHARE, atol=0.2)
    cut = np.pi * (shapes.endo_mm[:, :3].mean((1, 2)) ** 2) * 8.0 / 1000
    np.testing.assert_allclose(shapes.cavity_ml - lower.cavity_ml, cut, rtol=0.15)


def test_the_centre_line_finds_a_known_shift_and_tilt(shapes: RayBatch) -> None:
    slope, middle = centre_line(shapes)
    n = len(shapes.reach_mm)
    moved_slope, moved_middle = centre_line(reframed(shapes, frames(n, shift=(1.5, -1.0, 0.0))))
    np.testing.assert_allclose((moved_middle - middle).mean(0), [-1.5, 1.0], atol=0.15)
    np.testing.assert_allclose((moved_slope - slope).mean(0), 0, atol=0.01)
    tilted, _ = centre_line(reframed(shapes, frames(n, tilt=0.05, shift=(0.0, 0.0, -3.0))))
    assert (tilted - slope).mean(0)[0] == pytest.approx(-0.05, abs=0.02)


def test_estimated_frames_follow_the_centre_line_and_are_rotations(shapes: RayBatch) -> None:
    found = estimated_frames(np.random.default_rng(0), shapes)
    np.testing.assert_allclose(found.axes @ found.axes.transpose(0, 2, 1), np.eye(3)[None].repeat(12, 0), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(found.axes), 1)
    assert (found.origin_mm[:, 2] <= 0).all() and (found.longer >= 1).all()
    again = reframed(shapes, FrameChange(found.axes, found.origin_mm, np.ones(12)))
    assert np.abs(centre_line(again)[1]).mean() < 1.0
