"""Watchdog that ends a process without progress, with a message."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from GenerativeModelsLib.output.staging import abandon_all

__all__ = ["HUNG", "LIMIT_SECONDS", "watchdog"]

LIMIT_SECONDS = 900.0
"""Maximum time without progress; every single step takes seconds."""
_LAST_RESORT_SECONDS = 30.0
HUNG = 70
"""Exit code of a process that the watchdog ended."""


@contextmanager
def watchdog(limit_seconds: float = LIMIT_SECONDS) -> Iterator[Callable[[], None]]:
    """End the process if the block reports no progress for `limit_seconds`.

    Yields
    ------
    A function that reports progress.

    A thread prints the reason and removes partial results. If it cannot run, because a library holds the interpreter
    lock, `faulthandler` ends the process a little later.
    """
    seen = [time.monotonic()]
    over = threading.Event()

    def feed() -> None:
        seen[0] = time.monotonic()
        faulthandler.dump_traceback_later(limit_seconds + _LAST_RESORT_SECONDS, exit=True, file=sys.__stderr__)

    def watch() -> None:
        while not over.wait(max(0.0, seen[0] + limit_seconds - time.monotonic())):
            if time.monotonic() - seen[0] >= limit_seconds:
                print(
                    f"Error: there was no progress for {limit_seconds / 60:g} minutes, so this was ended: run it "
                    "again, with fewer other programs running.",
                    file=sys.stderr,
                    flush=True,
                )
                abandon_all()
                os._exit(HUNG)

    feed()
    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        over.set()
        faulthandler.cancel_dump_traceback_later()
        thread.join()
