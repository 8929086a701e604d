"""Run of a batch of independent cases: a failed case does not stop the others, and a table contains all outcomes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from GenerativeModelsLib.anatomy.fields import judged_fields
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.registry import anatomy_at, place_of
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.batch.cluster import on_cluster
from GenerativeModelsLib.batch.finished import Unfinished, why_unfinished
from GenerativeModelsLib.batch.pool import TIME_LIMIT_SECONDS, default_workers, in_processes
from GenerativeModelsLib.batch.summary import CaseOutcome, summary_columns, summary_line
from GenerativeModelsLib.batch.table import BatchRow, table_words
from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.errors import FieldWords, InputError
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.output.lock import folder_lock
from GenerativeModelsLib.output.staging import sweep
from GenerativeModelsLib.output.table_file import write_table
from GenerativeModelsLib.process.memory import is_out_of_memory

__all__ = ["JUDGED", "KEPT", "CaseWork", "JudgeWork", "failure_of", "run_batch"]

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


@dataclass(frozen=True)
class JudgeWork:
    """Judges a finished case again in the calling process, computing nothing; see `CaseWork`."""

    place: str

    def __call__(self, request: CaseRequest) -> str:
        anatomy = anatomy_at(self.place)

        def work() -> None:
            from GenerativeModelsLib.anatomy.judging import judge_again

            judge_again(anatomy, request)

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


def by_own_names(error: str, request: CaseRequest | None) -> str:
    """The message with files and folders called by their own names, for results that are passed on.

    Of those that the request names, and of other files beside them, such as the pixels that an image header refers to.
    """
    values = () if request is None else (getattr(request, field.name) for field in fields(request))
    named_paths = {path for value in values if isinstance(value, Path) for path in (value, value.resolve())}
    short = {str(path): path.name for path in named_paths}
    short |= {f"{path.parent}{os.sep}": "" for path in named_paths}
    for whole in sorted(short, key=len, reverse=True):
        for text in (whole, repr(whole)[1:-1]):  # as in a sentence, and as in the text of an exception on Windows
            error = error.replace(text, short[whole])
    return error


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
    language: str = DEFAULT,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
) -> list[CaseOutcome]:
    """Run the rows, update `output / "summary.csv"` while they finish, and write the page of the cohort at the end.

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
        As `overwrite`, but skip the cases with a complete result of the same inputs, model and options, and only judge
        those again that differ in fields that need no computation.
    workers
        Local processes; None = `default_workers`. Ignored with a scheduler.
    scheduler
        Address of a Dask scheduler; its workers must see the same paths.
    time_limit_seconds
        Time after which a case in a local process is ended and counts as failed.
    work
        Runs a case; None = `CaseWork` of the anatomy.
    language
        Of the page of the cohort; that of a report is in its request.
    progress
        Called with each outcome and the fraction of cases that are done.

    Returns
    -------
    The outcome of every row, in the order of the rows. On Ctrl-C the running cases are finished, summary and page are
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
    to_judge: dict[int, CaseRequest] = {}
    resumed: dict[int, str] = {}

    def settle(index: int, outcome: CaseOutcome) -> None:
        try:
            summary_line(anatomy, outcome)
        except InputError as error:
            outcome = replace(outcome, status="failed", error=f"No result was found where it is due: {error}")
        shown = {name: by_own_names(getattr(outcome, name), rows[index].request) for name in ("error", "resumed")}
        outcome = replace(outcome, **shown)
        outcomes[index], lines[index] = outcome, summary_line(anatomy, outcome)
        with suppress(
            InputError
        ):  # held open by a spreadsheet, on Windows; it is written again at the end at the latest
            write_table(output / "summary.csv", columns, lines)
        progress(outcome, sum(o.status != "waiting" for o in outcomes) / len(outcomes))

    def finish() -> None:
        """Write what follows from all cases together."""
        from GenerativeModelsLib.cohort.write import write_cohort

        cohort = write_cohort(anatomy, [_cohort_case(anatomy, outcome) for outcome in outcomes], output, language)
        for index, outcome in enumerate(outcomes):
            reasons = cohort.outliers.get(outcome.case, ()) if outcome.status == "done" else ()
            outcomes[index] = replace(outcome, outlier="; ".join(reason.text for reason in reasons))
            if outcome.status == "done":
                lines[index]["outlier"] = outcomes[index].outlier
        write_table(output / "summary.csv", columns, lines)

    with folder_lock(output), _swept(output, rows), _finished(finish):
        for index, row in enumerate(rows):
            if row.request is None:
                settle(index, CaseOutcome(row.case, "failed", error=row.error))
                continue
            resumed[index] = _state_of(anatomy, row.request) if resume else ""
            if resumed[index] == KEPT:
                settle(index, CaseOutcome(row.case, "done", row.request.output, resumed=KEPT))
            else:
                again = resumed[index].startswith(JUDGED)
                (to_judge if again else todo)[index] = replace(row.request, overwrite=overwrite or resume)
        for requests, do in ((to_judge, _judge_work(anatomy)), (todo, work)):
            if scheduler is not None and requests:
                results = on_cluster(requests, do, scheduler)
            else:
                count = workers or default_workers(anatomy.need)
                results = in_processes(requests, do, count, need=anatomy.need, time_limit_seconds=time_limit_seconds)
            for index, error in results:
                status = "failed" if error else "done"
                settle(index, CaseOutcome(rows[index].case, status, requests[index].output, error, resumed[index]))
    return outcomes


def _judge_work(anatomy: Anatomy) -> Work | None:
    return None if anatomy.report_again is None else JudgeWork(place_of(anatomy.name))


KEPT = "kept"
"""Text in the summary for a case that an earlier run had finished."""
JUDGED = "judged anew"
"""First words of the text for one whose earlier result was judged again, without a computation."""


def _state_of(anatomy: Anatomy, request: CaseRequest) -> str:
    """`KEPT` for a finished case, `JUDGED` or "computed anew" and the reason for one with another result, else ""."""
    if not (request.output / "result.json").is_file():
        return ""
    judged = judged_fields(anatomy.request) if anatomy.judge is not None else ()
    try:
        made = fingerprint_of(anatomy, request)
        why = why_unfinished(request.output, anatomy.schema, made, judged, request.language)
    except InputError as error:
        why = Unfinished(error.in_words(table_words(anatomy.request)))
    if not why:
        return KEPT
    again = why.judged and anatomy.report_again is not None
    return f"{JUDGED if again else 'computed anew'}: {why}"


def _cohort_case(anatomy: Anatomy, outcome: CaseOutcome) -> CohortCase:
    done = outcome.status == "done" and outcome.output is not None
    result = read_result(outcome.output, anatomy.schema) if done else {}
    return CohortCase(anatomy, outcome.case, outcome.status, outcome.error, result)


@contextmanager
def _finished(finish: Callable[[], None]) -> Iterator[None]:
    """Call `finish` after the block, also when it was interrupted by Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        finish()
        raise
    finish()


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
