"""Parallel map over local processes.

`parallel_map` is for work whose results are waited for. `batch.pool` has a pool of its own, which runs the cases of
users: a case has a time limit, a case whose process is killed is retried alone, and results are returned as they
finish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from GenerativeModelsLib.process.ending import end_with_parent
from GenerativeModelsLib.process.memory import use_threads

__all__ = ["Progress", "parallel_map"]

Job = TypeVar("Job")
Result = TypeVar("Result")
Progress = Callable[[int, int], object]
"""Called with the number of jobs that are done and the number of all jobs."""


def parallel_map(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    workers: int,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Results of `work` for every job, in the order of the jobs.

    Parameters
    ----------
    work
        With more than one process: importable by name, with jobs and results that can be pickled.
    workers
        Largest number of processes. One worker or one job runs in this process.
    threads
        Threads of the numeric libraries in each further process; None = as in this process.
    progress
        Called after each result, in order.

    Raises
    ------
    The exception of the first job, in order, that raised one. Then, and at Ctrl-C, pending jobs are dropped, running
    jobs are finished, and no process is left. The processes end with this one.
    """
    jobs = list(jobs)
    results: list[Result] = []
    with _mapping(min(workers, len(jobs)), threads) as run:
        for result in run(work, jobs):
            results.append(result)
            if progress is not None:
                progress(len(results), len(jobs))
    return results


@contextmanager
def _mapping(count: int, threads: int | None) -> Iterator[Callable[..., Iterable]]:
    """`map` of this process, or of a pool, whose `map` drops pending jobs when one raises."""
    if count <= 1:
        yield map
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start, initargs=(threads,)) as pool:
        yield pool.map


def _start(threads: int | None) -> None:
    if threads is not None:
        use_threads(threads)
    end_with_parent()
