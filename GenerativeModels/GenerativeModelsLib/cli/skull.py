"""`generative-models skull reconstruct`: one case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_of_a_case
from GenerativeModelsLib.process.memory import RECONSTRUCT_SKULL
from GenerativeModelsLib.skull.request import PLANES, SkullRequest, parse_age

__all__ = ["reconstruct"]

ModelOption = Annotated[
    Path | None, typer.Option("--model", metavar="DIR", help="A model bundle.  [default: the shipped one]")
]
SamplesOption = Annotated[
    int, typer.Option("--samples", metavar="N", help="Draws from the conditional prior; 0 = mean only.")
]
DeviceOption = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda|cuda:N|mps", help="Where it is computed.")
]
SeedOption = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same device: same result to the bit.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Write into a folder that is not empty.")]


def reconstruct(
    axial: Annotated[Path, typer.Option(metavar="FILE", help="Transventricular or transthalamic plane.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results; created.")],
    sagittal: Annotated[Path | None, typer.Option(metavar="FILE", help="Midsagittal plane.")] = None,
    coronal: Annotated[Path | None, typer.Option(metavar="FILE", help="Coronal plane.")] = None,
    pixel_spacing: Annotated[
        str | None,
        typer.Option(metavar="MM|ROW,COL", help="Millimetres per pixel, for files that carry none (PNG, JPEG)."),
    ] = None,
    axial_spacing: Annotated[
        str | None, typer.Option(metavar="MM|ROW,COL", help="Of the axial image, whatever the file says.")
    ] = None,
    sagittal_spacing: Annotated[
        str | None, typer.Option(metavar="MM|ROW,COL", help="Of the sagittal image, whatever the file says.")
    ] = None,
    coronal_spacing: Annotated[
        str | None, typer.Option(metavar="MM|ROW,COL", help="Of the coronal image, whatever the file says.")
    ] = None,
    model: ModelOption = None,
    samples: SamplesOption = 100,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    gestational_age: Annotated[
        str | None,
        typer.Option(metavar="WEEKS", help="Decimal weeks, or 27+3, for percentiles against the growth charts."),
    ] = None,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Reconstruct a skull from ultrasound planes.

    One to three planes in; the surface with its uncertainty in mm, the biometry with intervals and a report out.
    """
    from GenerativeModelsLib.skull.planes.image import parse_spacing

    given = {plane: text for plane, text in zip(PLANES, (axial_spacing, sagittal_spacing, coronal_spacing)) if text}
    request = SkullRequest(
        axial=axial,
        sagittal=sagittal,
        coronal=coronal,
        pixel_spacing_mm=parse_spacing(pixel_spacing) if pixel_spacing else None,
        output=output,
        model=model,
        samples=samples,
        device=device,
        seed=seed,
        gestational_age_weeks=None if gestational_age is None else parse_age(gestational_age),
        overwrite=overwrite,
        **{f"{plane}_spacing_mm": parse_spacing(text, f"--{plane}-spacing") for plane, text in given.items()},
    )
    with progress_of_a_case(RECONSTRUCT_SKULL) as progress:
        from GenerativeModelsLib.skull.case.run import reconstruct_case

        found = reconstruct_case(request, progress=progress)
    if json:
        print_json(found.result)
        return
    from GenerativeModelsLib.cli.result_table import print_result

    print_result(found.result, output)
