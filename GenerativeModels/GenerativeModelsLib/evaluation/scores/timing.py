"""Seconds and memory: the best of some repetitions, and a whole command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

__all__ = ["Cold", "best", "cold_process"]


@dataclass(frozen=True)
class Cold:
    """Seconds of a fresh process and, where the platform tells, its peak resident memory."""

    seconds: float
    memory_gb: float | None


def best(action: Callable[[], object], repeats: int) -> float:
    """Least time of some repetitions in seconds, after one that does not count."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def cold_process(arguments: Sequence[str], threads: int) -> Cold:
    """`generative-models` with these arguments in a process of its own.

    Raises
    ------
    RuntimeError
        It failed; with what it said.
    """
    command = [sys.executable, "-m", "GenerativeModelsLib.cli.main", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    with TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment)
        memory_gb = _wait(process)
        seconds = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments[:2])} failed: {said.read().decode(errors='replace').strip()}")
    return Cold(seconds, memory_gb)


def _wait(process: subprocess.Popen) -> float | None:
    """Wait for its end; peak memory in GB where the platform tells that of a single child."""
    if not hasattr(os, "wait4"):  # Windows
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
