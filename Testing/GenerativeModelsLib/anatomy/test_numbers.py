"""Scores as texts."""

from __future__ import annotations

from math import nan

import pytest

from GenerativeModelsLib.anatomy.numbers import percentile_text, z_text
from GenerativeModelsLib.anatomy.verdict import is_outside, score_text, verdict_text


def test_a_percentile_is_never_0_or_100() -> None:
    values = (0.0, 0.99, 1.0, 42.4, 42.6, 99.0, 99.01, 100.0)
    assert [percentile_text(p) for p in values] == ["< 1", "< 1", "1", "42", "43", "99", "> 99", "> 99"]
    assert (percentile_text(None), percentile_text(nan), percentile_text(None, "-")) == ("–", "–", "-")


def test_a_z_score_has_its_sign_and_zero_has_none() -> None:
    assert [z_text(z) for z in (2.26, -0.5, 0.04, -0.04, 0.05)] == ["+2.3", "-0.5", "0.0", "0.0", "+0.1"]
    assert (z_text(None), z_text(nan), z_text(None, "")) == ("–", "–", "")


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        ({"verdict": "typical"}, "typical, nothing stands out"),
        ({"verdict": "unusual", "reasons": ["One.", "two"]}, "unusual for the model: One; two"),
        ({"verdict": "outside", "reasons": []}, "outside what the model was trained on"),
        ({"verdict": "outside"}, "outside what the model was trained on"),
    ],
)
def test_a_verdict_has_its_reasons(judged: dict, words: str) -> None:
    assert verdict_text(judged) == words


def test_a_score_is_explained_and_never_100_per_cent() -> None:
    assert score_text({"score": 0.86}).startswith("Score 0.86: 86 % of the cases")
    assert "99.7 %" in score_text({"score": 0.997}) and "over 99.9 %" in score_text({"score": 0.99999})


def test_only_an_input_outside_is_outside() -> None:
    found = [is_outside({"in_distribution": {"verdict": verdict}}) for verdict in ("typical", "unusual", "outside")]
    assert found == [False, False, True] and not is_outside({}) and not is_outside({"in_distribution": None})
