"""The worker as something an asyncio loop can await."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsLib.worker.events import Answered, DeviceFound, Done, Event, Failed, Progress, Refused

__all__ = ["Backend", "BackendFailed"]

POLL_S = 0.05
"""While a case runs."""
QUERY_POLL_S = 0.005


class BackendFailed(RuntimeError):
    """A case or a query that ended without a result through no fault of the input; the message is for the user."""

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
        self._queries: dict[int, tuple[tuple[str, str], asyncio.Future[Any]]] = {}  # in the order asked
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

    async def run(self, anatomy: str, request: CaseRequest, progress: Callable[[str, float], None]) -> Path:
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
            self._worker.submit(anatomy, request)
            self._keep_polling()
            return await self._job
        except asyncio.CancelledError:
            self._worker.cancel()
            for key in {key for key, _ in self._queries.values()}:
                self._drop(self._numbers(key)[:-1])  # the worker asks the newest of each again, and no other
            raise
        finally:
            self._job = None

    async def ask(self, anatomy: str, name: str, values: Mapping[str, Any], **options: Any) -> Any:
        """What a small query returns; arguments and order as `Worker.ask`.

        Raises
        ------
        InputError
            The query was refused.
        BackendFailed
            The worker broke down.
        asyncio.CancelledError
            A newer query of that name was asked before this one began, or its case was cancelled; `close` was called.
        """
        number = self._worker.ask(anatomy, name, values, **options)
        key = anatomy, name
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._drop(self._numbers(key)[1:])  # the first is under way, any other waited
        self._queries[number] = key, answer
        self._keep_polling()
        return await answer

    def close(self) -> None:
        """End the child and whatever it is doing."""
        if self._pump is not None:
            self._pump.cancel()
        self._drop(list(self._queries))
        self._worker.close()

    def _numbers(self, key: tuple[str, str]) -> list[int]:
        """The open queries of an anatomy and a name, the oldest first."""
        return [number for number, (other, _) in self._queries.items() if other == key]

    def _drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._queries.pop(number)[1].cancel()

    def _keep_polling(self) -> None:
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._poll())

    async def _poll(self) -> None:
        while self._queries or self._waiting(self._job) or self._waiting(self._device):
            for event in self._worker.poll():
                self._handle(event)
            await asyncio.sleep(QUERY_POLL_S if self._queries else POLL_S)

    @staticmethod
    def _waiting(future: asyncio.Future | None) -> bool:
        return future is not None and not future.done()

    def _handle(self, event: Event) -> None:
        if isinstance(event, DeviceFound):
            if self._waiting(self._device):
                self._device.set_result(event)
        elif getattr(event, "query", None) is not None:
            self._take_answer(event)
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
            self._job.set_exception(InputError(event.sentence, event.field))
        else:
            self._job.set_exception(BackendFailed(event.sentence, event.details))

    def _take_answer(self, event: Answered | Refused | Failed) -> None:
        if event.query not in self._queries:
            return
        key, _ = self._queries[event.query]
        # The worker says once for all queries of a name that its child has ended.
        for number in [number for number in self._numbers(key) if number <= event.query]:
            _, answer = self._queries.pop(number)
            if not self._waiting(answer):
                continue
            if isinstance(event, Answered):
                answer.set_result(event.values)
            elif isinstance(event, Refused):
                answer.set_exception(InputError(event.sentence, event.field))
            else:
                answer.set_exception(BackendFailed(event.sentence, event.details))
