"""Shards made by background processes while a training runs."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event

from GenerativeModelsLib.process.ending import Terminated, end_with_parent, raise_on_termination

__all__ = ["in_background"]

FINISH_SECONDS = 600.0
"""Longest wait, at the end of the body, for shards in progress; one takes about a minute."""


@contextlib.contextmanager
def in_background(
    work: Callable[..., object], seeds: Sequence[int], workers: int, *arguments: object
) -> Iterator[None]:
    """Call `work(seed, *arguments)` for every seed, in order, in `workers` processes while the body runs.

    When the body ends, every process finishes its current seed and starts no other. If that seed were dropped, a
    training shorter than the work on one seed would restart it every time and the bank would never grow. When the body
    raises, the processes are terminated at once. No process is alive afterwards.

    An exception in `work` is printed and affects only its seed; a warning at the end counts the failed seeds. In a
    distributed training only rank 0 does the work. `work` must be importable by name. Unlike in
    `process.parallel.parallel_map`, nothing waits for the results, and the work ends with the body.
    """
    # Imported here: the import takes seconds, and the processes, which import this module, do not need it.
    from lightning.pytorch.utilities import rank_zero_only

    context = multiprocessing.get_context("spawn")
    count = min(workers, len(seeds)) if rank_zero_only.rank == 0 else 0
    stop = context.Event()
    processes = [
        context.Process(target=_each, args=(work, list(seeds[k::count]), arguments, stop), daemon=True)
        for k in range(count)
    ]
    try:
        for process in processes:
            process.start()
        yield
        stop.set()
        _wait(processes, FINISH_SECONDS)
    finally:
        _end(processes)
    failed = sum(process.exitcode for process in processes if process.exitcode and process.exitcode > 0)
    if failed:
        warnings.warn(f"{failed} or more shards could not be made; their errors are printed above.", stacklevel=3)


def _wait(processes: Sequence[BaseProcess], seconds: float) -> None:
    until = time.monotonic() + seconds
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))


def _end(processes: Sequence[BaseProcess]) -> None:
    started = [process for process in processes if process.pid is not None]
    for process in started:
        process.terminate()
    _wait(started, 10.0)
    for process in started:
        if process.is_alive():
            process.kill()
            process.join()


def _each(work: Callable[..., object], seeds: list[int], arguments: tuple, stop: Event) -> None:
    """Call `work` for each seed; exits with the number of failed seeds, at most 100."""
    end_with_parent()
    raise_on_termination()
    failed = 0
    try:
        for seed in seeds:
            if stop.is_set():
                break
            try:
                work(seed, *arguments)
            except Exception:
                traceback.print_exc()
                failed += 1
    except Terminated:
        return
    sys.exit(min(failed, 100))
