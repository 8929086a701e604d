"""Many cases, each on its own: a failing one never stops the others, and a table says how each went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from GenerativeModelsLib.batch.cluster import on_cluster
from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.batch.pool import TIME_LIMIT_SECONDS, default_workers, in_processes
from GenerativeModelsLib.batch.summary import write_summary
from GenerativeModelsLib.batch.table import check_case_name
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.fingerprint import Fingerprint
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.output.lock import folder_lock
from GenerativeModelsLib.output.staging import sweep
from GenerativeModelsLib.process.memory import MemoryNeed, is_out_of_memory

__all__ = ["BatchKind", "BatchRow", "CaseOutcome", "failure_of", "rows_of", "run_batch"]

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
    """How a case stands.

    Attributes
    ----------
    status
        "waiting", "done" or "failed".
    output
        Folder of its results.
    error
        The sentence when it failed.
    resumed
        With `resume`, what became of an earlier result: "kept", or "computed anew" and why; "" without one.
    """

    case: str
    status: str
    output: Path | None = None
    error: str = ""
    resumed: str = ""


@dataclass(frozen=True)
class BatchKind:
    """What tells one kind of batch from another.

    Attributes
    ----------
    columns
        Of `summary.csv`.
    line
        The values of a case by column; raises `InputError` when it says "done" and left no result.
    schema
        Of the `result.json` of a case.
    fingerprint
        What the result of a request follows from; raises `InputError` when an input cannot be read.
    work
        What is done with a case.
    need
        Memory of a case.
    """

    columns: Sequence[str]
    line: Callable[[CaseOutcome], Mapping[str, object]]
    schema: str
    fingerprint: Callable[[Request], Fingerprint]
    work: Work
    need: MemoryNeed


def rows_of(table: Sequence[dict[str, str]], request: Callable[[dict[str, str]], Request]) -> list[BatchRow]:
    """The rows of a table of cases (`table.read_case_table`) and the requests they make.

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


def failure_of(work: Callable[[], object]) -> str:
    """Do the work of one case; the sentence of its error, "" when it went well. Nothing it raises gets out."""
    try:
        work()
    except InputError as error:
        return str(error)
    except Exception as error:  # a case that fails in a way nobody foresaw must not take the others along
        if is_out_of_memory(error):
            return "The computer ran out of memory during this case: use fewer --workers or close other programs."
        return f"Unforeseen error: {type(error).__name__}: {error}"
    return ""


def run_batch(
    kind: BatchKind,
    rows: Sequence[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
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
        Folder of the batch, made if needed. One batch at a time may write into it.
    overwrite
        Whether `output` and the folders of the cases may hold something already.
    resume
        The same, and leave the cases alone that have the whole result of the same inputs, model and options.
    workers
        Local processes; None = `default_workers`. Ignored with a scheduler.
    scheduler
        Address of a Dask scheduler; its workers must see the same paths.
    time_limit_seconds
        After that a case in a local process is ended and has failed.
    progress
        Called with each outcome as it comes and the fraction of cases that are through.

    Returns
    -------
    The outcome of every row, in the order of the rows. On Ctrl-C the cases in hand are finished, the summary says
    what is done, and `KeyboardInterrupt` goes on. Asked to end otherwise, the cases in hand are given up.

    Raises
    ------
    InputError
        `output` cannot be written into, another batch is writing there, or the scheduler does not answer.
    """
    with output_folder(output, overwrite=overwrite or resume):
        pass  # made, or found fit to be written into; each case then looks after its own folder
    outcomes = [CaseOutcome(row.case, "waiting") for row in rows]
    lines = [kind.line(outcome) for outcome in outcomes]
    todo: dict[int, Request] = {}
    resumed: dict[int, str] = {}

    def settle(index: int, outcome: CaseOutcome) -> None:
        try:
            line = kind.line(outcome)
        except InputError as error:
            outcome = replace(outcome, status="failed", error=f"No result was found where it is due: {error}")
            line = kind.line(outcome)
        outcomes[index], lines[index] = outcome, line
        write_summary(output / "summary.csv", kind.columns, lines)
        progress(outcome, sum(o.status != "waiting" for o in outcomes) / len(outcomes))

    with folder_lock(output), _swept(output, rows):
        for index, row in enumerate(rows):
            if row.request is None:
                settle(index, CaseOutcome(row.case, "failed", error=row.error))
                continue
            resumed[index] = _state_of(kind, row.request) if resume else ""
            if resumed[index] == KEPT:
                settle(index, CaseOutcome(row.case, "done", row.request.output, resumed=KEPT))
            else:
                todo[index] = replace(row.request, overwrite=overwrite or resume)
        if scheduler is not None and todo:
            results = on_cluster(todo, kind.work, scheduler)
        else:
            count = workers or default_workers(kind.need)
            results = in_processes(todo, kind.work, count, need=kind.need, time_limit_seconds=time_limit_seconds)
        for index, error in results:
            status = "failed" if error else "done"
            settle(index, CaseOutcome(rows[index].case, status, todo[index].output, error, resumed[index]))
    return outcomes


KEPT = "kept"
"""What the summary says of a case that an earlier run had finished."""


def _state_of(kind: BatchKind, request: Request) -> str:
    """`KEPT` for a finished case; "computed anew" and why for one with another result; "" for one without."""
    if not (request.output / "result.json").is_file():
        return ""
    try:
        why = why_unfinished(request.output, kind.schema, kind.fingerprint(request))
    except InputError as error:
        why = str(error)
    return f"computed anew: {why}" if why else KEPT


@contextmanager
def _swept(output: Path, rows: Sequence[BatchRow]) -> Iterator[None]:
    """Remove what dead processes left half written in the folders of a batch, before and after the block."""
    folders = [output, *(row.request.output for row in rows if row.request is not None)]
    for folder in folders:
        sweep(folder)
    try:
        yield
    finally:
        for folder in folders:
            sweep(folder)
