"""Termination of processes by a signal or at the end of their parent."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from multiprocessing import connection, parent_process
from types import FrameType

from GenerativeModelsLib.output.staging import abandon_all

__all__ = ["Terminated", "end_with_parent", "raise_on_termination"]

_SIGNALS = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Termination signals besides SIGINT (Ctrl-C); each platform has some of them."""
_GRACE_SECONDS = 5.0
"""Time for the main thread to clean up before the process is ended."""


class Terminated(BaseException):
    """The process received a termination signal. As `KeyboardInterrupt`, not a subclass of `Exception`.

    Attributes
    ----------
    number
        Number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


def raise_on_termination() -> None:
    """Make termination signals raise `Terminated` in the main thread, so that partial results are removed.

    Signals that are ignored stay ignored (`nohup` ignores SIGHUP). All signals after the first are ignored.
    """

    def answer(number: int, frame: FrameType | None) -> None:
        for one in _known():
            signal.signal(one, signal.SIG_IGN)
        raise Terminated(number)

    for number in _known():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, answer)


def end_with_parent() -> None:
    """Initializer of a pool's worker: the worker ends with its parent and ignores SIGINT (Ctrl-C).

    At a termination signal, or at the end of the parent, the worker removes its partial results and exits.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _known():
        signal.signal(number, _exit_clean)
    if parent_process() is not None:
        threading.Thread(target=_follow_parent, name="parent", daemon=True).start()


def _known() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]


def _exit_clean(number: int, frame: FrameType | None) -> None:
    abandon_all()
    os._exit(128 + number)


def _follow_parent() -> None:
    """Wait for the end of the parent, then interrupt the main thread; end the process if it does not exit in time."""
    connection.wait([parent_process().sentinel])
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    abandon_all()
    os._exit(128 + signal.SIGTERM)
