"""Runs one case at a time and queries in a worker process polled by a Qt timer, and shows results in short steps.

The application stays responsive: work in this process (reading the case, filling the scene, arranging the views) is
divided into short steps, one per turn of the event loop.
"""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import qt
from slicer.i18n import tr as _

from GenerativeModelsDesktop.pending_queries import PendingQueries
from GenerativeModelsLib.anatomy.registry import anatomy_of
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.worker import DeviceFound, Done, Event, Failed, Progress, Refused, Worker

__all__ = ["Case", "Listener", "WorkerRun", "slicer_python"]

POLL_MS = 50
QUERY_POLL_MS = 10
"""Pause between two looks at the worker while a query is open, whose answer a moved slider waits for."""
STEP_MS = 15
"""Pause between two steps, in which the views are drawn."""
KEEP_WARM_MS = 5 * 60 * 1000
"""Time after which the worker is ended once the user has left the module."""


class Case(Protocol):
    """A case to run, with its input already copied from the scene.

    Attributes
    ----------
    request
        The request of the anatomy; its output folder does not exist yet, or is empty.
    key
        Key by which the module finds the shown case.
    anatomy
        Name of its anatomy in the registry; None = that of the run.
    """

    request: Any
    key: str
    anatomy: str | None

    def show(self, folder: Path) -> Iterator[str]:
        """Show the result folder in the scene, in short steps: one per `next`."""

    def discard_files(self) -> None:
        """Remove the files of the case, the result folder included."""


class Listener(Protocol):
    """Receiver of the events of a `WorkerRun`: the module's panel."""

    def run_progress(self, message: str, share: float) -> None:
        """Progress of the run: current step, and the share that is done, 0 to 1."""

    def run_done(self, key: str) -> None:
        """The result of the case of that key is in the scene."""

    def run_failed(self, sentence: str) -> None:
        """The run ended without a result."""

    def device_found(self, text: str) -> None:
        """The worker has returned the device that "auto" is, or the reason why it is unknown."""


def slicer_python() -> str:
    """Path of PythonSlicer, the interpreter with the packages of Slicer's own; Slicer has it in its PATH."""
    return shutil.which("PythonSlicer") or sys.executable


