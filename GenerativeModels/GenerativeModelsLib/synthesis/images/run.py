"""Steps of the synthesis of images: label map and style are read, images drawn, compared with the style and written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.run import Case, Progress
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.synthetic import STAMP
from GenerativeModelsLib.label_files.values import labels_text
from GenerativeModelsLib.process.memory import require_room
from GenerativeModelsLib.process.time_left import with_time_left
from GenerativeModelsLib.segmentation.volume_file import write_volume
from GenerativeModelsLib.synthesis.images.anatomy import OVERVIEW, USEFULNESS
from GenerativeModelsLib.synthesis.images.fidelity import histogram_distances
from GenerativeModelsLib.synthesis.images.overview import write_overview
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage, read_labels, read_style
from GenerativeModelsLib.synthesis.images.request import WITHOUT_NETWORKS, ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn, ImageSynthesiser
from GenerativeModelsLib.synthesis.images.synthseg import SynthSeg

if TYPE_CHECKING:
    from GenerativeModelsLib.synthesis.images.learned import LearnedSynthesiser

__all__ = [
    "Given",
    "Synthesised",
    "compute",
    "document",
    "file_names",
    "generator",
    "method_of",
    "read_inputs",
    "sample_request",
    "write_files",
]


@dataclass(frozen=True, eq=False)
class Given:
    """The inputs of a request: a label map, and a style or None."""

    volume: LabelledVolume
    style: StyleImage | None


@dataclass(frozen=True, eq=False)
class Synthesised:
    """Images of one label map.

    Attributes
    ----------
    drawn
        The images, in the order of their files.
    fidelity
        Of each image; None without a style.
    method
        By which they were drawn.
    warnings
        Sentences.
    seconds
        By step.
    """

    drawn: list[Drawn]
    fidelity: list[dict[str, Any] | None]
    method: str
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def read_inputs(request: ImageSynthesisRequest) -> Given:
    """Label map and style of a request.

    Raises
    ------
    InputError
        A file cannot be used.
    """
    volume = read_labels(request.labels, "labels", request.label_values)
    return Given(volume, read_style(request, volume))


def method_of(name: str, model: LearnedSynthesiser | None) -> ImageSynthesiser:
    """The method of that name; `model` are its networks, None for the one without.

    Raises
    ------
    InputError
        The networks are those of another method.
    """
    if name == WITHOUT_NETWORKS:
        return SynthSeg()
    if model is None:
        raise InputError(f"{named('method')} {name} needs its networks: give their folder as {named('model')}.")
    if model.name != name:
        raise InputError(
            f"{named('model')} has the networks of {model.name}, and {named('method')} is {name}: name another "
            f"{named('model')}."
        )
    return model


def generator(seed: int, number: int) -> np.random.Generator:
    """Where the draws of an image come from, by the seed of its request and its number, from 0."""
    return np.random.default_rng([seed, number])


def compute(
    request: ImageSynthesisRequest, given: Given, model: LearnedSynthesiser | None, progress: Progress
) -> Synthesised:
    """The images of a request.

    Raises
    ------
    InputError
        The method does not know a label, the networks are those of another method, or memory is too small for so many
        images.
    """
    start = time.perf_counter()
    volume, style = given.volume, given.style
    method = method_of(request.method, model)
    remedy = f"ask for fewer by {named('n')}, and for others by another {named('seed')}"
    require_room(request.n * volume.values.size * 4, f"{request.n} images of this size", remedy)
    warnings = [*volume.warnings, *method.require(volume)]
    images, fidelity = [], []
    show = with_time_left(progress)
    for number in range(request.n):
        told = partial(_tell, show, number, request.n)
        told(0.0)
        drawn = method.draw(volume, style, generator(request.seed, number), told=told)
        images.append(drawn)
        fidelity.append(histogram_distances(drawn, volume, style))
        warnings += [warning for warning in drawn.warnings if warning not in warnings]
    return Synthesised(images, fidelity, method.name, tuple(warnings), {"draw": time.perf_counter() - start})


def _tell(show: Progress, number: int, count: int, share: float) -> None:
    """Say that a share of an image of so many is drawn."""
    show(f"drawing image {number + 1} of {count}", (number + share) / count)


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json`, as docs/formats.md has them."""
    found: Synthesised = case.run.found
    volume, style = case.inputs.volume, case.inputs.style
    names = file_names(len(found.drawn))
    return {
        "synthetic": True,
        "method": found.method,
        "labels": {"file": volume.name, "values": labels_text(volume.named)},
        "style": None if style is None else {"file": style.name, "on_the_grid_of_the_labels": style.on_grid},
        "frame_s": volume.frame_s,
        "surroundings": found.drawn[0].surroundings,
        "images": [{"file": name, "fidelity": near} for name, near in zip(names, found.fidelity)],
        "fidelity": found.fidelity[0],
        "usefulness": USEFULNESS,
        "seed": case.request.seed,
        "device": found.drawn[0].device,
        "software": {"version": __version__, **_computed_with(case)},
    }


def _computed_with(case: Case) -> dict[str, str]:
    if case.run.model is None:
        return {"numpy": np.__version__}
    import torch

    return {"torch": torch.__version__}


def write_files(case: Case, folder: Path) -> None:
    """Write the images on the grid of the label map, and the picture `OVERVIEW` of the first."""
    found: Synthesised = case.run.found
    grid = case.inputs.volume.grid
    for name, drawn in zip(file_names(len(found.drawn)), found.drawn):
        values = np.ascontiguousarray(grid.as_in_file(drawn.values))
        write_volume(folder / name, values, grid, grid.frame_s, f"{STAMP} {found.method}")
    write_overview(folder / OVERVIEW, case.inputs.volume, found.drawn[0])


def file_names(count: int) -> list[str]:
    """`image.nii.gz` for one image, else `image_000.nii.gz`, `image_001.nii.gz`, ..."""
    return ["image.nii.gz"] if count == 1 else [f"image_{number:03d}.nii.gz" for number in range(count)]


def sample_request(output: Path) -> ImageSynthesisRequest:
    """Request of an image of the shipped simulated heart; results are written to the folder `output`."""
    from GenerativeModelsLib.resources import sample_dir

    return ImageSynthesisRequest(labels=sample_dir() / "heart" / "ed.nii.gz", output=output)
