"""How processes of this package end: at a signal, and with their parent."""

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
"""Requests to end, beside Ctrl-C; each platform has some of them."""
_GRACE_SECONDS = 5.0
"""How long the main thread may take to clean up before the process ends all the same."""


class Terminated(BaseException):
    """The process was asked to end. Like `KeyboardInterrupt` it passes `except Exception`.

    Attributes
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


def raise_on_termination() -> None:
    """From now on a request to end raises `Terminated` in the main thread, so that what is half written is removed.

    A signal that is ignored stays so (`nohup` ignores SIGHUP). A second request is ignored while the first is answered.
    """

    def answer(number: int, frame: FrameType | None) -> None:
        for one in _known():
            signal.signal(one, signal.SIG_IGN)
        raise Terminated(number)

    for number in _known():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, answer)


def end_with_parent() -> None:
    """Initializer of a pool's worker: it ends with its parent, and leaves Ctrl-C to it.

    Asked to end, by a signal or by the end of the parent, the worker removes what it has half written and exits.
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
    """Wait for the end of the parent; then let the main thread clean up, and end the process if it cannot."""
    connection.wait([parent_process().sentinel])
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    abandon_all()
    os._exit(128 + signal.SIGTERM)
