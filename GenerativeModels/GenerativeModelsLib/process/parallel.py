"""Processes for many equal jobs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from GenerativeModelsLib.process.ending import end_with_parent
from GenerativeModelsLib.process.memory import use_threads

__all__ = ["process_pool"]


@contextmanager
def process_pool(workers: int, threads: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one; an error or Ctrl-C within the block drops the jobs that have not begun.

    Parameters
    ----------
    workers
        Number of processes.
    threads
        Threads of the numeric libraries in each; None = as in this process.
    """
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start, initargs=(threads,)) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start(threads: int | None) -> None:
    if threads is not None:
        use_threads(threads)
    end_with_parent()
