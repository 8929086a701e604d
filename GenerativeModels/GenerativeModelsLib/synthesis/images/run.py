"""Synthetic images of one request: read, drawn, compared with the style, and written into a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.run import Progress, model_summary, now, warning_entries, write_json
from GenerativeModelsLib.device import choose_device
from GenerativeModelsLib.image_files.synthetic import STAMP
from GenerativeModelsLib.label_files.values import labels_text
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.volume_file import write_volume
from GenerativeModelsLib.synthesis.images.fidelity import histogram_distances
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, read_labels, read_style
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn, ImageSynthesiser
from GenerativeModelsLib.synthesis.images.synthseg import SynthSeg

__all__ = ["DOCUMENT", "file_names", "synthesise_images", "synthesiser_of"]

DOCUMENT, SCHEMA = "result.json", "image-synthesis/1"


def synthesise_images(request: ImageSynthesisRequest, *, progress: Progress | None = None) -> dict[str, Any]:
    """Write the images and `result.json` of a request; returns the content of the latter.

    Raises
    ------
    InputError
        A file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    show = progress or (lambda message, share: None)
    start = time.perf_counter()
    with output_folder(request.output, overwrite=request.overwrite) as folder:
        show("reading the label map", 0.05)
        volume = read_labels(request.labels, "labels", request.label_values)
        style = read_style(request, volume)
        show("loading the model", 0.1)
        method, warnings = synthesiser_of(request)
        warnings = [*warnings, *volume.warnings, *method.require(volume)]
        entries, first = [], None
        for number, name in enumerate(file_names(request.n)):
            show(f"drawing image {number + 1} of {request.n}", 0.15 + 0.8 * number / request.n)
            drawn = method.draw(volume, style, np.random.default_rng([request.seed, number]))
            _write(folder / name, drawn, volume, method.name)
            entries.append({"file": name, "fidelity": histogram_distances(drawn, volume, style)})
            first = first or drawn
            warnings += [warning for warning in drawn.warnings if warning not in warnings]
        content = {
            "schema": SCHEMA,
            "synthetic": True,
            "method": method.name,
            "model": None if method.manifest is None else model_summary(method),
            "labels": {"file": volume.name, "values": labels_text(volume.named)},
            "style": None if style is None else {"file": style.name, "on_the_grid_of_the_labels": style.on_grid},
            "surroundings": first.surroundings,
            "images": entries,
            "fidelity": entries[0]["fidelity"],
            "seed": request.seed,
            "software": _software(method),
            "device": first.device,
            "created": now(),
            **warning_entries(warnings),
            "seconds": {"total": round(time.perf_counter() - start, 3)},
        }
        write_json(content, folder / DOCUMENT)
    show("done", 1.0)
    return content


def file_names(count: int) -> list[str]:
    """`image.nii.gz` for one image, else `image_000.nii.gz`, `image_001.nii.gz`, ..."""
    return ["image.nii.gz"] if count == 1 else [f"image_{number:03d}.nii.gz" for number in range(count)]


def synthesiser_of(request: ImageSynthesisRequest) -> tuple[ImageSynthesiser, tuple[str, ...]]:
    """The method of a request, and warnings on the device.

    Raises
    ------
    InputError
        The bundle or the device cannot be used.
    """
    if request.method == "synthseg":
        return SynthSeg(), ()
    from GenerativeModelsLib.synthesis.images.model import load_synthesiser

    choice = choose_device(request.device)
    folder = request.model or default_bundle(f"images-{request.method}")
    return load_synthesiser(folder, request.method, choice.torch_device), choice.warnings


def _write(path: Path, drawn: Drawn, volume: LabelledVolume, method: str) -> None:
    values = np.ascontiguousarray(volume.grid.as_in_file(drawn.values))
    write_volume(path, values, volume.grid, volume.grid.frame_s, f"{STAMP} {method}")


def _software(method: ImageSynthesiser) -> dict[str, str]:
    if method.manifest is None:
        return {"version": __version__, "numpy": np.__version__}
    import torch

    return {"version": __version__, "torch": torch.__version__}
