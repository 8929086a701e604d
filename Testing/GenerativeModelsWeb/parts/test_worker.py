"""The worker as the loop awaits it, with a worker that answers at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.events import DeviceFound, Done, Failed, Progress, Refused
from GenerativeModelsWeb.parts.worker import Backend, BackendFailed

REQUEST = SkullRequest(Path("axial.png"), Path("out"))


class FakeWorker:
    """Gives its answers one a poll."""

    def __init__(self, *answers) -> None:
        self.answers, self.calls = list(answers), []

    def poll(self):
        return [self.answers.pop(0)] if self.answers else []

    def submit(self, request):
        self.calls.append("submit")
        return 1

    def __getattr__(self, name):
        return lambda: self.calls.append(name)


def test_progress_is_told_and_the_folder_returned():
    told = []
    backend = Backend(FakeWorker(Progress(1, "reading", 0.25), Progress(1, "done", 1.0), Done(1, Path("out"))))
    folder = asyncio.run(backend.reconstruct(REQUEST, lambda message, share: told.append((message, share))))
    assert folder == Path("out") and told == [("reading", 0.25), ("done", 1.0)]


@pytest.mark.parametrize(
    "event, kind", [(Refused(1, "No head."), InputError), (Failed(1, "Out of memory.", "log"), BackendFailed)]
)
def test_an_end_without_a_result_is_raised(event, kind):
    with pytest.raises(kind, match=event.sentence):
        asyncio.run(Backend(FakeWorker(event)).reconstruct(REQUEST, lambda *_: None))


def test_a_request_refused_on_the_way_to_the_worker_is_not_waited_for():
    class Refusing(FakeWorker):
        def submit(self, request):
            raise InputError("The model is none.")

    backend = Backend(Refusing())
    with pytest.raises(InputError, match="none"):
        asyncio.run(backend.reconstruct(REQUEST, lambda *_: None))
    assert backend._job is None


def test_cancelling_the_task_cancels_the_job():
    worker = FakeWorker()

    async def run():
        task = asyncio.ensure_future(Backend(worker).reconstruct(REQUEST, lambda *_: None))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert worker.calls == ["submit", "cancel"]


def test_the_device_is_answered_while_a_job_runs():
    async def run():
        backend = Backend(FakeWorker(DeviceFound("cuda:0", (), "H200"), Done(1, Path("out"))))
        return await asyncio.gather(backend.device(), backend.reconstruct(REQUEST, lambda *_: None))

    device, folder = asyncio.run(run())
    assert device.name == "cuda:0" and folder == Path("out")


def test_a_worker_that_does_not_start_says_so_to_whoever_asked_for_the_device():
    with pytest.raises(BackendFailed, match="torch"):
        asyncio.run(Backend(FakeWorker(Failed(None, "torch is missing."))).device())


def test_closing_ends_the_worker():
    worker = FakeWorker()
    Backend(worker).close()
    assert worker.calls == ["close"]
