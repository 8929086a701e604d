"""`generative-models synthesise translate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import DEVICE, OUTPUT, OVERWRITE, SEED, bundle_named
from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["translate"]

NEED = MemoryNeed("a translated image", 900_000_000)


def translate(
    image: Annotated[
        Path, typer.Argument(metavar="IMAGE", help="Axial ultrasound of a head, or a slice, a stack or a cine of MR.")
    ],
    to: Annotated[
        str, typer.Option(metavar="DOMAIN", help="simulated-ultrasound, hc18-ultrasound, or a domain of --model.")
    ],
    output: OUTPUT,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Bundle that leads to the domain.  [default: the shipped one]",
            callback=bundle_named,
        ),
    ] = None,
    spacing: Annotated[
        str | None,
        typer.Option(
            metavar="MM", help="Pixel spacing of the ultrasound, 0.2 or 0.2,0.25.  [default: that of the file]"
        ),
    ] = None,
    seed: SEED = 0,
    device: DEVICE = "auto",
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Give an image the look of another domain, to train networks on it.

    The image is synthetic: it is stamped so in its header and in result.json, and skull reconstruct refuses it. It must
    not be measured.
    """
    with progress_of_a_case(NEED) as progress:
        from GenerativeModelsLib.skull.plane_fields import parse_spacing
        from GenerativeModelsLib.synthesis.translate.request import TranslationRequest
        from GenerativeModelsLib.synthesis.translate.run import translate_image

        spacing_mm = None if spacing is None else parse_spacing(spacing, "spacing_mm")
        request = TranslationRequest(image, to, output, model, spacing_mm, seed, device, overwrite)
        content = translate_image(request, progress=progress)
    if json:
        print_json(content)
        return
    drift, moved = content["drift"], ""
    if drift is not None:
        far = f"{drift['mean_percent']:.2f} % of its radius"
        far = far if drift["mean_mm"] is None else f"{drift['mean_mm']:.2f} mm"
        moved = f"; the outline of the head moved by {far} (mean)"
    print(f"{output / content['file']}: synthetic, {content['domains']['from']} to {content['domains']['to']}{moved}")
    print_warnings(content["warnings"], content["warning_kinds"])
