"""Conventions of the closed base."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.skull.population import bases
from GenerativeModelsLib.skull.population.bases import (
    BASE_WEIGHTS,
    below_plane,
    draw_base,
    face_bump,
    flat_base,
    soft_limit,
)
from GenerativeModelsLib.skull.population.basis import shape_basis
from GenerativeModelsLib.skull.population.heads import mean_head, sample_heads
from GenerativeModelsLib.skull.shape.star_surface import HeadShape, table_directions
from GenerativeModelsLib.skull.shape.unit_head import height_of, measure

MEAN = mean_head(280.0)


def changes(name: str, count: int = 12) -> list[np.ndarray]:
    rng, found = np.random.default_rng(0), []
    while len(found) < count:
        drawn, change = draw_base(rng, shape_basis(), MEAN)
        if drawn == name:
            found.append(change)
    return found


@pytest.mark.parametrize("name", BASE_WEIGHTS)
def test_the_axial_outline_and_all_above_stay(name: str) -> None:
    for change in changes(name, 4):
        assert np.abs(change[:33]).max() == 0 and np.abs(change[40:]).max() > 4e-3


def test_below_plane_is_smooth_from_0_in_the_plane_to_1() -> None:
    table = below_plane()
    assert table[:33].max() == 0.0 and table[-1].min() == 1.0
    assert 0 < np.diff(table[:, 0]).max() < 0.15


def test_conventions_change_the_base_as_their_names_say() -> None:
    mean = {name: np.mean(changes(name), axis=0) for name in BASE_WEIGHTS}
    height = {name: height_of(HeadShape(MEAN.log_radius + change)) for name, change in mean.items()}
    assert height["brainstem"] > height["closed"] + 2
    assert height["flat"] < height["closed"] - 1
    below = face_bump() > 0.5
    assert mean["tight"][below].mean() < mean["closed"][below].mean() < mean["flat"][below].mean()


def test_no_sum_of_changes_is_large() -> None:
    change = np.linspace(-1.0, 1.0, 101)
    limited = soft_limit(change)
    assert np.abs(limited).max() < bases.MOST and (np.diff(limited) >= 0).all()
    assert soft_limit(np.array([0.02])) == pytest.approx(0.02, rel=0.02)
    assert max(np.abs(table).max() for table in changes("brainstem")) < bases.MOST


def test_a_flat_base_is_flat_and_keeps_the_outline() -> None:
    flat = HeadShape(flat_base(MEAN))
    points = np.exp(flat.log_radius)[..., None] * table_directions()
    floor = points[-14:, :, 2]
    assert np.ptp(floor) < 0.12 * -floor.min()
    down = measure(MEAN)[0].down
    assert -floor.min() == pytest.approx(bases.FLAT_DEPTH * down, rel=0.01)


def test_heads_say_how_their_base_was_closed() -> None:
    names = [head.base for head in sample_heads(200, 1)]
    share = {name: names.count(name) / len(names) for name in BASE_WEIGHTS}
    assert sum(share.values()) == 1.0
    assert share == pytest.approx(BASE_WEIGHTS, abs=0.12)
