"""Many skulls from a table of cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from GenerativeModelsLib import batches
from GenerativeModelsLib.batches import BatchKind, BatchRow, CaseOutcome, default_workers
from GenerativeModelsLib.fetal.batch_summary import SUMMARY_COLUMNS, is_finished, summary_line
from GenerativeModelsLib.fetal.case_request import CaseRequest

__all__ = ["default_workers", "reconstruct_one", "run_batch"]


def reconstruct_one(request: CaseRequest) -> str:
    """Reconstruct a case into its folder; the sentence of the error when it cannot be done."""

    def work() -> None:
        from GenerativeModelsLib.fetal.case import reconstruct_case

        reconstruct_case(request)

    return batches.failure_of(work)


def run_batch(
    rows: Sequence[BatchRow],
    output: Path,
    *,
    overwrite: bool = False,
    resume: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[CaseOutcome, float], None] = lambda outcome, fraction: None,
    work: batches.Work = reconstruct_one,
) -> list[CaseOutcome]:
    """`batches.run_batch` of skulls; `rows` from `read_batch_table`."""
    kind = BatchKind(SUMMARY_COLUMNS, summary_line, is_finished, work)
    return batches.run_batch(
        kind,
        rows,
        output,
        overwrite=overwrite,
        resume=resume,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
