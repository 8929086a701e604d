"""Small queries to a child that pretends: answers, refusals, failures, and what becomes of them around a job."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker import Answered, Done, Failed, Progress, Refused
from Testing.helpers.fake_worker import PATIENCE_SECONDS, FakeWorker, until


def ask(worker: FakeWorker, do: str = "answer", **values: object) -> int:
    return worker.ask("heart", "shape_at", {"do": do, **values})


def wait_for(path: Path) -> str:
    """The text of a file, once there is some."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (path.is_file() and path.read_text()):
        assert time.monotonic() < end, f"no {path}"
        time.sleep(0.01)
    return path.read_text()


def test_a_query_is_answered_with_its_arguments_and_its_model(worker: FakeWorker, tmp_path: Path) -> None:
    """Of an anatomy other than the one that the worker was started for."""
    points = np.array([[0.5, np.inf], [-1.0, 2.0]], np.float32)
    number = worker.ask(
        "heart", "shape_at", {"do": "answer", "z": (1, 2.5), "points": points}, model=tmp_path, device="cpu"
    )
    (answer,) = until(worker, Answered, Failed, Refused)
    assert answer.query == number == 1
    assert answer.values["model"] == ["heart", tmp_path, "cpu"]
    assert answer.values["do"] == "answer" and answer.values["z"] == (1, 2.5)
    assert answer.values["points"].dtype == np.float32
    np.testing.assert_array_equal(answer.values["points"], points)
    child = worker._child
    ask(worker)
    assert until(worker, Answered)[0].values["model"] == ["heart", None, "auto"], "the shipped bundle"
    assert worker._child is child


def test_a_refused_query_names_the_field_and_the_child_goes_on(worker: FakeWorker) -> None:
    number = ask(worker, "refuse")
    (refused,) = until(worker, Refused, Failed)
    assert refused == Refused(None, "samples is none: give some.", "samples", number)
    unknown = worker.ask("heart", "volume_at", {})
    (refused,) = until(worker, Refused, Failed)
    assert refused.query == unknown and "no query 'volume_at' of the heart: there are shape_at" in refused.sentence
    assert worker.ask("skull", "shape_at", {}) == 3 and "there are none" in until(worker, Refused)[0].sentence
    assert ask(worker) == 4 and until(worker, Answered)[0].query == 4


def test_a_query_that_fails_is_a_sentence(worker: FakeWorker) -> None:
    ask(worker, "surprise")
    (failed,) = until(worker, Failed)
    assert (failed.job, failed.query) == (None, 1)
    assert "RuntimeError: a surprise" in failed.sentence and "Traceback" in failed.details
    ask(worker)
    assert until(worker, Answered)[0].query == 2


@pytest.mark.parametrize(("how", "words"), [("exits", "with exit code 3"), ("memory", "ran out of memory")])
def test_the_end_of_the_child_fails_the_newest_query_and_the_next_one_is_answered(
    how: str, words: str, worker: FakeWorker
) -> None:
    ask(worker, how)
    events = until(worker, Failed)
    assert words in events[0].sentence and [event.query for event in events] == [1]
    ask(worker)
    assert until(worker, Answered, Failed)[0].query == 2


@pytest.mark.skipif(os.name == "nt", reason="a signal is sent")
def test_of_many_queries_the_first_and_the_newest_are_answered(worker: FakeWorker, tmp_path: Path) -> None:
    first = ask(worker, "wait", folder=tmp_path)
    numbers = [ask(worker, value=value) for value in range(20)]
    wait_for(tmp_path / "asked")
    (tmp_path / "go").touch()
    events = []
    while not events or events[-1].query != numbers[-1]:
        events += until(worker, Answered)
    assert [event.query for event in events] == [first, numbers[-1]] and events[-1].values["value"] == 19
    # One that waits dies with the child, and is told of as the newest of its name.
    (tmp_path / "go").unlink()
    (tmp_path / "asked").unlink()
    ask(worker, "wait", folder=tmp_path)
    waiting = ask(worker)
    os.kill(int(wait_for(tmp_path / "asked")), signal.SIGKILL)
    assert [event.query for event in until(worker, Failed)] == [waiting]


def test_a_query_waits_for_a_running_job(worker: FakeWorker, tmp_path: Path) -> None:
    worker.submit("skull", SkullRequest(axial=tmp_path / "good.png", output=tmp_path / "out"))
    ask(worker)
    assert [type(event) for event in until(worker, Answered)] == [Progress, Done, Answered]


def test_cancelling_a_job_does_not_lose_the_newest_query(worker: FakeWorker, tmp_path: Path) -> None:
    worker.submit("skull", SkullRequest(axial=tmp_path / "hangs.png", output=tmp_path / "out"))
    wait_for(tmp_path / "out" / "pid")
    numbers = [ask(worker, value=value) for value in range(3)]
    worker.cancel()
    assert not (tmp_path / "out").exists()
    (answer,) = until(worker, Answered, Failed)
    assert (answer.query, answer.values["value"]) == (numbers[-1], 2)
    worker.cancel()
    assert worker._child.running, "a query is no job"


def test_closing_gives_up_what_is_asked(worker: FakeWorker, tmp_path: Path) -> None:
    ask(worker, "wait", folder=tmp_path)
    worker.close()
    assert worker.poll() == []
    ask(worker)
    assert until(worker, Answered)[0].query == 2


def test_without_a_python_a_query_is_a_sentence(tmp_path: Path) -> None:
    worker = FakeWorker(tmp_path / "no-python")
    assert [ask(worker), ask(worker)] == [1, 2]
    assert [(event.query, "cannot be started" in event.sentence) for event in worker.poll()] == [(1, True), (2, True)]


def test_a_child_that_is_silent_for_too_long_fails_its_query(
    worker: FakeWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(worker, "wait", folder=tmp_path)
    wait_for(tmp_path / "asked")
    monkeypatch.setattr("GenerativeModelsLib.worker.client.HUNG_SECONDS", 0.05)
    (failed,) = until(worker, Failed)
    assert failed.query == 1 and "no progress for a long time" in failed.sentence


def test_what_cannot_be_sent_is_refused_at_once(worker: FakeWorker) -> None:
    with pytest.raises(TypeError, match="A set cannot be sent"):
        ask(worker, values={1})
    ask(worker)
    assert until(worker, Answered)[0].query == 1
