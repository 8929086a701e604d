"""The worker as the loop awaits it, with a worker that answers at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.events import Answered, DeviceFound, Done, Failed, Progress, Refused
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed

REQUEST = SkullRequest(Path("axial.png"), output=Path("out"))


class FakeWorker:
    """Gives its answers one a poll; queries are numbered from 1."""

    def __init__(self, *answers) -> None:
        self.answers, self.calls, self.asked = list(answers), [], []

    def poll(self):
        return [self.answers.pop(0)] if self.answers else []

    def submit(self, anatomy, request):
        self.calls.append(("submit", anatomy))
        return 1

    def ask(self, anatomy, name, values, **options):
        self.asked.append((anatomy, name, values, options))
        return len(self.asked)

    def __getattr__(self, name):
        return lambda: self.calls.append(name)


def run(backend: Backend, told=lambda message, share: None):
    """Run a case."""
    return backend.run("skull", REQUEST, told)


def test_progress_is_told_and_the_folder_returned():
    told, worker = [], FakeWorker(Progress(1, "reading", 0.25), Progress(1, "done", 1.0), Done(1, Path("out")))
    folder = asyncio.run(run(Backend(worker), lambda message, share: told.append((message, share))))
    assert folder == Path("out") and told == [("reading", 0.25), ("done", 1.0)]
    assert worker.calls == [("submit", "skull")]


@pytest.mark.parametrize(
    "event, kind", [(Refused(1, "No head.", "axial"), InputError), (Failed(1, "Out of memory.", "log"), BackendFailed)]
)
def test_an_end_without_a_result_is_raised(event, kind):
    with pytest.raises(kind, match=event.sentence) as raised:
        asyncio.run(run(Backend(FakeWorker(event))))
    assert raised.value.field == "axial" if kind is InputError else raised.value.details == "log"


def test_a_request_refused_on_the_way_to_the_worker_is_not_waited_for():
    class Refusing(FakeWorker):
        def submit(self, anatomy, request):
            raise InputError("The model is none.")

    backend = Backend(Refusing())
    with pytest.raises(InputError, match="none"):
        asyncio.run(run(backend))
    assert backend._job is None


async def cancelled(task: asyncio.Task) -> None:
    """Cancel a task once it waits."""
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_cancelling_the_task_cancels_the_job():
    worker = FakeWorker()

    async def talk():
        await cancelled(asyncio.ensure_future(run(Backend(worker))))

    asyncio.run(talk())
    assert worker.calls == [("submit", "skull"), "cancel"]


def test_the_device_is_answered_while_a_job_runs():
    async def talk():
        backend = Backend(FakeWorker(DeviceFound("cuda:0", (), "H200"), Done(1, Path("out"))))
        return await asyncio.gather(backend.device(), run(backend))

    device, folder = asyncio.run(talk())
    assert device.name == "cuda:0" and folder == Path("out")


def test_a_worker_that_does_not_start_says_so_to_whoever_asked_for_the_device():
    with pytest.raises(BackendFailed, match="torch"):
        asyncio.run(Backend(FakeWorker(Failed(None, "torch is missing."))).device())


def test_a_query_is_answered_with_what_it_returned():
    worker = FakeWorker(Answered(1, {"volume_ml": 2.0}))
    answer = asyncio.run(Backend(worker).ask("heart", "shape_at", {"z_top": [0.0, 1.0]}, device="cpu"))
    assert answer == {"volume_ml": 2.0}
    assert worker.asked == [("heart", "shape_at", {"z_top": [0.0, 1.0]}, {"device": "cpu"})]


@pytest.mark.parametrize(
    "event, kind",
    [
        (Refused(None, "The point is none.", "z_top", query=1), InputError),
        (Failed(None, "The child ended.", "log", query=1), BackendFailed),
    ],
)
def test_a_query_without_an_answer_is_raised(event, kind):
    with pytest.raises(kind, match=event.sentence) as raised:
        asyncio.run(Backend(FakeWorker(event)).ask("heart", "shape_at", {}))
    assert raised.value.field == "z_top" if kind is InputError else raised.value.details == "log"


async def asked(backend: Backend, *values: int, name: str = "shape_at") -> list[asyncio.Task]:
    """Tasks that ask one after the other."""
    tasks = [asyncio.ensure_future(backend.ask("heart", name, {"z": value})) for value in values]
    await asyncio.sleep(0.01)
    return tasks


def test_a_newer_query_cancels_the_one_that_waits_and_not_the_one_under_way():
    async def talk():
        backend = Backend(FakeWorker(Answered(1, "first"), Answered(4, "last"), Answered(5, "other")))
        tasks = await asked(backend, 1, 2, 3, 4)
        tasks += await asked(backend, 5, name="another")
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    first, second, third, last, other = asyncio.run(talk())
    assert (first, last, other) == ("first", "last", "other")
    assert isinstance(second, asyncio.CancelledError) and isinstance(third, asyncio.CancelledError)


def test_a_query_and_a_case_do_not_take_each_others_ends():
    async def talk():
        backend = Backend(FakeWorker(Failed(None, "Not that.", query=1), Done(1, Path("out"))))
        (task,) = await asked(backend, 1)
        return await asyncio.gather(task, run(backend), return_exceptions=True)

    query, folder = asyncio.run(talk())
    assert isinstance(query, BackendFailed) and folder == Path("out")


def test_the_end_of_the_child_is_told_to_all_queries_of_a_name():
    """The worker says it once, for the newest."""

    async def talk():
        backend = Backend(FakeWorker(Failed(None, "The child ended.", query=2)))
        return await asyncio.wait_for(asyncio.gather(*await asked(backend, 1, 2), return_exceptions=True), 5)

    assert [type(end) for end in asyncio.run(talk())] == [BackendFailed] * 2


def test_a_cancelled_case_leaves_the_newest_query_of_a_name_alone():
    """The worker asks that one again, and no other."""

    async def talk():
        worker = FakeWorker()
        backend = Backend(worker)
        tasks = await asked(backend, 1, 2)
        await cancelled(asyncio.ensure_future(run(backend)))
        worker.answers.append(Answered(2, "newest"))
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    older, newest = asyncio.run(talk())
    assert isinstance(older, asyncio.CancelledError) and newest == "newest"


def test_whoever_stops_waiting_for_a_query_disturbs_no_other():
    async def talk():
        worker = FakeWorker()
        backend = Backend(worker)
        (task,) = await asked(backend, 1)
        await cancelled(task)
        worker.answers.append(Answered(1, "nobody's"))
        worker.answers.append(Answered(2, "mine"))
        return await asyncio.wait_for(backend.ask("heart", "shape_at", {}), 5)

    assert asyncio.run(talk()) == "mine"


def test_closing_ends_the_worker_and_whoever_waits_for_a_query():
    async def talk():
        worker = FakeWorker()
        backend = Backend(worker)
        tasks = await asked(backend, 1)
        backend.close()
        assert worker.calls == ["close"]
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    assert isinstance(asyncio.run(talk())[0], asyncio.CancelledError)
