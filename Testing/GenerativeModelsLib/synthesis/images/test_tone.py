"""Grey values as the networks see them, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.synthesis.images.tone import Tone


@given(st.floats(-100, 1000), st.floats(1, 4000))
def test_grey_values_come_back(low: float, extent: float) -> None:
    tone = Tone(low, low + extent)
    values = np.linspace(low, low + extent, 33)
    np.testing.assert_allclose(tone.grey(tone.seen(values)), values, atol=1e-5 * (extent + abs(low)))


def test_the_tone_lies_between_percentiles_and_a_quarter_of_it_is_the_middle() -> None:
    tone = Tone.of(np.arange(101.0))
    assert (tone.low, tone.high) == (1.0, 99.0)
    assert tone.seen([1.0, 25.5, 99.0, 1000.0, -7.0]).tolist() == pytest.approx([-1, 0, 1, 1, -1])


def test_an_image_of_nearly_one_value_still_has_a_tone() -> None:
    values = np.zeros(1000)
    values[0] = 4.0
    assert Tone.of(values) == Tone(0.0, 4.0)
