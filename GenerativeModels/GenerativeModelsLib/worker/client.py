"""The owner's side of a worker."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.skull.case.window_words import for_window
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.worker.child import Child
from GenerativeModelsLib.worker.claim import FolderClaim
from GenerativeModelsLib.worker.events import DeviceFound, Done, Event, Failed, Progress, Refused
from GenerativeModelsLib.worker.failures import HUNG, ended_sentence
from GenerativeModelsLib.worker.wire import request_to_message

__all__ = ["Worker"]

_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the package."""
_PATIENCE_SECONDS = 0.15
"""How long `cancel` waits for the child to go before the tidying continues behind its back."""
_LAST_PATIENCE_SECONDS = 10.0
HUNG_SECONDS = 900.0
"""How long a child may be silent while something is awaited from it; a step of a job takes seconds."""


class Worker:
    """A warm child process that reconstructs cases one after the other.

    Nothing is started by the constructor. `start` warms the child up, `submit` hands it a case, `poll` tells what has
    happened since; call it some times a second from the one thread that uses the worker. The child never harms its
    owner: an error, a crash or an out-of-memory there arrives as a `Failed` with a sentence, and the next `submit`
    starts a new child.

    Parameters
    ----------
    python
        The interpreter of the child; None = the one that runs now. In 3D Slicer: PythonSlicer.
    environment
        Variables on top of this process's own. PYTHONPATH is extended so that the child finds this very package.
    """

    _SERVE = "GenerativeModelsLib.worker.serve"

    def __init__(self, python: Path | str | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._python = str(python or sys.executable)
        self._environment = dict(environment or {})
        self._child: Child | None = None
        self._news: list[Event] = []
        self._job = 0
        self._claim: FolderClaim | None = None
        self._output = Path()
        self._asked_device = False
        self._warm = False
        self._not_started = "", ""  # sentence and details of why there is no child
        self._tidying: threading.Thread | None = None
        self._heard = 0.0  # when the child last said something, or was asked something

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._claim is not None

    @property
    def warm(self) -> bool:
        """Whether the child has said, as far as `poll` has seen, that it is ready."""
        return self._warm

    def start(self) -> None:
        """Start the child unless it runs; it then imports what it will need, and loads no model yet."""
        self._forget_the_dead()
        if self._child is not None:
            return
        command = [self._python, "-X", "faulthandler", "-m", self._SERVE]
        try:
            self._child = Child(command, self._variables(), _ROOT)
        except OSError as error:
            reason = error.strerror or error
            sentence = f"The Python {self._python} cannot be started ({reason}): name another one."
            self._not_started = sentence, repr(error)

    def ask_device(self) -> None:
        """Ask what the device "auto" is here; a `DeviceFound` (or a `Failed` of no job) will answer."""
        self.start()
        self._asked_device = True
        self._heard = time.monotonic()
        if self._child is None:
            self._conclude(*self._not_started)
        else:
            self._child.send({"ask": "device"})

    def submit(self, request: SkullRequest) -> int:
        """Begin a case and return its number; events of that job follow, the last one Done, Refused or Failed.

        Parameters
        ----------
        request
            Its `output` is a folder that is not there yet, or empty. It is whole when `Done` has come, and gone (the
            folders above it, too, that were made for it) after anything else.

        Raises
        ------
        RuntimeError
            A job is running already.
        InputError
            The output folder cannot be used.
        """
        if self.busy:
            raise RuntimeError("A reconstruction is running: wait for it or cancel it.")
        self._wait_for_tidying()
        self.start()  # first, so that an older child that has ended is not taken for the end of this job
        self._claim = FolderClaim(request.output)
        self._output = request.output
        self._job += 1
        self._heard = time.monotonic()
        if self._child is None:
            self._conclude(*self._not_started)
        else:
            self._child.send({"job": self._job, "request": request_to_message(request)})
        return self._job

    def poll(self) -> list[Event]:
        """What has happened since the last call. Never waits."""
        # Asked before the messages are taken, so that none is missed.
        self._hear(ended=self._child is not None and self._child.over)
        if (self.busy or self._asked_device) and time.monotonic() - self._heard > HUNG_SECONDS:
            self._give_up()
        events, self._news = self._news, []
        return events

    def cancel(self) -> None:
        """End the running job: kill the child and remove what it has written. No event of the job follows.

        Does nothing without a job. `start` (or the next `submit`) begins a new child; a question for the device that
        was still open begins one, too, to be answered there.
        """
        if self.busy:
            asked = self._asked_device
            self._end_child()
            if asked:
                self.ask_device()

    def close(self) -> None:
        """End the child, and its job if there is one. The worker may be started again."""
        self._end_child()
        self._wait_for_tidying()

    def _end_child(self) -> None:
        """Kill the child, if any, then remove the claimed folder, both in a thread: a process may take its time."""
        child, claim = self._child, self._claim
        self._child, self._claim, self._news = None, None, []
        self._asked_device = self._warm = False
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

    def _variables(self) -> dict[str, str]:
        variables = {**os.environ, **self._environment, "PYTHONIOENCODING": "utf-8"}
        others = [place for place in variables.get("PYTHONPATH", "").split(os.pathsep) if place]
        variables["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *others])
        return variables

    def _forget_the_dead(self) -> None:
        """Let go of a child that has ended, so that what it leaves unanswered is told before another takes over."""
        if self._child is not None and not self._child.running:
            self._hear(ended=True)

    def _hear(self, *, ended: bool) -> None:
        """Take what the child has said; when it has ended, forget it."""
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
        """Turn a message of the child into an event."""
        kind, job = message.get("event"), message.get("job")
        if kind == "ready":
            self._warm = True
        elif kind == "device":
            self._asked_device = False
            warnings = tuple(for_window(warning) for warning in message["warnings"])
            self._news.append(DeviceFound(message["name"], warnings, message["hardware"]))
        elif job is None:
            self._asked_device = False
            self._news.append(Failed(None, for_window(message["sentence"]), message.get("details", "")))
        elif kind == "progress":
            text = message["message"]
            self._news.append(Progress(job, text[:1].upper() + text[1:], message["share"]))
        elif kind == "done":
            self._claim = None
            self._news.append(Done(job, self._output))
        else:
            self._discard()
            sentence = for_window(message["sentence"])
            refused = kind == "refused"
            self._news.append(Refused(job, sentence) if refused else Failed(job, sentence, message["details"]))
        if message.get("last"):
            self._retire()

    def _give_up(self) -> None:
        """End a child that has been silent for too long, and say so to whoever waits."""
        child, self._child, self._warm = self._child, None, False
        child.kill()
        self._conclude(HUNG, child.log)

    def _retire(self) -> None:
        """Part with a child that is about to end; the next job gets a new one."""
        child, self._child, self._warm = self._child, None, False
        threading.Thread(target=child.kill, daemon=True).start()
        self._conclude(ended_sentence(0), child.log)

    def _conclude(self, sentence: str, details: str) -> None:
        """Say that there is no child any more to whoever waits for an answer of it."""
        if self.busy:
            self._discard()
            self._news.append(Failed(self._job, sentence, details))
        if self._asked_device:
            self._asked_device = False
            self._news.append(Failed(None, sentence, details))

    def _discard(self) -> None:
        if self._claim is not None:
            self._claim.discard()
            self._claim = None
