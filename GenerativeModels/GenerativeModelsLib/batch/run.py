"""Run of a batch of independent cases: a failed case does not stop the others, and a table contains all outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.registry import anatomy_at, place_of
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.batch.cluster import on_cluster
from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.batch.pool import TIME_LIMIT_SECONDS, default_workers, in_processes
from GenerativeModelsLib.batch.summary import CaseOutcome, summary_columns, summary_line, write_summary
from GenerativeModelsLib.batch.table import BatchRow, table_words
from GenerativeModelsLib.errors import FieldWords, InputError
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.output.lock import folder_lock
from GenerativeModelsLib.output.staging import sweep
from GenerativeModelsLib.process.memory import is_out_of_memory

__all__ = ["KEPT", "CaseWork", "failure_of", "run_batch"]

Work = Callable[[CaseRequest], str]
"""Runs one case; returns "", or the reason of the failure. Can be pickled."""


@dataclass(frozen=True)
class CaseWork:
    """Runs a case in the calling process.

    Attributes
    ----------
    place
        Location of the anatomy's record, see `registry.anatomy_at`.
    """

    place: str

    def __call__(self, request: CaseRequest) -> str:
        anatomy = anatomy_at(self.place)

        def work() -> None:
            from GenerativeModelsLib.anatomy.run import run_case

            run_case(anatomy, request)

        return failure_of(work, table_words(anatomy.request))


def failure_of(work: Callable[[], object], words: FieldWords = str) -> str:
    """Run `work` and return the message of its error, "" on success; all exceptions are caught."""
    try:
        work()
    except InputError as error:
        return error.in_words(words)
    except Exception as error:  # an unexpected error of one case must not stop the others
        if is_out_of_memory(error):
            return "The computer ran out of memory during this case: use fewer --workers or close other programs."
        return f"Unforeseen error: {type(error).__name__}: {error}"
    return ""


def run_batch(
    anatomy: Anatomy,
    rows: Sequence[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
    work: Work | None = None,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
) -> list[CaseOutcome]:
    """Run the rows, and update `output / "summary.csv"` while they finish.

    Parameters
    ----------
    anatomy
        Anatomy of the cases.
    rows
        Rows of the table.
    output
        Folder of the batch, created if needed. Only one batch at a time may write into it.
    overwrite
        Whether `output` and the folders of the cases may be non-empty.
    resume
        As `overwrite`, but skip the cases with a complete result of the same inputs, model and options.
    workers
        Local processes; None = `default_workers`. Ignored with a scheduler.
    scheduler
        Address of a Dask scheduler; its workers must see the same paths.
    time_limit_seconds
        Time after which a case in a local process is ended and counts as failed.
    work
        Runs a case; None = `CaseWork` of the anatomy.
    progress
        Called with each outcome and the fraction of cases that are done.

    Returns
    -------
    The outcome of every row, in the order of the rows. On Ctrl-C the running cases are finished, the summary is
    written, and `KeyboardInterrupt` is raised again. On other requests to end, the running cases are cancelled.

    Raises
    ------
    InputError
        `output` cannot be written into, another batch is writing there, or the scheduler does not answer.
    """
    with output_folder(output, overwrite=overwrite or resume):
        pass  # creates the folder or checks that it is writable; each case then prepares its own folder
    outcomes = [CaseOutcome(row.case, "waiting") for row in rows]
    columns = summary_columns(anatomy)
    lines = [summary_line(anatomy, outcome) for outcome in outcomes]
    work = work or CaseWork(place_of(anatomy.name))
    todo: dict[int, CaseRequest] = {}
    resumed: dict[int, str] = {}

    def settle(index: int, outcome: CaseOutcome) -> None:
        try:
            line = summary_line(anatomy, outcome)
        except InputError as error:
            outcome = replace(outcome, status="failed", error=f"No result was found where it is due: {error}")
            line = summary_line(anatomy, outcome)
        outcomes[index], lines[index] = outcome, line
        write_summary(output / "summary.csv", columns, lines)
        progress(outcome, sum(o.status != "waiting" for o in outcomes) / len(outcomes))

    with folder_lock(output), _swept(output, rows):
        for index, row in enumerate(rows):
            if row.request is None:
                settle(index, CaseOutcome(row.case, "failed", error=row.error))
                continue
            resumed[index] = _state_of(anatomy, row.request) if resume else ""
            if resumed[index] == KEPT:
                settle(index, CaseOutcome(row.case, "done", row.request.output, resumed=KEPT))
            else:
                todo[index] = replace(row.request, overwrite=overwrite or resume)
        if scheduler is not None and todo:
            results = on_cluster(todo, work, scheduler)
        else:
            count = workers or default_workers(anatomy.need)
            results = in_processes(todo, work, count, need=anatomy.need, time_limit_seconds=time_limit_seconds)
        for index, error in results:
            status = "failed" if error else "done"
            settle(index, CaseOutcome(rows[index].case, status, todo[index].output, error, resumed[index]))
    return outcomes


KEPT = "kept"
"""Text in the summary for a case that an earlier run had finished."""


def _state_of(anatomy: Anatomy, request: CaseRequest) -> str:
    """`KEPT` for a finished case; "computed anew" and the reason for one with another result; "" for one without."""
    if not (request.output / "result.json").is_file():
        return ""
    try:
        why = why_unfinished(request.output, anatomy.schema, fingerprint_of(anatomy, request))
    except InputError as error:
        why = error.in_words(table_words(anatomy.request))
    return f"computed anew: {why}" if why else KEPT


@contextmanager
def _swept(output: Path, rows: Sequence[BatchRow]) -> Iterator[None]:
    """Remove incomplete files of ended processes from the folders of a batch, before and after the block."""
    folders = [output, *(row.request.output for row in rows if row.request is not None)]
    for folder in folders:
        sweep(folder)
    try:
        yield
    finally:
        for folder in folders:
            sweep(folder)
