"""The cycle closes, empties in systole and meets the volumes that it names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.heart.population.cycle import SYSTOLE, ejected_share, moments
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch


@pytest.fixture(scope="module")
def hearts() -> RayBatch:
    return RayBatch.joined([sample_hearts(3, 4, name).rays for name in ("healthy", "hcm", "infarct")])


def test_the_cycle_closes_and_is_empty_at_end_systole() -> None:
    share = ejected_share(np.linspace(0, 1, 401))
    assert share[0] == 0 and abs(share[-1]) < 0.01 and share.max() == pytest.approx(1, abs=1e-6)
    assert share.argmax() / 400 == pytest.approx(SYSTOLE, abs=0.01) and share.min() > -1e-9


@given(systole=st.floats(0.25, 0.5))
def test_a_systole_of_any_length_ejects_all_the_time_and_diastole_only_fills(systole: float) -> None:
    time = np.linspace(0, 1, 301)
    steps = np.diff(ejected_share(time, systole))
    assert (steps[time[1:] < systole] > 0).all()
    assert (steps[time[:-1] > systole + 0.03] < 1e-9).all()


@settings(max_examples=20, deadline=None)
@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_a_moment_has_the_volume_that_is_left(hearts: RayBatch, shares: list[float]) -> None:
    for number in range(len(hearts.present)):
        edv, esv = hearts[number].cavity_ml
        found = moments(hearts[number], np.array(shares)).cavity_ml
        np.testing.assert_allclose(found, edv - np.array(shares) * (edv - esv), atol=0.1)


def test_the_ends_are_the_two_phases(hearts: RayBatch) -> None:
    found = moments(hearts[0], np.array([0.0, 1.0]))
    for name in RayBatch.FIELDS:
        np.testing.assert_allclose(getattr(found, name), getattr(hearts[0], name), rtol=1e-9)
