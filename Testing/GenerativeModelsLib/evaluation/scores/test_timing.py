"""The unit of run times."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.evaluation.scores import timing


def test_the_unit_is_a_matrix_product_timed_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = []

    def best(action, repeats: int) -> float:
        timed.append((tuple(action().shape), repeats))
        return 0.5

    monkeypatch.setattr(timing, "PRODUCT", 3)
    monkeypatch.setattr(timing, "best", best)
    assert timing.product_s(4) == 0.5 and timed == [((3, 3), 4)]


def test_the_first_call_only_warms_up() -> None:
    calls = []
    assert timing.best(lambda: calls.append(1), 3) >= 0 and len(calls) == 4
