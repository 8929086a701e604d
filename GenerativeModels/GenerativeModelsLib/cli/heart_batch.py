"""`generative-models heart batch`: a table of hearts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.batch import (
    KeepGoingOption,
    ResumeOption,
    SchedulerOption,
    TimeLimitOption,
    WorkersOption,
    run_and_report,
)
from GenerativeModelsLib.cli.console import JsonOption
from GenerativeModelsLib.cli.heart import LabelsOption
from GenerativeModelsLib.cli.skull import DeviceOption, ModelOption, OverwriteOption, SeedOption

__all__ = ["heart_batch"]


def heart_batch(
    cases: Annotated[Path, typer.Argument(metavar="CASES.csv", help="Columns: case,ed,es,labels,septum,sex.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder per case and summary.csv.")],
    labels: LabelsOption = "acdc",
    model: ModelOption = None,
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
    """Analyse every heart of a table.

    A bad row is reported in DIR/summary.csv and does not stop the others.
    """
    from GenerativeModelsLib.heart.case.batch import batch_kind, read_heart_table, run_heart_batch
    from GenerativeModelsLib.heart.request import HeartRequest

    common = HeartRequest(
        ed=cases,  # each row has its own
        output=output,
        labels=labels,
        model=model.absolute() if model is not None else None,
        device=device,
        seed=seed,
    )
    rows = read_heart_table(cases, output, common)
    way = {"overwrite": overwrite, "resume": resume, "workers": workers, "scheduler": scheduler}
    run = partial(run_heart_batch, rows, output, **way, time_limit_seconds=60.0 * time_limit)
    run_and_report(run, batch_kind(), len(rows), output, keep_going=keep_going, json=json)
