"""Steps of the synthesis of label maps, as the record of an anatomy names them, and the whole of it into a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.run import LoadModel, Progress, load_on, write_json
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.label_files.files import opened
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.process.time_left import with_time_left
from GenerativeModelsLib.synthesis.labels.request import LabelsRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.synthesis.labels.made import SyntheticLabels

__all__ = ["DOCUMENT", "STALE", "compute", "made_labels", "read_inputs", "uses_model", "write_folder"]

DOCUMENT = "result.json"
STALE = ("[0-9][0-9][0-9].nii.gz", "[0-9][0-9][0-9]_es.nii.gz", "[0-9][0-9][0-9]_cycle.nii.gz")
"""Patterns of the files of an earlier run."""


def uses_model(request: LabelsRequest) -> bool:
    """Whether the hearts come from the latent space."""
    return request.from_latent


def read_inputs(request: LabelsRequest) -> None:
    """See that the files of a request are there; they are read with the model, in whose space they are placed.

    Raises
    ------
    InputError
        A file or folder is missing.
    """
    given = [("from", request.source), *(("between", path) for path in request.between or ())]
    for field, path in given:
        if path is not None and not path.is_dir() and path.name != DOCUMENT:
            opened(path, field)
        elif path is not None and not path.exists():
            raise InputError(f"{named(field)} {path} does not exist: give a label map or a folder of heart analyse.")
    if request.like is not None:
        opened(request.like, "like", "label map or image")


def compute(
    request: LabelsRequest, inputs: None, model: HeartModel | None, progress: Callable[[str, float], None]
) -> SyntheticLabels:
    """The label maps of a request; `model` is None for those of a file (`uses_model`).

    Raises
    ------
    InputError
        An input cannot be used, or no map of it keeps to the rules.
    """
    from GenerativeModelsLib.synthesis.labels.from_file import hearts_of_file
    from GenerativeModelsLib.synthesis.labels.from_latent import drawn_hearts, hearts_of_way

    start = time.perf_counter()
    if not request.from_latent:
        found = hearts_of_file(request, with_time_left(progress))
    elif request.way == "condition":
        found = drawn_hearts(request, model, with_time_left(progress))
    else:
        found = hearts_of_way(request, model, progress)
    return replace(found, seconds={"make": time.perf_counter() - start})


def made_labels(
    request: LabelsRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> tuple[SyntheticLabels, dict[str, Any]]:
    """The label maps of a request and the content of their `result.json`, without writing them; raises as `compute`."""
    from GenerativeModelsLib.synthesis.labels.write import document

    show = progress or (lambda message, share: None)
    read_inputs(request)
    model, device = None, "cpu"
    if uses_model(request):
        from GenerativeModelsLib.device import choose_device

        show("loading the model", 0.05)
        choice = choose_device(request.device)
        model, device = load_on(HEART, request.model, choice.torch_device, load), choice.name
    found = compute(request, None, model, lambda message, share: show(message, 0.1 + 0.75 * share))
    return found, document(request, found, model, device)


def write_folder(
    request: LabelsRequest, *, progress: Progress | None = None, load: LoadModel | None = None
) -> tuple[SyntheticLabels, dict[str, Any]]:
    """As `made_labels`, with the maps and `result.json` written into the folder of the request.

    Raises
    ------
    InputError
        An input, the bundle or the output folder cannot be used; nothing is left behind.
    """
    from GenerativeModelsLib.synthesis.labels.write import write_maps

    show = progress or (lambda message, share: None)
    with output_folder(request.output, overwrite=request.overwrite, stale=STALE) as folder:
        found, content = made_labels(request, progress=progress, load=load)
        show("writing the label maps", 0.9)
        write_maps(found, folder)
        write_json(content, folder / DOCUMENT)
    show("done", 1.0)
    return found, content
