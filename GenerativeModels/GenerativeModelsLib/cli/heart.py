"""Commands `generative-models heart sample` and `walk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_of_a_case
from GenerativeModelsLib.cli.options import DEVICE, MODEL, OUTPUT, OVERWRITE, SEED
from GenerativeModelsLib.heart.anatomy import HEART

__all__ = ["sample", "walk"]

EdOption = Annotated[Path, typer.Option(metavar="FILE", help="Label map at end diastole (NIfTI, NRRD, MHA).")]
EsOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Label map at end systole.")]
LabelsOption = Annotated[
    str, typer.Option(metavar="PRESET|lv=3,myo=2,rv=1", help="Meaning of the values; presets: acdc, ukbb.")
]
SeptumOption = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,Z|dir:X,Y,Z",
        help="A point on the septum, or a direction towards it, in LPS mm.  [default: from the right ventricle]",
    ),
]


def sample(
    condition: Annotated[str, typer.Option(metavar="healthy|hcm", help="Class to sample, a cluster of the top level.")],
    output: OUTPUT,
    n: Annotated[int, typer.Option("--n", metavar="N", help="Samples beside the mean; 0 = the mean only.")] = 8,
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

        request = SampleRequest(condition, output, n, model, device, seed, overwrite)
        content = sample_shapes(request, progress=progress)
    if json:
        print_json(content)
        return
    print(f"{len(content['shapes'])} {condition} shapes: {output / 'shapes.png'}")


def walk(
    ed: EdOption,
    towards: Annotated[str, typer.Option(metavar="hcm|healthy", help="The class to walk to.")],
    output: OUTPUT,
    es: EsOption = None,
    labels: LabelsOption = "acdc",
    septum: SeptumOption = None,
    steps: Annotated[int, typer.Option(metavar="N", help="Largest number of steps.")] = 30,
    model: MODEL = None,
    device: DEVICE = "auto",
    seed: SEED = 0,
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Walk a heart through the latent space towards a class.

    Follows the gradient of the class within the region of the training population, and writes the shapes of each step.
    """
    with progress_of_a_case(HEART.need) as progress:
        from GenerativeModelsLib.heart.case.latent_shapes import WalkRequest, walk_shapes
        from GenerativeModelsLib.heart.request import HeartRequest
        from GenerativeModelsLib.uncertainty.platt import probability_text

        heart = HeartRequest(
            ed, es, labels, septum, output=output, model=model, device=device, seed=seed, overwrite=overwrite
        )
        request = WalkRequest(heart, towards, steps)
        content = walk_shapes(request, progress=progress)
    if json:
        print_json(content)
        return
    first, last = (probability_text(content["shapes"][k]["hcm_probability"]) for k in (0, -1))
    print(f"Probability of hypertrophic cardiomyopathy from {first} to {last}: {output / 'shapes.png'}")
