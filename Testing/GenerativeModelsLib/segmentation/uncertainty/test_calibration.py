"""The calibration never falls, finds a known probability, and is refused without right and wrong labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration


def test_a_known_probability_is_found() -> None:
    rng = np.random.default_rng(0)
    level = rng.uniform(size=200_000) ** 3
    wrong = rng.uniform(size=len(level)) < level**2
    fitted = Calibration.fit(level, wrong)
    at = np.linspace(0.05, 0.95, 10)
    np.testing.assert_allclose(fitted(at), at**2, atol=0.04)


def test_the_mean_probability_is_the_share_of_wrong_labels() -> None:
    rng = np.random.default_rng(1)
    level = np.where(rng.uniform(size=50_000) < 0.9, 0.0, rng.uniform(size=50_000))
    wrong = rng.uniform(size=len(level)) < 0.3 * level
    assert Calibration.fit(level, wrong)(level).mean() == pytest.approx(wrong.mean(), rel=0.02)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60))
def test_it_never_falls_and_stays_a_probability(pairs: list[tuple[float, bool]]) -> None:
    level, wrong = (np.array(values) for values in zip(*pairs))
    if wrong.all() or not wrong.any():
        with pytest.raises(ValueError, match="right and wrong"):
            Calibration.fit(level, wrong)
        return
    found = Calibration.fit(level, wrong)(np.linspace(-0.5, 1.5, 50))
    assert (np.diff(found) >= -1e-6).all() and found.min() >= 0 and found.max() <= 1 and found.dtype == np.float32
