"""Many skulls from a table of cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from GenerativeModelsLib.batch import run
from GenerativeModelsLib.batch.run import BatchKind, BatchRow, CaseOutcome, Work
from GenerativeModelsLib.process.memory import RECONSTRUCT_SKULL
from GenerativeModelsLib.skull.case.batch_summary import RESULT_SCHEMA, SUMMARY_COLUMNS, summary_line
from GenerativeModelsLib.skull.case.fingerprint import fingerprint_of
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["batch_kind", "reconstruct_one", "run_batch"]


def reconstruct_one(request: SkullRequest) -> str:
    """Reconstruct a case into its folder; the sentence of the error when it cannot be done."""

    def work() -> None:
        from GenerativeModelsLib.skull.case.run import reconstruct_case

        reconstruct_case(request)

    return run.failure_of(work)


def batch_kind(work: Work = reconstruct_one) -> BatchKind:
    """What a batch of skulls is."""
    return BatchKind(SUMMARY_COLUMNS, summary_line, RESULT_SCHEMA, fingerprint_of, work, RECONSTRUCT_SKULL)


def run_batch(
    rows: Sequence[BatchRow], output: Path, *, work: Work = reconstruct_one, **options: Any
) -> list[CaseOutcome]:
    """`batch.run.run_batch` of skulls, with its options; `rows` from `read_batch_table`."""
    return run.run_batch(batch_kind(work), rows, output, **options)
