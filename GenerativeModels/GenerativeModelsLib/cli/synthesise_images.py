"""`generative-models synthesise images`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.cli.console import JsonOption, print_json, print_warnings, progress_of_a_case
from GenerativeModelsLib.cli.options import DEVICE, OUTPUT, OVERWRITE, SEED, bundle_named
from GenerativeModelsLib.process.memory import MemoryNeed

__all__ = ["images"]

NEED = MemoryNeed("synthetic images", 900_000_000)


def images(
    labels: Annotated[Path, typer.Option(metavar="FILE", help="Label map: a slice, a stack or a cine.")],
    output: OUTPUT,
    style: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", help="Image whose grey values are taken.  [default: a style is drawn]"),
    ] = None,
    style_labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Label map of the style image.  [default: that of --labels, where the image lies on its grid]",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option(metavar="synthseg|spade|cgan|ldm", help="How the image is drawn.")
    ] = "synthseg",
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Bundle with the networks of the method.  [default: the shipped one]",
            callback=bundle_named,
        ),
    ] = None,
    label_values: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Values of the structures: acdc, ukbb, camus, or such as lv=3,myo=2,rv=1."),
    ] = "acdc",
    n: Annotated[int, typer.Option("--n", metavar="N", help="Number of images.")] = 1,
    seed: SEED = 0,
    device: DEVICE = "auto",
    overwrite: OVERWRITE = False,
    json: JsonOption = False,
) -> None:
    """Draw synthetic cine MR images of a label map.

    Every image is stamped as synthetic in its header and in result.json.
    """
    with progress_of_a_case(NEED) as progress:
        from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
        from GenerativeModelsLib.synthesis.images.run import synthesise_images

        request = ImageSynthesisRequest(
            labels, output, style, style_labels, method, model, label_values, n, seed, device, overwrite
        )
        content = synthesise_images(request, progress=progress)
    if json:
        print_json(content)
        return
    for entry in content["images"]:
        apart = (entry["fidelity"] or {}).get("overall")
        near = "" if apart is None else f", {apart:.3f} of the grey range from the style"
        print(f"{output / entry['file']}: synthetic, {content['method']}{near}")
    print_warnings(content["warnings"], content["warning_kinds"])
