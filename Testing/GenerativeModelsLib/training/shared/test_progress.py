"""Progress over the stages of a training."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.training.shared.progress import Stages


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shown() -> list[tuple[str, float, float | None]]:
    return []


def test_the_share_is_counted_in_expected_seconds_over_all_stages(shown: list, clock: Clock) -> None:
    stages = Stages(lambda *values: shown.append(values), clock)
    stages.expect({"Simulating": 300.0, "Training": 100.0})
    stages.expect({"Calibrating": 100.0})
    advance = stages.stage("Simulating")
    advance(1, 2)
    stages.stage("Training")(1, 4)
    stages.stage("Calibrating")
    stages.finish()
    assert [(text, pytest.approx(share)) for text, share, _ in shown] == [
        ("Simulating", 0.0),
        ("Simulating, 1 of 2", 0.3),
        ("Training", 0.6),
        ("Training, 1 of 4", 0.65),
        ("Calibrating", 0.8),
        ("done", 1.0),
    ]


def test_the_time_left_follows_the_speed_of_the_machine(shown: list, clock: Clock) -> None:
    stages = Stages(lambda *values: shown.append(values), clock)
    stages.expect({"a": 1000.0, "b": 1000.0})
    advance = stages.stage("a")
    assert shown[-1][2] == 2000.0
    clock.now += 2000.0  # twice as slow as expected
    advance(10, 10)
    assert shown[-1][2] == pytest.approx(2000.0, rel=0.02)
    clock.now += 2000.0
    stages.stage("b")(10, 10)
    assert shown[-1][1:] == (1.0, 0.0)


def test_a_stage_without_work_takes_no_share_and_one_that_goes_back_does_not(shown: list, clock: Clock) -> None:
    stages = Stages(lambda *values: shown.append(values), clock)
    stages.expect({"there already": 0.0, "work": 10.0})
    stages.stage("there already")(3, 3)
    assert shown[-1][1] == 0.0
    advance = stages.stage("work")
    advance(6, 10)
    advance(2, 10)
    assert shown[-1][1] == pytest.approx(0.6)


def test_without_a_plan_or_a_viewer_nothing_fails(shown: list) -> None:
    Stages().stage("unplanned")(1, 1)
    stages = Stages(lambda *values: shown.append(values))
    stages.stage("unplanned")(1, 1)
    stages.finish()
    assert shown[0] == ("unplanned", 0.0, None) and shown[-1] == ("done", 1.0, None)
