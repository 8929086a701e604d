"""`generative-models skull batch`: a table of cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_on_stderr
from GenerativeModelsLib.cli.skull import DeviceOption, ModelOption, OverwriteOption, SamplesOption, SeedOption
from GenerativeModelsLib.skull.request import SkullRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.batch.run import BatchKind, CaseOutcome

__all__ = [
    "KeepGoingOption",
    "ResumeOption",
    "SchedulerOption",
    "TimeLimitOption",
    "WorkersOption",
    "batch",
    "run_and_report",
]

WorkersOption = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Local processes.  [default: half the cores, as far as memory allows]"),
]
SchedulerOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on this Dask cluster instead, such as tcp://host:8786.")
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Skip the cases finished with the same inputs, model and options.")
]
KeepGoingOption = Annotated[
    bool, typer.Option("--keep-going", help="Exit with 0 although rows failed; the summary names them.  [default: 3]")
]
TimeLimitOption = Annotated[
    float, typer.Option("--time-limit", min=0.1, metavar="MINUTES", help="A case that takes longer is ended.")
]
SOME_FAILED = 3
"""Exit code of a batch of which some rows failed."""


def batch(
    cases: Annotated[Path, typer.Argument(metavar="CASES.csv", help="A row per case; columns in docs/formats.md.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder per case and summary.csv.")],
    model: ModelOption = None,
    samples: SamplesOption = 100,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    time_limit: TimeLimitOption = 15.0,
    resume: ResumeOption = False,
    overwrite: OverwriteOption = False,
    keep_going: KeepGoingOption = False,
    json: JsonOption = False,
) -> None:
    """Reconstruct every case of a table.

    A bad row is reported in DIR/summary.csv and does not stop the others.
    """
    from GenerativeModelsLib.skull.case.batch import batch_kind, run_batch
    from GenerativeModelsLib.skull.case.batch_table import read_batch_table

    common = SkullRequest(
        axial=cases,  # each row has its own
        output=output,
        model=model.absolute() if model is not None else None,
        samples=samples,
        device=device,
        seed=seed,
    )
    rows = read_batch_table(cases, output, common)
    way = {"overwrite": overwrite, "resume": resume, "workers": workers, "scheduler": scheduler}
    run = partial(run_batch, rows, output, **way, time_limit_seconds=60.0 * time_limit)
    run_and_report(run, batch_kind(), len(rows), output, keep_going=keep_going, json=json)


def run_and_report(
    run: Callable[..., list[CaseOutcome]],
    kind: BatchKind,
    count: int,
    output: Path,
    *,
    keep_going: bool,
    json: bool,
) -> None:
    """Run a batch of `count` cases with a bar on stderr; print how many are done, and why the others are not.

    Parameters
    ----------
    run
        Takes `progress` as `batch.run.run_batch` does.
    kind
        Of the batch, for the lines of the summary.
    keep_going
        Whether the program exits with 0 although cases failed, not with 3.
    json
        Print a document with all lines of the summary instead.
    """
    with progress_on_stderr(count) as progress:
        progress("starting", 0.0)

        def show(outcome: CaseOutcome, fraction: float) -> None:
            progress(f"{outcome.case}: {outcome.status}" + (f" ({outcome.error})" if outcome.error else ""), fraction)

        outcomes = run(progress=show)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    kept = sum(outcome.resumed == "kept" for outcome in outcomes)
    anew = [outcome for outcome in outcomes if outcome.resumed not in ("", "kept")]
    done = len(outcomes) - len(failed)
    if json:
        empty = dict.fromkeys(kind.columns)
        lines = [empty | {name: v for name, v in kind.line(outcome).items() if v != ""} for outcome in outcomes]
        print_json({"schema": "batch/1", "done": done, "failed": len(failed), "kept": kept, "cases": lines})
    else:
        print(f"{done} of {len(outcomes)} cases done, {len(failed)} failed: {output / 'summary.csv'}")
        if kept or anew:
            print(f"{kept} cases were kept from an earlier run, {len(anew)} computed anew.")
        for outcome in failed:
            print(f"  {outcome.case}: {outcome.error}")
        for outcome in anew:
            print(f"  {outcome.case}: {outcome.resumed}")
    if failed and not keep_going:
        raise typer.Exit(SOME_FAILED)
