"""The time that work still takes."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.process.time_left import with_time_left, words_on_time_left


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, ""),
        (3, "about 10 s left"),
        (44, "about 40 s left"),
        (200, "about 3 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_the_time_left_is_said_as_well_as_it_is_known(seconds: float | None, words: str) -> None:
    assert words_on_time_left(seconds) == words


def test_the_time_left_follows_from_the_share_that_is_done() -> None:
    now, said = [100.0], []
    show = with_time_left(lambda message, share: said.append((message, share)), clock=lambda: now[0])
    for now[0], share in ((100.0, 0.0), (101.0, 0.01), (110.0, 0.25), (140.0, 1.0)):
        show("drawing", share)
    assert said == [("drawing", 0.0), ("drawing", 0.01), ("drawing; about 30 s left", 0.25), ("drawing", 1.0)]
