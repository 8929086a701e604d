"""Run time of functions, and run time and memory of commands in a new process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

__all__ = ["PRODUCT", "Cold", "best", "cold_process", "product_s"]

PRODUCT = 2048
"""Side of the matrices whose product is the unit of run times."""


@dataclass(frozen=True)
class Cold:
    """Run time of a new process in seconds and, if the platform reports it, its peak resident memory in GB."""

    seconds: float
    memory_gb: float | None


def best(action: Callable[[], object], repeats: int) -> float:
    """Shortest run time in seconds of `repeats` calls, after one warm-up call."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def product_s(repeats: int) -> float:
    """Shortest run time in seconds of a float32 matrix product of side `PRODUCT`, on the threads that torch has."""
    import torch

    matrix = torch.rand(PRODUCT, PRODUCT)
    return best(lambda: matrix @ matrix, repeats)


def cold_process(arguments: Sequence[str], threads: int, module: str = "GenerativeModelsLib.cli.main") -> Cold:
    """Run `generative-models`, or another module, with these arguments in a new process and measure it.

    Raises
    ------
    RuntimeError
        The command failed; the message contains its error output.
    """
    command = [sys.executable, "-m", module, *arguments]
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
    """Wait for the process and return its peak memory in GB, None if the platform does not report it."""
    if not hasattr(os, "wait4"):  # Windows
        process.wait()
        return None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
