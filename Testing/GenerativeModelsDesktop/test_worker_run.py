"""A run from start to end, with stand-ins for the worker process and Qt's timers; no Slicer needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.worker import Answered, DeviceFound, Done, Failed, Progress, Refused

RESULT = Path("result")


class StandInWorker:
    """Writes each call into `log`; `poll` returns `events` once."""

    def __init__(self, log: list) -> None:
        self.log, self.events, self.busy, self.refusal, self.asked = log, [], False, None, 0

    def submit(self, anatomy: str, request: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.busy = True
        self.log.append(("submit", anatomy, request))

    def ask(self, anatomy: str, name: str, values: object, **options: object) -> int:
        self.asked += 1
        self.log.append(("ask", anatomy, name, values, options))
        return self.asked

    def poll(self) -> list:
        events, self.events = self.events, []
        self.busy = self.busy and not any(isinstance(event, (Done, Refused, Failed)) for event in events)
        return events

    def __getattr__(self, name: str) -> Callable[[], None]:
        return lambda: self.log.append(name)


class StandInCase:
    """Two steps to show; `fault` is raised in the second."""

    key = "case 1"

    def __init__(
        self,
        log: list,
        request: object = "a request",
        fault: Exception | None = None,
        anatomy: str | None = None,
    ) -> None:
        self.log, self.request, self.fault, self.anatomy = log, request, fault, anatomy

    def show(self, folder: Path) -> Iterator[str]:
        self.log.append(("show", folder))
        yield "first step"
        if self.fault is not None:
            raise self.fault
        self.log.append("second step")
        yield "second step"

    def discard_files(self) -> None:
        self.log.append("discard")


class Panel:
    """A listener that writes each call into `log`."""

    def __init__(self, log: list) -> None:
        self.log = log

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values: self.log.append((name, *values))


@pytest.fixture
def log() -> list:
    """Calls to worker, case and listener, in order."""
    return []


@pytest.fixture
def module(desktop: Callable[[str], ModuleType]) -> ModuleType:
    return desktop("worker_run")


@pytest.fixture
def worker(log: list) -> StandInWorker:
    return StandInWorker(log)


@pytest.fixture
def run(module: ModuleType, log: list, worker: StandInWorker):
    return module.WorkerRun(Panel(log), "heart", "Showing the heart", worker)


def elapse(run) -> None:
    """Let all running timers time out, until those of the run have stopped."""
    for _ in range(10):
        for timer in (run._poll_timer, run._step_timer):
            if timer.active:
                timer.timeout()


def answer(run, worker: StandInWorker, *events: object) -> None:
    worker.events = list(events)
    elapse(run)


def test_a_case_is_submitted_shown_and_reported(run, worker: StandInWorker, log: list) -> None:
    request = object()
    run.start(StandInCase(log, request))
    assert run.busy
    answer(run, worker, Progress(1, "Computing", 0.5), Done(1, RESULT))
    assert log == [
        ("submit", "heart", request),
        ("run_progress", "Computing", 0.5),
        ("run_progress", "Showing the heart", 1.0),
        ("show", RESULT),
        "second step",
        "discard",
        ("run_done", "case 1"),
    ]
    assert not run.busy
    assert not any(timer.active for timer in (run._poll_timer, run._step_timer))


def test_a_step_is_taken_only_between_two_turns_of_the_event_loop(run, worker: StandInWorker, log: list) -> None:
    run.start(StandInCase(log))
    worker.events = [Done(1, RESULT)]
    run._poll_timer.timeout()
    assert ("show", RESULT) not in log
    run._step_timer.timeout()
    assert log[-1] == ("show", RESULT)
    run._step_timer.timeout()
    assert log[-1] == "second step"


@pytest.mark.parametrize("event", [Refused(1, "The input is bad."), Failed(1, "The input is bad.", "traceback")])
def test_a_refused_or_failed_case_is_a_sentence(run, worker: StandInWorker, log: list, event: object) -> None:
    run.start(StandInCase(log))
    answer(run, worker, event)
    assert log[1:] == ["discard", ("run_failed", "The input is bad.")]
    assert not run.busy


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (InputError(f"{named('seed')} is -1."), "The seed is -1."),
        (KeyError("x"), "The result could not be shown ('x')"),
    ],
)
def test_a_result_that_cannot_be_shown_is_a_sentence(
    run, worker: StandInWorker, log: list, fault: Exception, words: str
) -> None:
    run.start(StandInCase(log, fault=fault))
    answer(run, worker, Done(1, RESULT))
    (name, sentence) = log[-1]
    assert name == "run_failed" and sentence.startswith(words)
    assert log[-2] == "discard" and not run.busy


def test_a_case_that_the_worker_refuses_at_once_leaves_no_files(run, worker: StandInWorker, log: list) -> None:
    worker.refusal = InputError("The folder cannot be used.")
    with pytest.raises(InputError, match="cannot be used"):
        run.start(StandInCase(log))
    assert log == ["discard"] and not run.busy


def test_one_case_at_a_time(run, log: list) -> None:
    run.start(StandInCase(log))
    with pytest.raises(RuntimeError, match="is running"):
        run.start(StandInCase(log))


def test_cancel_stops_the_worker_then_removes_the_files_and_reports_nothing(
    run, worker: StandInWorker, log: list
) -> None:
    run.cancel()
    assert log == []
    run.start(StandInCase(log))
    run.cancel()
    assert log[1:] == ["cancel", "discard", "start"]
    worker.busy = False
    answer(run, worker, Done(1, RESULT))
    assert len(log) == 4


def test_cancel_while_the_result_is_shown_takes_no_further_step(run, worker: StandInWorker, log: list) -> None:
    run.start(StandInCase(log))
    worker.events = [Done(1, RESULT)]
    run._poll_timer.timeout()
    run._step_timer.timeout()
    run.cancel()
    elapse(run)
    assert "second step" not in log


def test_the_device_is_asked_for_once(run, worker: StandInWorker, log: list) -> None:
    run.warm_up()
    run.warm_up()
    assert log == ["ask_device"]
    answer(run, worker, DeviceFound("cuda:0", ("An old card was passed over.",), "A card"))
    assert log[-1] == ("device_found", "auto is cuda:0 (A card). An old card was passed over.")
    assert not run._poll_timer.active
    run.warm_up()
    answer(run, worker, Failed(None, "torch cannot be imported.", "traceback"))
    assert log[-1] == ("device_found", "torch cannot be imported.")


def test_the_worker_is_released_only_while_idle(run, worker: StandInWorker, log: list) -> None:
    run.release_later()
    assert run._release_timer.active
    run.start(StandInCase(log))
    assert not run._release_timer.active
    run.release_later()
    run._release_timer.active = False  # it is a single shot
    run._release_timer.timeout()
    assert "close" not in log
    assert run._release_timer.active, "a run that ends after the module was left is waited for"
    answer(run, worker, Refused(1, "No."))
    run._release_timer.timeout()
    assert log[-1] == "close"


def test_a_query_is_answered(run, worker: StandInWorker, log: list) -> None:
    run.ask("walk", {"steps": 3}, lambda values: log.append(("answer", values)), device="cpu")
    assert log == [("ask", "heart", "walk", {"steps": 3}, {"model": None, "device": "cpu"})]
    assert run._poll_timer.active and not run.busy
    answer(run, worker, Answered(1, "meshes"))
    assert log[1:] == [("answer", "meshes")]
    assert not run._poll_timer.active


def test_of_the_queries_of_a_name_the_latest_wins(run, worker: StandInWorker, log: list) -> None:
    for number in (1, 2, 3):
        run.ask("walk", {}, lambda values, number=number: log.append((number, values)))
    run.ask("size", {}, lambda values: log.append(("size", values)))
    log.clear()
    answer(run, worker, Answered(1, "a"), Answered(3, "c"), Answered(2, "b"))
    assert log == [(1, "a"), (3, "c")], "an older answer never follows a newer one"
    answer(run, worker, Answered(4, "d"))
    assert log[-1] == ("size", "d")


@pytest.mark.parametrize("event", [Refused(None, "Bad.", query=1), Failed(None, "Bad.", "traceback", 1)])
def test_a_query_that_fails_is_a_sentence_and_ends_no_case(run, worker: StandInWorker, log: list, event) -> None:
    run.start(StandInCase(log))
    run.ask("walk", {}, log.append, log.append)
    answer(run, worker, event)
    assert log[-1] == "Bad." and run.busy
    run.ask("walk", {}, log.append)
    count = len(log)
    answer(run, worker, type(event)(None, "Bad.", query=2))
    assert len(log) == count and run.busy


def test_asking_again_does_not_put_off_the_answer(run, worker: StandInWorker, log: list, monkeypatch) -> None:
    starts = []
    monkeypatch.setattr(
        type(run._poll_timer), "start", lambda timer: starts.append(timer) or setattr(timer, "active", 1)
    )
    for _ in range(3):
        run.ask("walk", {}, log.append)
    assert starts == [run._poll_timer], "each start of a timer begins its interval anew"


@pytest.mark.parametrize("error", [InputError("The heart has no surface."), ValueError("The heart has no surface.")])
def test_an_answer_that_cannot_be_shown_is_a_sentence(run, worker: StandInWorker, log: list, error) -> None:
    def shown(values: object) -> None:
        raise error

    run.start(StandInCase(log))
    run.ask("walk", {}, shown, lambda sentence: log.append(("failed", sentence)))
    answer(run, worker, Answered(1, "meshes"), Progress(1, "Reading", 0.5))
    assert log[-1] == ("run_progress", "Reading", 0.5), "the events that follow are not lost"
    assert log[-2][0] == "failed" and "The heart has no surface." in log[-2][1]


def test_a_query_after_the_module_was_left_keeps_the_worker_only_for_a_while(run, worker: StandInWorker, log) -> None:
    run.release_later()
    run.ask("walk", {}, log.append)
    assert run._release_timer.active
    run._release_timer.timeout()
    assert log[-1] == "close"
    run.ask("walk", {}, log.append)
    answer(run, worker, Answered(2, "again"))
    assert log[-1] == "again"


def test_a_closed_run_forgets_its_queries(run, worker: StandInWorker, log: list) -> None:
    run.ask("walk", {}, log.append)
    run.close()
    run.warm_up()
    answer(run, worker, Answered(1, "late"), DeviceFound("cpu"))
    assert "late" not in log


def test_another_worker_takes_over(run, worker: StandInWorker, log: list) -> None:
    run.warm_up()
    run.start(StandInCase(log))
    other: list = []
    run.replace_worker(replaced := StandInWorker(other))
    assert log[-2:] == ["close", "discard"] and not run.busy
    assert run.worker is replaced
    run.warm_up()
    assert other == ["ask_device"]


def test_a_new_worker_is_one_of_the_anatomy_in_slicers_python(
    module: ModuleType, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Worker", lambda anatomy, python: StandInWorker([anatomy, python]))
    monkeypatch.setattr(module.shutil, "which", {"PythonSlicer": "/slicer/bin/PythonSlicer"}.get)
    run.replace_worker()
    assert run.worker.log == ["heart", "/slicer/bin/PythonSlicer"]
    assert module.WorkerRun(Panel([]), "skull", "Showing").worker.log[0] == "skull"


def test_a_case_of_another_anatomy_is_submitted_as_one(run, log: list) -> None:
    run.start(StandInCase(log, anatomy="repair"))
    assert ("submit", "repair", "a request") in log


def test_a_worker_whose_cases_no_model_computes_is_not_asked_for_its_device(module: ModuleType, log: list) -> None:
    run = module.WorkerRun(Panel(log), "segmentation", "Showing", StandInWorker(log))
    run.warm_up()
    assert log == ["start"]
