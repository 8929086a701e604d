"""`generative-models benchmark`: evaluation on held-out cases, with the published results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption
from GenerativeModelsLib.cli.options import MODEL

__all__ = ["NAMES", "benchmark"]

NAMES = (
    *("skull", "hc18", "scale", "templates", "domain", "agreement", "imagined-planes", "rivals", "ablations"),
    *("heart", "heart-real", "heart-ablation", "heart-population", "realign"),
    *("segmentation-check", "repair", "uncertainty", "label-model"),
    *("synthesis", "synthesis-labels", "translation"),
    *("densities", "thickness", "speed"),
)
"""Names of the benchmarks in `benchmarks.run.run`."""


def benchmark(
    name: Annotated[str, typer.Argument(metavar="NAME", help=" or ".join((", ".join(NAMES[:-1]), NAMES[-1])) + ".")],
    cases: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Held-out cases.  [default: the benchmark's own]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the held-out cases.")] = 0,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the table and the figures, if wanted.")
    ] = None,
    model: MODEL = None,
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the real data, or the one above it, if needed.")
    ] = Path("../shared/data"),
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Processes.")] = 2,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="heart.safetensors of a training, for its VAE; for heart-ablation a bundle.  "
            "[default: what make train-heart wrote]",
        ),
    ] = None,
    final: Annotated[
        bool,
        typer.Option(
            "--final", help="For hc18, label-model, repair, synthesis, uncertainty: what never steers development."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run a benchmark on held-out cases.

    Prints its table, with the published results for comparison.
    """
    from GenerativeModelsLib.benchmarks.run import run

    options = {"cases": cases, "seed": seed, "output": output, "model": model, "data": data}
    run(name, **options, workers=workers, baseline=baseline, final=final, as_json=json)