class WorkerRun:
    """Runs a `Case`: start, progress, then exactly one of done, failed or (after `cancel`) no further call.

    Parameters
    ----------
    listener
        Called on progress and at the end, always from the main thread and never from within a call to this object.
    anatomy
        Name of the anatomy in the registry.
    showing
        Progress message while the result is loaded into the scene.
    worker
        The process that does the work; None = a new one, in Slicer's Python.
    """

    def __init__(self, listener: Listener, anatomy: str, showing: str, worker: Worker | None = None):
        self._listener = listener
        self._anatomy = anatomy
        self._showing = showing
        self._worker = worker or self._new_worker()
        self._case: Case | None = None
        self._steps: Iterator[str] | None = None
        self._asked = False
        self._queries = PendingQueries()
        self._poll_timer = self._timer(POLL_MS, self._poll)
        self._step_timer = self._timer(STEP_MS, self._step)
        self._release_timer = self._timer(KEEP_WARM_MS, self._release)
        self._release_timer.setSingleShot(True)

    @property
    def worker(self) -> Worker:
        """The process that does the work."""
        return self._worker

    @property
    def busy(self) -> bool:
        """Whether a case runs or its result is being shown."""
        return self._case is not None

    def warm_up(self) -> None:
        """Start the worker, so that it imports what cases need, and where a model computes them query its device."""
        self._release_timer.stop()
        if self._asked or self.busy:
            return
        if not anatomy_of(self._anatomy).has_model:
            self._worker.start()
            return
        self._asked = True
        self._worker.ask_device()
        self._poll_timer.start()

    def start(self, case: Case) -> None:
        """Start a case; its events go to the listener.

        Raises
        ------
        InputError
            The worker refuses the case.
        RuntimeError
            A case is running.
        """
        if self.busy:
            raise RuntimeError("a case is running")
        self._release_timer.stop()
        try:
            self._submit(case)
        except Exception:
            case.discard_files()
            raise
        self._case = case
        self._poll_timer.start()

    def ask(
        self,
        name: str,
        values: Mapping[str, Any],
        answered: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
        *,
        model: Path | None = None,
        device: str = "auto",
    ) -> None:
        """Send a query of the anatomy; the latest of a name wins.

        While a query of that name is open, only the newest of the others is sent next, so that a slider can ask at
        every step. An answer never follows the answer to a newer query.

        Parameters
        ----------
        name, values
            Name of the query, and its arguments.
        answered
            Called with the answer, from the main thread.
        failed
            Called with a message if the query is refused or fails; None = such a query is only logged.
        model, device
            As in the requests of cases.
        """
        if self._release_timer.active:  # asked from a plot after the user has left the module
            self._release_timer.start()
        number = self._worker.ask(self._anatomy, name, values, model=model, device=device)
        waiting = self._poll_timer.active and bool(self._queries)
        self._queries.add(number, name, answered, failed)
        if not waiting:  # each start begins the interval anew: a slider that asks faster would see no answer
            self._poll_timer.interval = QUERY_POLL_MS
            self._poll_timer.start()

    def cancel(self) -> None:
        """End the case, if there is one, without a call to the listener, and start a new worker."""
        if not self.busy:
            return
        self._worker.cancel()  # first, since files that it keeps open cannot be removed on Windows
        self._forget()
        self._worker.start()

    def release_later(self) -> None:
        """End the worker, which frees its memory, if the user does not return to the module within `KEEP_WARM_MS`.

        A run is waited for.
        """
        self._release_timer.start()

    def close(self) -> None:
        """End the worker and its case."""
        self._poll_timer.stop()
        self._release_timer.stop()
        self._worker.close()
        self._queries.clear()
        self._forget()

    def replace_worker(self, worker: Worker | None = None) -> None:
        """End the worker and its case, and use the given worker or a new one; tests pass a fake one."""
        self.close()
        self._asked = False
        self._worker = worker or self._new_worker()

    def _new_worker(self) -> Worker:
        return Worker(self._anatomy, python=slicer_python())

    def _submit(self, case: Case) -> None:
        """Submit the case to the worker."""
        self._worker.submit(case.anatomy or self._anatomy, case.request)

    def _release(self) -> None:
        if self.busy:
            self._release_timer.start()
            return
        self._asked = False
        self._queries.clear()
        self._poll_timer.stop()
        self._worker.close()

    def _forget(self) -> None:
        case, self._case = self._case, None
        self._step_timer.stop()
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()
        if case is not None:
            case.discard_files()

    def _poll(self) -> None:
        time.sleep(0.001)  # releases the GIL, which a C++ event loop may hold, for the thread that reads the worker
        for event in self._worker.poll():
            self._take(event)
        self._poll_timer.interval = QUERY_POLL_MS if self._queries else POLL_MS
        if not (self._asked or self._queries or self._worker.busy):
            self._poll_timer.stop()

    def _take(self, event: Event) -> None:
        if getattr(event, "query", None) is not None:
            self._queries.take(event)
        elif isinstance(event, DeviceFound):
            self._asked = False
            found = f"{event.name} ({event.hardware})" if event.hardware else event.name
            self._listener.device_found(" ".join([_("auto is {device}.").format(device=found), *event.warnings]))
        elif isinstance(event, Failed) and event.job is None:
            self._asked = False
            logging.error(event.details)
            self._listener.device_found(event.sentence)
        elif self._case is None:  # an event of a case that was cancelled
            return
        elif isinstance(event, Progress):
            self._listener.run_progress(event.message, event.share)
        elif isinstance(event, Done):
            self._listener.run_progress(self._showing, 1.0)
            self._steps = self._case.show(event.folder)
            self._step_timer.start()
        elif isinstance(event, Refused):
            self._fail(event.sentence)
        else:
            logging.error(event.details)
            self._fail(event.sentence)

    def _step(self) -> None:
        """Take the next step of showing the result."""
        try:
            next(self._steps)
        except StopIteration:
            key = self._case.key
            self._forget()
            self._listener.run_done(key)
        except InputError as error:
            self._fail(anatomy_of(self._anatomy).in_window_words(error))
        except Exception as error:  # no error in the user's scene may leave the panel busy
            logging.exception("The result could not be shown")
            self._fail(_("The result could not be shown ({error}): see the error log.").format(error=error))

    def _fail(self, sentence: str) -> None:
        self._forget()
        self._listener.run_failed(sentence)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> qt.QTimer:
        timer = qt.QTimer()
        timer.interval = milliseconds
        timer.connect("timeout()", slot)
        return timer
