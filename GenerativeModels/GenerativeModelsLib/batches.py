"""Many cases, each on its own: a failing one never stops the others, and a table says how each went."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from GenerativeModelsLib.case_table import check_case_name
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output_folder import output_folder

__all__ = [
    "BatchKind",
    "BatchRow",
    "CaseOutcome",
    "default_workers",
    "failure_of",
    "read_result",
    "rows_of",
    "run_batch",
    "write_summary",
]

Request = Any
"""What one case asks for: a frozen dataclass with the fields `output` and `overwrite`."""
Work = Callable[[Request], str]
"""Does one case; returns the empty text, or the sentence that says why it failed. Must be importable by name."""


@dataclass(frozen=True)
class BatchRow:
    """One row of a table: the request it makes, or the sentence that says why it makes none."""

    case: str
    request: Request | None
    error: str = ""


@dataclass(frozen=True)
class CaseOutcome:
    """How a case stands: status "waiting", "done" or "failed", and the sentence when it failed."""

    case: str
    status: str
    output: Path | None = None
    error: str = ""


@dataclass(frozen=True)
class BatchKind:
    """What tells one kind of batch from another.

    Attributes
    ----------
    columns
        Of `summary.csv`.
    line
        The values of a case by column; raises `InputError` when it says "done" and left no result.
    finished
        Whether the output folder holds the whole result of that very request.
    work
        What is done with a case.
    """

    columns: Sequence[str]
    line: Callable[[CaseOutcome], Mapping[str, object]]
    finished: Callable[[Request], bool]
    work: Work


def rows_of(table: Sequence[dict[str, str]], request: Callable[[dict[str, str]], Request]) -> list[BatchRow]:
    """The rows of a table of cases (`case_table.read_case_table`) and the requests they make.

    What is wrong with one row, its name or what `request` raises as `InputError`, is in that row's `error`.
    """
    names = Counter(entries["case"].casefold() for entries in table)
    rows = []
    for entries in table:
        case = entries["case"]
        try:
            check_case_name(case, names)
            rows.append(BatchRow(case, request(entries)))
        except InputError as error:
            rows.append(BatchRow(case, None, str(error)))
    return rows


def default_workers() -> int:
    """Local processes: one for every two cores, since one case keeps about two busy."""
    return max(1, (os.cpu_count() or 1) // 2)


def failure_of(work: Callable[[], object]) -> str:
    """Do the work of one case; the sentence of its error, "" when it went well. Nothing it raises gets out."""
    try:
        work()
    except InputError as error:
        return str(error)
    except Exception as error:  # a case that fails in a way nobody foresaw must not take the others along
        return f"Unforeseen error: {type(error).__name__}: {error}"
    return ""


def read_result(folder: Path, schema: str, again: str) -> dict[str, Any]:
    """Content of a case's `result.json`; `again` is the remedy, such as "analyse the case again".

    Raises
    ------
    InputError
        There is none, or it is of another schema.
    """
    path = folder / "result.json"
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is missing or broken: {again}.") from error
    if not isinstance(result, dict) or result.get("schema") != schema:
        raise InputError(f"{path} does not say schema {schema}: {again}.")
    return result


def write_summary(path: Path, columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> None:
    """Write the table anew, whole or not at all; `InputError` when it cannot be written."""
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(lines)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"Cannot write {path} ({error.strerror}): free some space or choose another --output."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def run_batch(
    kind: BatchKind,
    rows: Sequence[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
) -> list[CaseOutcome]:
    """Work through the rows and keep `output / "summary.csv"` up to date while they finish.

    Parameters
    ----------
    kind
        What a case is and what its line in the summary says.
    rows
        Of the table.
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
    lines = [kind.line(outcome) for outcome in outcomes]
    todo: dict[int, Request] = {}

    def settle(index: int, outcome: CaseOutcome) -> None:
        try:
            line = kind.line(outcome)
        except InputError as error:
            outcome = replace(outcome, status="failed", error=f"No result was found where it is due: {error}")
            line = kind.line(outcome)
        outcomes[index], lines[index] = outcome, line
        write_summary(output / "summary.csv", kind.columns, lines)
        progress(outcome, sum(o.status != "waiting" for o in outcomes) / len(outcomes))

    for index, row in enumerate(rows):
        if row.request is None:
            settle(index, CaseOutcome(row.case, "failed", error=row.error))
        elif resume and kind.finished(row.request):
            settle(index, CaseOutcome(row.case, "done", row.request.output))
        else:
            todo[index] = replace(row.request, overwrite=overwrite or resume)
    if todo:
        pool = _on_cluster(todo, kind.work, scheduler) if scheduler else _in_processes(todo, kind.work, workers)
        for index, error in pool:
            settle(index, CaseOutcome(rows[index].case, "failed" if error else "done", todo[index].output, error))
    return outcomes


def _in_processes(todo: dict[int, Request], work: Work, workers: int | None) -> Iterator[tuple[int, str]]:
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
        return "The process working on this case was killed, most likely for memory: use fewer --workers."
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


def _on_cluster(todo: dict[int, Request], work: Work, address: str) -> Iterator[tuple[int, str]]:
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
