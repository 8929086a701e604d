"""Owner's side of a worker process."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.registry import anatomy_of, place_of
from GenerativeModelsLib.anatomy.request import CaseRequest, ModelRequest
from GenerativeModelsLib.worker.child import Child, environment_for
from GenerativeModelsLib.worker.claim import FolderClaim
from GenerativeModelsLib.worker.events import Event, Failed
from GenerativeModelsLib.worker.failures import HUNG, ended_sentence
from GenerativeModelsLib.worker.queries import OpenQueries
from GenerativeModelsLib.worker.replies import event_of
from GenerativeModelsLib.worker.wire import packed, request_to_message

__all__ = ["Worker"]

_ROOT = Path(__file__).resolve().parents[2]
"""Folder that contains the package."""
_PATIENCE_SECONDS = 0.15
"""Longest wait of `cancel` for the child to end; cleaning then continues in a thread."""
_LAST_PATIENCE_SECONDS = 10.0
HUNG_SECONDS = 900.0
"""Silence after which a child with open requests is ended; a step of a job takes seconds."""


class Worker:
    """A child process that runs cases of any anatomy one after the other, and answers queries.

    The constructor starts nothing. `start` starts the child and its imports, `submit` sends a case, `ask` a query,
    `poll` returns the events since the last call; call it several times a second from the one thread that uses the
    worker. An error, a crash or an out-of-memory of the child is a `Failed` event with a sentence, and the next
    `submit` or `ask` starts a new child.

    Parameters
    ----------
    anatomy
        Name of the anatomy whose modules the child imports in advance.
    python
        Interpreter of the child; None = the current one. In 3D Slicer: PythonSlicer.
    environment
        Variables added to those of this process. PYTHONPATH is extended so that the child imports this package.
    """

    _SERVE = "GenerativeModelsLib.worker.serve"

    def __init__(
        self, anatomy: str, python: Path | str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._anatomy = anatomy_of(anatomy)
        self._python = str(python or sys.executable)
        self._environment = dict(environment or {})
        self._child: Child | None = None
        self._news: list[Event] = []
        self._job = 0
        self._claim: FolderClaim | None = None
        self._output, self._of_job = Path(), self._anatomy
        self._asked_device = False
        self._queries = OpenQueries()
        self._warm = False
        self._not_started = "", ""  # message and details of a child that could not be started
        self._tidying: threading.Thread | None = None
        self._heard = 0.0  # time of the last message from or request to the child

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._claim is not None

    @property
    def warm(self) -> bool:
        """Whether `poll` has received the message that the child is ready."""
        return self._warm

    def start(self) -> None:
        """Start the child unless it runs; it imports its modules but loads no model."""
        self._forget_the_dead()
        if self._child is not None:
            return
        command = [self._python, "-X", "faulthandler", "-m", self._SERVE, place_of(self._anatomy.name)]
        try:
            self._child = Child(command, environment_for(_ROOT, self._environment), _ROOT)
        except OSError as error:
            reason = error.strerror or error
            sentence = f"The Python {self._python} cannot be started ({reason}): name another one."
            self._not_started = sentence, repr(error)

    def ask_device(self) -> None:
        """Query the device "auto" on this machine; the answer is a `DeviceFound`, or a `Failed` without job."""
        self.start()
        self._asked_device = True
        self._heard = time.monotonic()
        if self._child is None:
            self._conclude(*self._not_started)
        else:
            self._child.send({"ask": "device"})

    def submit(self, anatomy: str, request: CaseRequest) -> int:
        """Start a case and return its number; events of that job follow, the last one Done, Refused or Failed.

        Parameters
        ----------
        anatomy
            Name of the request's anatomy.
        request
            Its `output` does not exist yet, or is an empty folder. It is complete after `Done`, and removed after any
            other end, with the parent folders made for it.

        Raises
        ------
        RuntimeError
            A job is running already.
        InputError
            The output folder cannot be used.
        """
        if self.busy:
            raise RuntimeError("A case is running: wait for it or cancel it.")
        message = {"place": place_of(anatomy), "request": request_to_message(request)}
        self._wait_for_tidying()
        self.start()  # first, so that an older child that has ended is not taken for the end of this job
        self._claim = FolderClaim(request.output)
        self._output, self._of_job = request.output, anatomy_of(anatomy)
        self._job += 1
        self._heard = time.monotonic()
        if self._child is None:
            self._conclude(*self._not_started)
        else:
            self._child.send({"job": self._job, **message})
        return self._job

    def ask(
        self,
        anatomy: str,
        name: str,
        values: Mapping[str, Any],
        *,
        model: Path | None = None,
        device: str = "auto",
    ) -> int:
        """Send a query and return its number; `Answered`, `Refused` or `Failed` follows.

        One query per name is sent at a time. Of those asked meanwhile only the newest is kept, so that a slider can ask
        at every step; the others are never answered. A query waits while a case is running.

        Parameters
        ----------
        anatomy, name
            Name of the anatomy, and name of the query in its `queries`.
        values
            Arguments of the query: JSON values, arrays and paths.
        model
            Folder of a model bundle; None = the shipped one.
        device
            As in `ModelRequest`.
        """
        self._wait_for_tidying()
        self.start()
        content = {"values": packed(values), "model": packed(model), "device": device}
        query = self._queries.new(place_of(anatomy), name, content)
        self._heard = time.monotonic()
        now = self._queries.admit(query)
        if self._child is None:
            self._conclude(*self._not_started)
        elif now:
            self._child.send(query.message)
        return query.number

    def poll(self) -> list[Event]:
        """Events since the last call; never blocks."""
        # Checked before the messages are read, so that none is missed.
        self._hear(ended=self._child is not None and self._child.over)
        if (self.busy or self._asked_device or self._queries) and time.monotonic() - self._heard > HUNG_SECONDS:
            self._give_up()
        events, self._news = self._news, []
        return events

    def cancel(self) -> None:
        """End the running job: kill the child and remove what it has written. No event of the job follows.

        Does nothing without a job. `start` or the next `submit` starts a new child; open queries and an open device
        query start one, too.
        """
        if self.busy:
            asked, queries = self._asked_device, self._queries.close_all()
            self._end_child()
            if asked:
                self.ask_device()
            if queries:
                self._wait_for_tidying()
                self.start()
            for query in queries:
                if self._queries.admit(query) and self._child is not None:
                    self._child.send(query.message)

    def close(self) -> None:
        """End the child, and its job if there is one. The worker may be started again."""
        self._end_child()
        self._wait_for_tidying()

    def _end_child(self) -> None:
        """Kill the child, if any, then remove the claimed folder; in a thread, since a process may end slowly."""
        child, claim = self._child, self._claim
        self._child, self._claim, self._news = None, None, []
        self._asked_device = self._warm = False
        self._queries.close_all()
        self._wait_for_tidying()

        def tidy() -> None:
            if child is not None:
                child.kill()
            if claim is not None:
                claim.discard()

        self._tidying = threading.Thread(target=tidy)
        self._tidying.start()
        self._tidying.join(_PATIENCE_SECONDS)

    def _wait_for_tidying(self) -> None:
        if self._tidying is not None:
            self._tidying.join(_LAST_PATIENCE_SECONDS)
            self._tidying = None

    def _forget_the_dead(self) -> None:
        """Forget a child that has ended, and report its open requests before another child starts."""
        if self._child is not None and not self._child.running:
            self._hear(ended=True)

    def _hear(self, *, ended: bool) -> None:
        """Process the messages of the child; if it has ended, forget it."""
        child = self._child
        if child is None:
            return
        for message in child.messages():
            self._heard = time.monotonic()
            self._take(message)
        if ended and self._child is child:
            self._child, self._warm = None, False
            self._conclude(ended_sentence(child.exit_code), child.log)

    def _take(self, message: dict[str, Any]) -> None:
        """Convert a message of the child to an event."""
        kind, job, query = message.get("event"), message.get("job"), message.get("query")
        if kind == "ready":
            self._warm = True
            return
        request = ModelRequest if job is None else self._of_job.request
        self._news.append(event_of(message, request, self._output))
        if kind == "done":
            self._claim = None
        elif query is not None:
            self._close_query(query)
        elif job is None:
            self._asked_device = False
        elif kind != "progress":
            self._discard()
        if message.get("last"):
            self._retire()

    def _close_query(self, number: int) -> None:
        """Close an answered query, and send the query that waited for it."""
        waiting = self._queries.answered(number)
        if waiting is not None and self._child is not None:
            self._child.send(waiting.message)

    def _give_up(self) -> None:
        """End a child that has been silent for `HUNG_SECONDS`, and report its open requests as failed."""
        child, self._child, self._warm = self._child, None, False
        child.kill()
        self._conclude(HUNG, child.log)

    def _retire(self) -> None:
        """Release a child that is about to end; the next job starts a new one."""
        child, self._child, self._warm = self._child, None, False
        threading.Thread(target=child.kill, daemon=True).start()
        self._conclude(ended_sentence(0), child.log)

    def _conclude(self, sentence: str, details: str) -> None:
        """Report all open requests of an ended child as failed."""
        if self.busy:
            self._discard()
            self._news.append(Failed(self._job, sentence, details))
        if self._asked_device:
            self._asked_device = False
            self._news.append(Failed(None, sentence, details))
        for query in self._queries.close_all():
            self._news.append(Failed(None, sentence, details, query.number))

    def _discard(self) -> None:
        if self._claim is not None:
            self._claim.discard()
            self._claim = None
