"""`generative-models benchmark`: the published comparisons, on the project's own held-out cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.skull import ModelOption

__all__ = ["benchmark"]


def benchmark(
    name: Annotated[str, typer.Argument(metavar="NAME", help="skull, hc18, templates, speed or thickness.")],
    cases: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Held-out cases.  [default: the benchmark's own]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of the held-out cases.")] = 0,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the table and the figures, if wanted.")
    ] = None,
    model: ModelOption = None,
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the real data, for hc18 and templates.")] = Path(
        "../shared/data"
    ),
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Processes, for skull.")] = 2,
) -> None:
    """Re-run a published comparison.

    Prints the table of the project's own held-out cases beside the paper's.
    """
    from GenerativeModelsLib.evaluation.benchmarks import run

    run(name, cases=cases, seed=seed, output=output, model=model, data=data, workers=workers)
