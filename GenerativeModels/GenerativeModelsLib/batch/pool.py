"""Batches in local processes. A process that dies fails only its own case and is replaced."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.process.ending import end_with_parent
from GenerativeModelsLib.process.memory import MemoryNeed, cases_in_memory, threads_in_memory, use_threads

if TYPE_CHECKING:
    from pebble import ProcessPool

__all__ = ["TIME_LIMIT_SECONDS", "default_workers", "in_processes"]

TIME_LIMIT_SECONDS = 900.0
"""Time limit of one case, which takes seconds."""
_MOST_BREAKS = 3
"""Consecutive failures of all processes after which the remaining cases are given up."""

Request = Any
Work = Callable[[Request], str]


def default_workers(need: MemoryNeed | None = None) -> int:
    """Number of local processes: one per two cores, since a case uses about two, limited by the memory."""
    fitting = None if need is None else cases_in_memory(need)
    workers = max(1, (os.cpu_count() or 1) // 2)
    return workers if fitting is None else min(workers, fitting)


def in_processes(
    todo: Mapping[int, Request],
    work: Work,
    workers: int,
    *,
    need: MemoryNeed,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> Iterator[tuple[int, str]]:
    """Yield index and error message of each case as it finishes.

    A case whose process dies is retried alone after the others, when more memory is free. On Ctrl-C no further case is
    started, running cases are finished, and `KeyboardInterrupt` is raised again. Any other exception, such as a
    termination request, ends the processes at once; they remove incomplete output.

    Parameters
    ----------
    todo
        Requests by index.
    work
        Function of one case; importable by name.
    workers
        Largest number of processes.
    need
        Memory of a case, which limits the number of threads.
    time_limit_seconds
        Time after which a case is terminated.
    """
    run = partial(_run, work=work, need=need, time_limit_seconds=time_limit_seconds)
    killed: list[int] = []
    for index, sentence in run(todo, workers):
        if sentence is None:
            killed.append(index)
        else:
            yield index, sentence
    again = {index: replace(todo[index], overwrite=True) for index in killed}
    for index, sentence in run(again, 1):
        yield index, _KILLED if sentence is None else sentence


_KILLED = "The process working on this case was killed twice, most likely for memory: use fewer --workers."


def _run(
    todo: Mapping[int, Request], workers: int, *, work: Work, need: MemoryNeed, time_limit_seconds: float
) -> Iterator[tuple[int, str | None]]:
    """Yield index and message of each case; None for one whose process was killed."""
    waiting = deque(todo)
    breaks = 0
    while waiting and breaks < _MOST_BREAKS:
        before = len(waiting)
        try:
            yield from _run_one_pool(todo, waiting, min(workers, before), work, need, time_limit_seconds)
        except BrokenProcessPool:  # processes that died before they took a case
            breaks = breaks + 1 if len(waiting) == before else 0
    for index in waiting:
        yield index, None


def _run_one_pool(
    todo: Mapping[int, Request],
    waiting: deque[int],
    workers: int,
    work: Work,
    need: MemoryNeed,
    time_limit_seconds: float,
) -> Iterator[tuple[int, str | None]]:
    """Run cases from `waiting`; those that a broken pool did not finish are put back."""
    with _pool(workers, need) as pool:
        running: dict[Future[str], int] = {}
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    index = waiting.popleft()
                    running[pool.schedule(work, args=[todo[index]], timeout=time_limit_seconds)] = index
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if isinstance(future.exception(), BrokenProcessPool):
                        raise future.exception()
                    yield running.pop(future), _sentence_of(future, time_limit_seconds)
        except BrokenProcessPool:
            waiting.extendleft(running.values())
            raise
        except KeyboardInterrupt:
            for future, index in running.items():
                yield index, _sentence_of(future, time_limit_seconds)  # waits for it
            raise


def _sentence_of(future: Future[str], time_limit_seconds: float) -> str | None:
    from pebble import ProcessExpired

    try:
        return future.result()
    except ProcessExpired:
        return None
    except TimeoutError:
        return f"The case was not done within {time_limit_seconds / 60:g} minutes and was ended: run it alone."
    except Exception as error:  # such as a request that cannot be sent to the worker
        return f"Unforeseen error: {type(error).__name__}: {error}"


@contextmanager
def _pool(workers: int, need: MemoryNeed) -> Iterator[ProcessPool]:
    from pebble import ProcessPool

    threads = max(1, (os.cpu_count() or 1) // workers)
    fitting = threads_in_memory(need)
    if fitting is not None:
        threads = max(1, min(threads, fitting))
    pool = ProcessPool(workers, initializer=_start_worker, initargs=(threads,), context=get_context("spawn"))
    try:
        yield pool
    except BaseException:
        pool.stop()
        raise
    else:
        pool.close()
    finally:
        pool.join()


def _start_worker(threads: int) -> None:
    """Limit the threads of a worker, and let only the parent handle Ctrl-C."""
    use_threads(threads)
    end_with_parent()
