"""What a child does with a message, in this process; the child as a process is in `test_serve_for_real`."""

from __future__ import annotations

import importlib
import io

import pytest

from GenerativeModelsLib.anatomy import run as cases
from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.worker import serve
from GenerativeModelsLib.worker.serve import Server, warm_up
from GenerativeModelsLib.worker.wire import from_line

SKULL = "GenerativeModelsLib.skull.anatomy:SKULL"
JOB = {"job": 1, "place": SKULL, "request": {"axial": {"$path": "a.png"}, "output": {"$path": "/out"}}}


def answers(message: dict) -> tuple[bool, list[dict]]:
    """Whether the server goes on, and what it says."""
    replies = io.BytesIO()
    goes_on = Server(replies).answer(message)
    return goes_on, [from_line(line) for line in replies.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def any_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "keep_to_memory", lambda need: "")


@pytest.mark.parametrize("anatomy", anatomy_names())
def test_every_module_of_the_warm_up_exists(anatomy: str) -> None:
    names = anatomy_of(anatomy).warm_up
    assert len(names) > 5
    for name in names:
        importlib.import_module(name)


def test_a_missing_and_a_broken_package_are_left_to_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fails(name: str) -> None:
        tried.append(name)
        raise OSError("DLL load failed") if name == "torch" else ModuleNotFoundError(name)

    monkeypatch.setattr(serve, "import_module", fails)
    warm_up(["torch", "vtk"])
    assert tried == ["torch", "vtk"]


def test_a_refusal_keeps_its_marks_so_that_the_owner_can_word_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_, **__) -> None:
        raise InputError(f"{named('samples')} is odd.")

    monkeypatch.setattr(cases, "run_case", refuse)
    assert answers(JOB) == (
        True,
        [{"event": "refused", "job": 1, "text": f"{named('samples')} is odd.", "field": "samples"}],
    )


@pytest.mark.parametrize(
    ("error", "goes_on"), [(MemoryError(), False), (ImportError("DLL load failed"), False), (KeyError("x"), True)]
)
def test_after_an_error_that_may_leave_modules_half_made_the_child_ends(
    error: Exception, goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_, **__) -> None:
        raise error

    monkeypatch.setattr(cases, "run_case", fail)
    found, (said,) = answers(JOB)
    assert found is goes_on
    assert (said["event"], said["job"], said["last"]) == ("failed", 1, not goes_on)
    assert type(error).__name__ in said["details"]


def test_computed_cases_are_kept_from_job_to_job(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr(cases, "run_case", lambda *_, **options: kept.append(options["kept"]))
    server = Server(io.BytesIO())
    server.answer(JOB)
    server.answer(JOB)
    assert kept[0] is kept[1] is not None


def test_an_unusable_request_is_refused_before_anything_is_loaded() -> None:
    job = {**JOB, "request": JOB["request"] | {"samples": -1}}
    _, (said,) = answers(job)
    assert said["event"] == "refused" and said["field"] == "samples"


def test_the_folder_at_work_is_known_while_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = io.BytesIO()
    server = Server(replies)
    seen = []
    monkeypatch.setattr(cases, "run_case", lambda *_, **__: seen.append(str(server.writing)))
    assert server.answer(JOB) and seen == ["/out"] and server.writing is None
