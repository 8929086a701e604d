"""Steps of an analysis: reading of the label maps and measurement of the heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.run import Progress
from GenerativeModelsLib.heart.anatomy import PHASES
from GenerativeModelsLib.heart.request import HeartRequest

if TYPE_CHECKING:
    from GenerativeModelsLib.heart.infer.measured import MeasuredHeart
    from GenerativeModelsLib.heart.infer.model import HeartModel
    from GenerativeModelsLib.heart.labels.cine import Cine
    from GenerativeModelsLib.heart.labels.label_map import LabelMap
    from GenerativeModelsLib.heart.measure.load import LoadedHeart

__all__ = ["compute", "phase_maps", "read_label_maps", "sample_request"]


def read_label_maps(request: HeartRequest) -> LoadedHeart:
    """The label maps of a request, checked and measured.

    Raises
    ------
    InputError
        A label map cannot be used.
    """
    from GenerativeModelsLib.heart.measure.load import heart_from_cine, heart_from_maps
    from GenerativeModelsLib.heart.measure.septum import parse_septum
    from GenerativeModelsLib.heart.realign.slices import shared_slices

    septum = None if request.septum is None else parse_septum(request.septum)
    maps, cine = phase_maps(request)
    if request.realign:
        shared_slices(maps)
    if cine is not None:
        return heart_from_cine(cine, septum, force=request.force)
    return heart_from_maps(maps["ed"], maps.get("es"), septum, force=request.force)


def phase_maps(request: HeartRequest) -> tuple[dict[str, LabelMap], Cine | None]:
    """The label maps of a request by phase, each cropped to its heart, and the cine that they are frames of, if any.

    Raises
    ------
    InputError
        A label map cannot be read.
    """
    from GenerativeModelsLib.heart.labels.cine import read_cine
    from GenerativeModelsLib.heart.labels.label_map import is_preset, parse_labels
    from GenerativeModelsLib.heart.labels.read import read_label_map

    labels, by_name = parse_labels(request.labels), is_preset(request.labels)
    if request.cine is not None:
        cine = read_cine(request.cine, labels, request.ed_frame, request.es_frame)
        return {"ed": cine.ed, "es": cine.es}, cine
    given = {phase: source for phase in PHASES if (source := getattr(request, phase)) is not None}
    return {phase: read_label_map(source, labels, phase, by_name=by_name) for phase, source in given.items()}, None


def compute(request: HeartRequest, loaded: LoadedHeart, model: HeartModel, progress: Progress) -> MeasuredHeart:
    """The measurements of the heart, its slices realigned if asked, and of the model's reconstruction of it.

    Raises
    ------
    InputError
        Its realigned slices cannot be measured.
    """
    from GenerativeModelsLib.heart.infer.measured import measure_heart
    from GenerativeModelsLib.heart.measure.septum import parse_septum
    from GenerativeModelsLib.heart.realign.realign import realigned

    if request.realign:
        progress("realigning the slices", 0.0)
        septum = None if request.septum is None else parse_septum(request.septum)
        loaded = realigned(loaded, model, septum, force=request.force)
    return measure_heart(loaded, model, progress)


def sample_request(output) -> HeartRequest:
    """Request of the shipped sample heart; results are written to the folder `output`."""
    from GenerativeModelsLib.resources import sample_dir

    folder = sample_dir() / "heart"
    return HeartRequest(folder / "ed.nii.gz", folder / "es.nii.gz", output=output)
