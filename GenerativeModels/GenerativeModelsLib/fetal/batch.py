"""Many cases, each on its own: a failing one never stops the others."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.fetal.batch_summary import CaseOutcome, is_finished, summary_line, write_summary
from GenerativeModelsLib.fetal.case_request import CaseRequest
from GenerativeModelsLib.output_folder import output_folder

if TYPE_CHECKING:
    from GenerativeModelsLib.fetal.batch_table import BatchRow

__all__ = ["default_workers", "reconstruct_one", "run_batch"]

Work = Callable[[CaseRequest], str]
"""Does one case; returns the empty text, or the sentence that says why it failed. Must be importable by name."""


def reconstruct_one(request: CaseRequest) -> str:
    """Reconstruct a case into its folder; the sentence of the error when it cannot be done."""
    try:
        from GenerativeModelsLib.fetal.case import reconstruct_case

        reconstruct_case(request)
    except InputError as error:
        return str(error)
    except Exception as error:  # a case that fails in a way nobody foresaw must not take the others along
        return f"Unforeseen error: {type(error).__name__}: {error}"
    return ""


def default_workers() -> int:
    """Local processes: one for every two cores, since one reconstruction keeps about two busy."""
    return max(1, (os.cpu_count() or 1) // 2)


def run_batch(
    rows: list[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
    work: Work = reconstruct_one,
) -> list[CaseOutcome]:
    """Work through the rows and keep `output / "summary.csv"` up to date while they finish.

    Parameters
    ----------
    rows
        From `read_batch_table`.
    output
        Folder of the batch, made if needed.
    overwrite
        Whether `output` and the folders of the cases may hold something already.
    resume
        The same, and leave the cases alone that have a finished result of the same request.
    workers
        Local processes; None = `default_workers`. Ignored with a scheduler.
    scheduler
        Address of a Dask scheduler; its workers must see the same paths.
    progress
        Called with each outcome as it comes and the fraction of cases that are through.
    work
        What is done with a case.

    Returns
    -------
    The outcome of every row, in the order of the rows. On Ctrl-C the cases in hand are finished, the summary says
    what is done, and `KeyboardInterrupt` goes on.

    Raises
    ------
    InputError
        `output` cannot be written into, or the scheduler does not answer.
    """
    with output_folder(output, overwrite=overwrite or resume):
        pass  # made, or found fit to be written into; each case then looks after its own folder
    outcomes = [CaseOutcome(row.case, "waiting") for row in rows]
    lines = [summary_line(outcome) for outcome in outcomes]
    todo: dict[int, CaseRequest] = {}

    def settle(index: int, outcome: CaseOutcome) -> None:
        try:
            line = summary_line(outcome)
        except InputError as error:
            outcome = replace(outcome, status="failed", error=f"No result was found where it is due: {error}")
            line = summary_line(outcome)
        outcomes[index], lines[index] = outcome, line
        write_summary(output / "summary.csv", lines)
        progress(outcome, sum(o.status != "waiting" for o in outcomes) / len(outcomes))

    for index, row in enumerate(rows):
        if row.request is None:
            settle(index, CaseOutcome(row.case, "failed", error=row.error))
        elif resume and is_finished(row.request):
            settle(index, CaseOutcome(row.case, "done", row.request.output))
        else:
            todo[index] = replace(row.request, overwrite=overwrite or resume)
    if todo:
        pool = _on_cluster(todo, work, scheduler) if scheduler else _in_processes(todo, work, workers)
        for index, error in pool:
            settle(index, CaseOutcome(rows[index].case, "failed" if error else "done", todo[index].output, error))
    return outcomes


def _in_processes(todo: dict[int, CaseRequest], work: Work, workers: int | None) -> Iterator[tuple[int, str]]:
    """Index and error sentence of each case, as they finish in local processes."""
    count = min(len(todo), workers or default_workers())
    left = dict(todo)
    with _pool(count) as pool:
        futures: dict[Future[str], int] = {}
        try:
            for index, request in todo.items():
                futures[pool.submit(work, request)] = index
            for future in as_completed(futures):
                if not isinstance(future.exception(), BrokenProcessPool):
                    del left[futures[future]]
                    yield futures[future], _error_of(future)
        except BrokenProcessPool:
            pass
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
            for future, index in futures.items():
                if index in left and future.done() and not future.cancelled():
                    yield index, _error_of(future)
            raise
    # A process that is killed (memory, mostly) takes the pool along: what is left gets a process of its own each.
    for index, request in left.items():
        with _pool(1) as pool:
            yield index, _error_of(pool.submit(work, replace(request, overwrite=True)))


def _error_of(future: Future[str]) -> str:
    try:
        return future.result()
    except BrokenProcessPool:
        return "The process working on this case was killed, most likely for memory: try with fewer --samples."
    except Exception as error:  # such as a request that did not survive the way to the worker
        return f"Unforeseen error: {type(error).__name__}: {error}"


@contextmanager
def _pool(count: int) -> Iterator[ProcessPoolExecutor]:
    threads = max(1, (os.cpu_count() or 1) // count)
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(threads,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(threads: int) -> None:
    """Keep a worker to its share of the cores, and let the parent alone answer to Ctrl-C."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"):
        os.environ[name] = str(threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _on_cluster(todo: dict[int, CaseRequest], work: Work, address: str) -> Iterator[tuple[int, str]]:
    """Index and error sentence of each case, as they finish on a Dask cluster."""
    if importlib.util.find_spec("distributed") is None:
        raise InputError("--scheduler needs Dask, which is not installed: pip install 'GenerativeModels[cluster]'.")
    from distributed import Client
    from distributed import as_completed as as_completed_on_cluster

    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address}: check --scheduler, such as tcp://host:8786."
        ) from error
    with client:
        futures = {client.submit(work, request, pure=False): index for index, request in todo.items()}
        try:
            for future in as_completed_on_cluster(futures):
                error = future.exception()
                yield futures[future], future.result() if error is None else f"The cluster lost this case: {error}"
        finally:
            client.cancel(list(futures))
