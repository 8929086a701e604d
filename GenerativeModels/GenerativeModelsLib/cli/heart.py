"""`generative-models heart analyse`, `sample` and `walk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, progress_of_a_case
from GenerativeModelsLib.cli.skull import DeviceOption, ModelOption, OverwriteOption, SeedOption
from GenerativeModelsLib.process.memory import ANALYSE_HEART

__all__ = ["analyse", "sample", "walk"]

EdOption = Annotated[Path, typer.Option(metavar="FILE", help="Label map at end diastole (NIfTI, NRRD, MHA).")]
EsOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Label map at end systole.")]
LabelsOption = Annotated[
    str, typer.Option(metavar="PRESET|lv=3,myo=2,rv=1", help="What the values mean; presets: acdc, ukbb.")
]
SeptumOption = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,Z|dir:X,Y,Z",
        help="A point on the septum, or a direction towards it, in LPS mm.  [default: from the right ventricle]",
    ),
]
SexOption = Annotated[
    str | None, typer.Option(metavar="male|female", help="For the reference ranges.  [default: both are shown]")
]
OutputOption = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results; created.")]


def analyse(
    ed: EdOption,
    output: OutputOption,
    es: EsOption = None,
    labels: LabelsOption = "acdc",
    septum: SeptumOption = None,
    sex: SexOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Analyse a left ventricle from label maps.

    Label maps at end diastole and end systole in; surfaces with wall thickness in mm, volumes, the 17 segments, the
    heart's place in the latent space, the probability of hypertrophic cardiomyopathy and a report out.
    """
    from GenerativeModelsLib.heart.request import HeartRequest

    request = HeartRequest(ed, output, es, labels, septum, sex, model, device, seed, overwrite)
    with progress_of_a_case(ANALYSE_HEART) as progress:
        from GenerativeModelsLib.heart.case.run import analyse_heart

        found = analyse_heart(request, progress=progress)
    if json:
        print_json(found.result)
        return
    from GenerativeModelsLib.cli.heart_table import print_heart

    print_heart(found.result, output)


def sample(
    condition: Annotated[str, typer.Option(metavar="healthy|hcm", help="Which cluster of the top level.")],
    output: OutputOption,
    n: Annotated[int, typer.Option("--n", metavar="N", help="Samples beside the mean; 0 = the mean only.")] = 8,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Write the mean heart of a class and samples of it.

    Surfaces at both phases with wall thickness at every point, a picture of them all, and their figures.
    """
    with progress_of_a_case(ANALYSE_HEART) as progress:
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
    output: OutputOption,
    es: EsOption = None,
    labels: LabelsOption = "acdc",
    septum: SeptumOption = None,
    steps: Annotated[int, typer.Option(metavar="N", help="Steps of the walk at most.")] = 30,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    overwrite: OverwriteOption = False,
    json: JsonOption = False,
) -> None:
    """Walk a heart through the latent space towards a class.

    Follows the gradient of the class within the region of the training population; writes the shapes on the way.
    """
    with progress_of_a_case(ANALYSE_HEART) as progress:
        from GenerativeModelsLib.heart.case.latent_shapes import WalkRequest, walk_shapes
        from GenerativeModelsLib.heart.request import HeartRequest
        from GenerativeModelsLib.uncertainty.platt import probability_text

        heart = HeartRequest(ed, output, es, labels, septum, None, model, device, seed, overwrite)
        request = WalkRequest(heart, towards, steps)
        content = walk_shapes(request, progress=progress)
    if json:
        print_json(content)
        return
    first, last = (probability_text(content["shapes"][k]["hcm_probability"]) for k in (0, -1))
    print(f"Probability of hypertrophic cardiomyopathy from {first} to {last}: {output / 'shapes.png'}")
