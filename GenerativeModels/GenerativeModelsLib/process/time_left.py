"""How long work still takes, in words for its progress."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["with_time_left", "words_on_time_left"]

Progress = Callable[[str, float], None]
"""Takes the current step and the share that is done, 0 to 1."""
LEAST_SECONDS = 2.0
"""Before that much work nothing is said: most of it may have been the preparation."""


def with_time_left(progress: Progress, clock: Callable[[], float] = time.monotonic) -> Progress:
    """A progress callback that passes messages on, with the time left behind them.

    The work begins now, and equal shares of it take equal times.

    Parameters
    ----------
    progress
        Gets the messages.
    clock
        Seconds of a monotonic clock.
    """
    start = clock()

    def show(message: str, share: float) -> None:
        spent = clock() - start
        known = share > 0 and spent >= LEAST_SECONDS
        left = words_on_time_left(spent * (1 - share) / share if known else None)
        progress(f"{message}; {left}" if left else message, share)

    return show


def words_on_time_left(seconds: float | None) -> str:
    """To the minute or, in the last minute, to ten seconds; "" for None, which is not known, and less than a second."""
    if seconds is None or seconds < 1:
        return ""
    if seconds < 60:
        return f"about {max(10 * round(seconds / 10), 10)} s left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 120 else f"about {minutes / 60:.1f} h left"
