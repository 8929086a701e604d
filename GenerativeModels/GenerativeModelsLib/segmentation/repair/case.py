"""Steps of a repair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.segmentation.repair.request import RepairRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Progress
    from GenerativeModelsLib.segmentation.label_model import LabelModel
    from GenerativeModelsLib.segmentation.maps import LabelMaps
    from GenerativeModelsLib.segmentation.repair.repair import Repaired

__all__ = ["compute", "read_inputs", "sample_request"]


def read_inputs(request: RepairRequest) -> LabelMaps:
    """The label maps of a request, with the image that was segmented where it is given.

    Raises
    ------
    InputError
        A file cannot be used, or the image does not belong to the labels.
    """
    from GenerativeModelsLib.segmentation.image_of import grey_of, image_of
    from GenerativeModelsLib.segmentation.read import read_label_maps

    maps = read_label_maps(request)
    if request.image is None:
        return maps
    return replace(maps, grey=grey_of(image_of(maps, request.image, "file", request.view)))


def compute(request: RepairRequest, maps: LabelMaps, model: LabelModel | None, progress: Progress) -> Repaired:
    """The label maps of a request before and after the repair.

    Raises
    ------
    InputError
        A frame to keep is not in the file, slices of a view that is no stack are to be realigned, or the label network
        is of another view.
    """
    from GenerativeModelsLib.segmentation.repair.repair import repair_maps

    if request.kept and request.kept[-1] >= maps.frames:
        raise InputError(
            f"{named('keep_frames')} names frame {request.kept[-1]}, and {maps.name} has frames 0 to {maps.frames - 1}."
        )
    if request.realign and maps.slices == 1:
        raise InputError(f"{named('realign')} needs a stack, and {maps.name} is a single slice: leave it out.")
    if model is not None and model.view != request.view:
        raise InputError(
            f"{named('model')} is of {model.view} views, and {named('view')} is {request.view}: name another model."
        )
    return repair_maps(
        maps,
        request.view,
        most_percent=request.most_change,
        keep_frames=request.kept,
        whole_cycle=request.whole_cycle,
        realign=request.realign,
        model=model,
        progress=progress,
    )


def sample_request(output: Path) -> RepairRequest:
    """Request of the shipped cine of a simulated heart; results are written to the folder `output`."""
    from GenerativeModelsLib.resources import sample_dir

    return RepairRequest(file=sample_dir() / "heart_cine" / "labels.nii.gz", output=output)
