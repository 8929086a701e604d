"""The reconstruction worker as something an asyncio loop can await."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsLib.worker.events import DeviceFound, Done, Event, Progress, Refused

__all__ = ["Backend", "BackendFailed"]

POLL_S = 0.05


class BackendFailed(RuntimeError):
    """A reconstruction that ended without a result through no fault of the input; the message is for the user."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.details = details


class Backend:
    """One warm child process, polled from the loop; answers go to whoever awaits them.

    Parameters
    ----------
    worker
        Taken over: `close` closes it.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._job: asyncio.Future[Path] | None = None
        self._device: asyncio.Future[DeviceFound] | None = None
        self._progress: Callable[[str, float], None] = lambda message, share: None
        self._pump: asyncio.Task | None = None

    def start(self) -> None:
        """Start the child, so that it has imported what it needs when the first request comes."""
        self._worker.start()

    async def device(self) -> DeviceFound:
        """What the device "auto" stands for on this machine; `BackendFailed` when the child cannot say."""
        self._device = asyncio.get_running_loop().create_future()
        self._worker.ask_device()
        self._keep_polling()
        return await self._device

    async def reconstruct(self, request: SkullRequest, progress: Callable[[str, float], None]) -> Path:
        """The folder of the finished case; cancelling the awaiting task kills the job and leaves nothing of it.

        Raises
        ------
        InputError
            The request was refused.
        BackendFailed
            The worker broke down: out of memory, crashed.
        """
        self._progress = progress
        self._job = asyncio.get_running_loop().create_future()
        try:
            self._worker.submit(request)
            self._keep_polling()
            return await self._job
        except asyncio.CancelledError:
            self._worker.cancel()
            raise
        finally:
            self._job = None

    def close(self) -> None:
        """End the child and whatever it is doing."""
        if self._pump is not None:
            self._pump.cancel()
        self._worker.close()

    def _keep_polling(self) -> None:
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._poll())

    async def _poll(self) -> None:
        while self._waiting(self._job) or self._waiting(self._device):
            for event in self._worker.poll():
                self._handle(event)
            await asyncio.sleep(POLL_S)

    @staticmethod
    def _waiting(future: asyncio.Future | None) -> bool:
        return future is not None and not future.done()

    def _handle(self, event: Event) -> None:
        if isinstance(event, DeviceFound):
            if self._waiting(self._device):
                self._device.set_result(event)
        elif event.job is None:
            if self._waiting(self._device):
                self._device.set_exception(BackendFailed(event.sentence, event.details))
        elif not self._waiting(self._job):
            return
        elif isinstance(event, Progress):
            self._progress(event.message, event.share)
        elif isinstance(event, Done):
            self._job.set_result(event.folder)
        elif isinstance(event, Refused):
            self._job.set_exception(InputError(event.sentence))
        else:
            self._job.set_exception(BackendFailed(event.sentence, event.details))
