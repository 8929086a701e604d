"""The bank of valid codes, and the nearest valid code, where validity is a half-space or a ball."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.segmentation.codes.bank import BISECTIONS, fill_bank, nearest_valid
from GenerativeModelsLib.segmentation.codes.parzen import parzen
from GenerativeModelsLib.segmentation.codes.rejection import parzen_sampler


class Itself:
    """Its maps are the codes."""

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes[:, None]


def left(values: np.ndarray) -> bool:
    return bool(values[0, 0] <= 0.3)


def ball(values: np.ndarray) -> bool:
    return bool(np.linalg.norm(values) <= 1)


def test_a_bank_holds_what_passes_and_reports_the_rate() -> None:
    rng = np.random.default_rng(0)
    sampler = parzen_sampler(parzen(rng.normal(size=(200, 2)), 0.3))
    done = []
    bank = fill_bank(Itself(), sampler, left, 500, rng, progress=lambda *numbers: done.append(numbers))
    assert bank.codes.shape == (500, 2) and (bank.codes[:, 0] <= 0.3).all() and done[-1] == (500, 500)
    assert bank.rate == pytest.approx(0.618, abs=0.08)  # P(z <= 0.3) of a normal number
    assert bank.acceptance == pytest.approx(1.1**-2, abs=0.05) and bank.beyond == 0 and bank.tried >= bank.passed


def test_a_bank_that_cannot_be_filled_ends() -> None:
    rng = np.random.default_rng(0)
    sampler = parzen_sampler(parzen(rng.normal(size=(20, 2)), 0.3))
    bank = fill_bank(Itself(), sampler, lambda values: False, 10, rng, most_tried=130)
    assert len(bank.codes) == 0 and bank.tried == 130 and bank.rate == 0


def test_a_valid_code_stays_as_it_is() -> None:
    code = np.array([0.2, 5.0])
    found = nearest_valid(code, np.array([[0.0, 0.0]]), Itself(), left)
    np.testing.assert_array_equal(found.code, code)
    assert found.share == 1.0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), reach=st.floats(1.1, 30.0))
def test_the_line_ends_at_the_border_of_a_ball(seed: int, reach: float) -> None:
    rng = np.random.default_rng(seed)
    bank = rng.normal(size=(30, 3))
    bank *= rng.uniform(0, 0.999, (30, 1)) / np.linalg.norm(bank, axis=1, keepdims=True)
    code = rng.normal(size=3)
    code *= reach / np.linalg.norm(code)
    found = nearest_valid(code, bank, Itself(), ball)
    nearest = bank[np.linalg.norm(bank - code, axis=1).argmin()]
    np.testing.assert_array_equal(bank[found.bank_index], nearest)
    step = np.linalg.norm(code - nearest) / 2**BISECTIONS
    assert 1 - step <= np.linalg.norm(found.code) <= 1
    np.testing.assert_allclose(found.code, nearest + found.share * (code - nearest))


def test_a_half_space_is_reached_to_a_thousandth_of_the_line() -> None:
    found = nearest_valid(np.array([4.3, 7.0]), np.array([[-0.7, 2.0], [-50.0, 0.0]]), Itself(), left)
    assert found.code[0] == pytest.approx(0.3, abs=5 / 2**BISECTIONS) and found.code[0] <= 0.3
    assert found.share == pytest.approx(0.2, abs=2**-BISECTIONS)


def test_the_unit_of_a_dimension_counts_and_codes_that_fail_here_are_passed_over() -> None:
    bank = np.array([[0.0, 3.0], [-2.0, 0.0], [0.9, 0.0]])  # the last is no longer valid
    code = np.array([1.0, 0.0])
    assert nearest_valid(code, bank, Itself(), left).bank_index == 1
    assert nearest_valid(code, bank, Itself(), left, scale=np.array([0.1, 10.0])).bank_index == 0
    with pytest.raises(LookupError, match="none of the 1 codes"):
        nearest_valid(code, bank[2:], Itself(), left)
