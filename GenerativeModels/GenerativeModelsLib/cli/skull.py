"""Command `generative-models skull sample`."""

from __future__ import annotations

from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_of_a_case
from GenerativeModelsLib.cli.options import DEVICE, MODEL, OUTPUT, OVERWRITE, SEED
from GenerativeModelsLib.skull.anatomy import SKULL

__all__ = ["sample"]


def sample(
    output: OUTPUT,
    n: Annotated[int, typer.Option("--n", metavar="N", help="Heads to draw.")] = 8,
    weeks: Annotated[
        str | None,
        typer.Option(
            metavar="A|A-B", help="Ages of the heads in decimal weeks, or 27+3; A alone: half a week about it."
        ),
    ] = None,
    model: MODEL = None,
    device: DEVICE = "auto",
    seed: SEED = 0,
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Draw heads from the population that a model has learnt.

    Writes surfaces, a table of their biometry, and a picture of them.
    """
    with progress_of_a_case(SKULL.need) as progress:
        from GenerativeModelsLib.skull.case.samples import SkullSampleRequest, parse_weeks, write_heads

        ages = None if weeks is None else parse_weeks(weeks)
        request = SkullSampleRequest(output, n, ages, model, device, seed, overwrite)
        content = write_heads(request, progress=progress)
    if json:
        print_json(content)
        return
    print(f"{len(content['shapes'])} heads, {100 * content['acceptance']:.1f} % of the draws: {output / 'shapes.png'}")
