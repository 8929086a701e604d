"""Command `generative-models segmentation uncertainty`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import OUTPUT, OVERWRITE, bundle_named, parameters_of
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["uncertainty"]

_VIEW, _LABELS = (
    next(one.annotation for one in parameters_of(SegmentationRequest) if one.name == name)
    for name in ("view", "labels")
)


def uncertainty(
    image: Annotated[Path, typer.Option(metavar="FILE", help="Grey image on the grid of the prediction.")],
    prediction: Annotated[
        Path, typer.Option(metavar="FILE", help="Its label map: a stack, a cine, or a slice over time.")
    ],
    output: OUTPUT,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Bundle of a training of segmentation-uncertainty.  [default: the shipped one]",
            callback=bundle_named,
        ),
    ] = None,
    labels: _LABELS = "acdc",
    view: _VIEW = "short-axis",
    frame_interval: Annotated[
        float | None,
        typer.Option(metavar="MS", help="Time from one frame to the next, for a file that carries none."),
    ] = None,
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Say where a segmentation is probably wrong.

    Compares it with the label maps of a training set that go with its image, and writes for every voxel the
    probability that its label is wrong, as calibrated on held-out patients.
    """
    with progress_of_a_case(SEGMENTATION.need) as progress:
        from GenerativeModelsLib.segmentation.uncertainty.case import UNCERTAINTY, uncertainty_case
        from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest

        request = UncertaintyRequest(image, prediction, output, model, labels, view, frame_interval, overwrite)
        content = uncertainty_case(request, progress=progress).content
    if json:
        print_json(content)
        return
    areas = [value for row in content["wrong_mm2"] for value in row if value is not None]
    print(f"Expected area of wrong labels, mean of the slices: {sum(areas) / max(len(areas), 1):.0f} mm²")
    print(output / UNCERTAINTY)
    print_warnings(content["warnings"], content["warning_kinds"])
