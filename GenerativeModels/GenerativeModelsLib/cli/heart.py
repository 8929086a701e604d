"""Commands `generative-models heart sample` and `walk`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from GenerativeModelsLib.anatomy.identity import IDENTITY
from GenerativeModelsLib.cli.console import JsonOption, print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import (
    DEVICE,
    MODEL,
    OUTPUT,
    OVERWRITE,
    SEED,
    command_from,
    json_parameter,
    parameters_of,
    values_of,
)
from GenerativeModelsLib.heart.anatomy import HEART, PRIORS
from GenerativeModelsLib.heart.request import HeartRequest

__all__ = ["sample", "walk"]

_OF_THE_REPORT = {"sex", "height_cm", "weight_kg", "realign", "language", "export", *IDENTITY}
"""Fields of the request that a walk does not use."""


def sample(
    condition: Annotated[str, typer.Option(metavar="healthy|hcm", help="Class to sample, a cluster of the top level.")],
    output: OUTPUT,
    n: Annotated[int, typer.Option("--n", metavar="N", help="Samples beside the mean; 0 = the mean only.")] = 8,
    prior: Annotated[
        str,
        typer.Option(
            metavar="|".join(PRIORS),
            help="Density of the class: a kernel density of the training hearts, or a normalising flow fitted to them.",
        ),
    ] = PRIORS[0],
    model: MODEL = None,
    device: DEVICE = "auto",
    seed: SEED = 0,
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Write the mean heart of a class and samples of it.

    Writes surfaces at both phases with wall thickness at every point, a picture of all shapes, and their figures.
    """
    with progress_of_a_case(HEART.need) as progress:
        from GenerativeModelsLib.heart.case.latent_shapes import SampleRequest, sample_shapes

        request = SampleRequest(condition, output, n, model, device, seed, overwrite, prior)
        content = sample_shapes(request, progress=progress)
    if json:
        print_json(content)
        return
    print(f"{len(content['shapes'])} {condition} shapes: {output / 'shapes.png'}")


def _walk(towards: str, steps: int, json: bool, **given: Any) -> None:
    with progress_of_a_case(HEART.need) as progress:
        from GenerativeModelsLib.heart.case.latent_shapes import WalkRequest, walk_shapes
        from GenerativeModelsLib.uncertainty.platt import probability_text

        request = WalkRequest(HeartRequest(**values_of(HeartRequest, given)), towards, steps)
        content = walk_shapes(request, progress=progress)
    if json:
        print_json(content)
        return
    first, last = (probability_text(content["shapes"][k]["hcm_probability"]) for k in (0, -1))
    shown = request.heart.output / "shapes.png"
    print(f"Probability of hypertrophic cardiomyopathy from {first} to {last}: {shown}")
    print_warnings(content["warnings"])


def _own_parameters() -> Iterator[inspect.Parameter]:
    towards = typer.Option(metavar="hcm|healthy", help="The class to walk to.")
    steps = typer.Option(metavar="N", help="Largest number of steps.")
    keyword = inspect.Parameter.KEYWORD_ONLY
    yield inspect.Parameter("towards", keyword, annotation=Annotated[str, towards])
    yield inspect.Parameter("steps", keyword, default=30, annotation=Annotated[int, steps])


walk = command_from(
    _walk,
    "walk",
    "Walk a heart through the latent space towards a class.\n\n"
    "Follows the gradient of the class within the region of the training population, and writes the shapes of each "
    "step.",
    (
        *_own_parameters(),
        *(one for one in parameters_of(HeartRequest) if one.name not in _OF_THE_REPORT),
        json_parameter(),
    ),
)
