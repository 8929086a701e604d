"""Progress of a training over all its stages, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from GenerativeModelsLib.process.parallel import Progress

__all__ = ["Show", "Stages"]

Show = Callable[[str, float, float | None], None]
"""Takes the current stage, the share of the whole that is done, and the seconds that are left (None: not known yet)."""
TRUST_SECONDS = 20.0
"""Expected seconds of work after which the measured speed counts as much as the expected one."""


class Stages:
    """Progress of a training whose stages were announced with their expected durations.

    The share that is done is counted in expected seconds. The time left is the expected one, corrected by the ratio of
    measured to expected time so far, so that it is right for a slower or faster machine after the first stages.

    Parameters
    ----------
    show
        Called after every change; None: nothing is shown.
    clock
        Seconds of a monotonic clock.
    """

    def __init__(self, show: Show | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._show, self._clock = show, clock
        self._expected: dict[str, float] = {}
        self._done: dict[str, float] = {}
        self._start = clock()

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Announce stages in their order with their expected durations; the clock starts with the first announcement.

        A stage of 0 seconds, such as one whose files an earlier run has left, takes no share of the whole.
        """
        if not self._expected:
            self._start = self._clock()
        self._expected |= {name: max(float(duration), 0.0) for name, duration in seconds.items()}

    def stage(self, name: str) -> Progress:
        """Begin a stage, all earlier ones being done; returns what takes the numbers of finished and of all items."""
        self._expected.setdefault(name, 0.0)
        for other in self._expected:
            if other == name:
                break
            self._done[other] = 1.0
        self._report(name, name)

        def advance(done: int, total: int) -> None:
            self._done[name] = max(self._done.get(name, 0.0), done / max(total, 1))
            self._report(name, f"{name}, {done} of {total}" if total > 1 else name)

        return advance

    def finish(self) -> None:
        """All stages are done."""
        self._done = dict.fromkeys(self._expected, 1.0)
        self._report("", "done")

    def _report(self, name: str, message: str) -> None:
        if self._show is None:
            return
        total = sum(self._expected.values())
        done = sum(duration * self._done.get(other, 0.0) for other, duration in self._expected.items())
        if total <= 0:
            self._show(message, 1.0 if name == "" else 0.0, None)
            return
        elapsed = self._clock() - self._start
        slower = (elapsed + TRUST_SECONDS) / (done + TRUST_SECONDS)
        self._show(message, done / total, (total - done) * slower)
