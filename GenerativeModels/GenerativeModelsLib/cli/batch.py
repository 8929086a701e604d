"""`generative-models skull batch`: a table of cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from GenerativeModelsLib.cli.console import progress_on_stderr
from GenerativeModelsLib.cli.skull import DeviceOption, ModelOption, OverwriteOption, SamplesOption, SeedOption
from GenerativeModelsLib.fetal.case_request import CaseRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.batches import CaseOutcome

__all__ = ["SchedulerOption", "WorkersOption", "batch", "run_and_tell"]

WorkersOption = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Local processes.  [default: half the cores]")
]
SchedulerOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on this Dask cluster instead, such as tcp://host:8786.")
]


def batch(
    cases: Annotated[Path, typer.Argument(metavar="CASES.csv", help="A row per case; columns in docs/formats.md.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder per case and summary.csv.")],
    model: ModelOption = None,
    samples: SamplesOption = 100,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip the cases that are finished.")] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Reconstruct every case of a table.

    A bad row is reported in DIR/summary.csv and does not stop the others.
    """
    from GenerativeModelsLib.fetal.batch import run_batch
    from GenerativeModelsLib.fetal.batch_table import read_batch_table

    common = CaseRequest(
        axial=cases,  # each row has its own
        output=output,
        model=model.absolute() if model is not None else None,
        samples=samples,
        device=device,
        seed=seed,
    )
    rows = read_batch_table(cases, output, common)
    way = {"overwrite": overwrite, "resume": resume, "workers": workers, "scheduler": scheduler}
    run_and_tell(partial(run_batch, rows, output, **way), len(rows), output)


def run_and_tell(run: Callable[..., list[CaseOutcome]], count: int, output: Path) -> None:
    """Run a batch of `count` cases with a bar on stderr; print how many are done, and why the others are not.

    `run` takes `progress` as `batches.run_batch` does.
    """
    with progress_on_stderr(count) as progress:
        progress("starting", 0.0)

        def show(outcome: CaseOutcome, fraction: float) -> None:
            progress(f"{outcome.case}: {outcome.status}" + (f" ({outcome.error})" if outcome.error else ""), fraction)

        outcomes = run(progress=show)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    print(
        f"{len(outcomes) - len(failed)} of {len(outcomes)} cases done, {len(failed)} failed: {output / 'summary.csv'}"
    )
    for outcome in failed:
        print(f"  {outcome.case}: {outcome.error}")
