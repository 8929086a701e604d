"""One reconstruction at a time: a worker process polled by a Qt timer, then its result shown a step at a time.

The application stays responsive: the work is done in the worker process, and of what must happen here (reading the
case, filling the scene, arranging the views) one short step is taken between two turns of the event loop.
"""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import qt
from slicer.i18n import tr as _

from FetalSkullReconstructionLib.planned_case import PlannedCase
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.worker import DeviceFound, Done, Event, Failed, Progress, Refused, Worker

__all__ = ["CaseRun", "Listener", "slicer_python"]

POLL_MS = 50
STEP_MS = 15
"""Between two steps, for the views to be drawn in."""
KEEP_WARM_MS = 5 * 60 * 1000
"""How long the worker waits for the user to come back to the module."""


class Listener(Protocol):
    """Who is told how the run goes."""

    def run_progress(self, message: str, share: float) -> None: ...

    def run_done(self, key: str) -> None: ...

    def run_failed(self, sentence: str) -> None: ...

    def device_found(self, text: str) -> None: ...


def slicer_python() -> str:
    """The interpreter that can import what Slicer's own can: PythonSlicer, which Slicer has in its PATH."""
    return shutil.which("PythonSlicer") or sys.executable


class CaseRun:
    """Runs a `PlannedCase`: start, progress, then exactly one of done, failed or (after `cancel`) silence.

    Parameters
    ----------
    listener
        Told of progress and the end, always from the main thread and never while it calls this object.
    worker
        The process that reconstructs; tests put another in its place.
    """

    def __init__(self, listener: Listener, worker: Worker | None = None):
        self._listener = listener
        self._worker = worker or Worker(python=slicer_python())
        self._case: PlannedCase | None = None
        self._steps: Iterator[str] | None = None
        self._asked = False
        self._poll_timer = self._timer(POLL_MS, self._poll)
        self._step_timer = self._timer(STEP_MS, self._step)
        self._release_timer = self._timer(KEEP_WARM_MS, self._release)
        self._release_timer.setSingleShot(True)

    @property
    def busy(self) -> bool:
        """Whether a case is being reconstructed or shown."""
        return self._case is not None

    def warm_up(self) -> None:
        """Start the worker, so that the first case need not wait for torch, and ask which device "auto" is."""
        self._release_timer.stop()
        if self._asked or self.busy:
            return
        self._asked = True
        self._worker.ask_device()
        self._poll_timer.start()

    def start(self, case: PlannedCase) -> None:
        """Begin a case; the listener is told of the rest.

        Raises
        ------
        InputError
            The worker cannot take it.
        RuntimeError
            One is running.
        """
        if self.busy:
            raise RuntimeError("a case is running")
        self._release_timer.stop()
        try:
            self._worker.submit(case.request)
        except Exception:
            case.discard_files()
            raise
        self._case = case
        self._poll_timer.start()

    def cancel(self) -> None:
        """End the case, if there is one, without a word to the listener; a new worker is made ready."""
        if not self.busy:
            return
        self._worker.cancel()  # first: files that it holds open cannot be removed on Windows
        self._forget()
        self._worker.start()

    def release_later(self) -> None:
        """Give the worker's memory back when the user does not return to the module for a while."""
        if not self.busy:
            self._release_timer.start()

    def close(self) -> None:
        """End the worker and whatever it does; for good."""
        self._poll_timer.stop()
        self._release_timer.stop()
        self._worker.close()
        self._forget()

    def _release(self) -> None:
        if not self.busy:
            self._asked = False
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
        time.sleep(0.001)  # an event loop in C++ may keep Python's lock: the thread that reads the worker needs it
        for event in self._worker.poll():
            self._take(event)
        if not (self._asked or self._worker.busy):
            self._poll_timer.stop()

    def _take(self, event: Event) -> None:
        if isinstance(event, DeviceFound):
            self._asked = False
            found = f"{event.name} ({event.hardware})" if event.hardware else event.name
            self._listener.device_found(" ".join([_("auto is {device}.").format(device=found), *event.warnings]))
        elif isinstance(event, Failed) and event.job is None:
            self._asked = False
            logging.error(event.details)
            self._listener.device_found(event.sentence)
        elif self._case is None:  # the last word of a case that was cancelled
            return
        elif isinstance(event, Progress):
            self._listener.run_progress(event.message, event.share)
        elif isinstance(event, Done):
            self._listener.run_progress(_("Showing the skull"), 1.0)
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
            self._fail(str(error))
        except Exception as error:  # the scene is the user's: whatever is wrong there must not leave the panel stuck
            logging.exception("The result could not be shown")
            self._fail(_("The result could not be shown ({error}); the error log says more.").format(error=error))

    def _fail(self, sentence: str) -> None:
        self._forget()
        self._listener.run_failed(sentence)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> qt.QTimer:
        timer = qt.QTimer()
        timer.interval = milliseconds
        timer.connect("timeout()", slot)
        return timer
