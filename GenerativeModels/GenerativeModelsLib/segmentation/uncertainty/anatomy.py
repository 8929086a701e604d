"""Record of the uncertainty of cardiac segmentations in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Quantity
from GenerativeModelsLib.language import N_, _, ngettext
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest

__all__ = ["MAP", "OVERVIEW", "UNCERTAINTY", "worst_slices"]

MAP, OVERVIEW = "uncertainty.nii.gz", "overview.png"
NOTED = 3
"""Slices that the notes name."""
_HERE = "GenerativeModelsLib.segmentation.uncertainty"


def worst_slices(result: Mapping[str, Any], most: int) -> list[tuple[int, int, float]]:
    """Frame, slice and expected area of wrong labels in mm2 of the slices in which it is largest, largest first."""
    areas = [
        (value, frame, slice_)
        for frame, row in enumerate(result["wrong_mm2"])
        for slice_, value in enumerate(row)
        if value is not None
    ]
    areas.sort(key=lambda each: (-each[0], *each[1:]))
    return [(frame, slice_, value) for value, frame, slice_ in areas[:most]]


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: result[name] for name in ("frames", "slices")}


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = [
        _(
            "Frame {frame}, slice {slice}: {area:.0f} mm² of its labels are expected to be wrong",
            frame=frame,
            slice=slice_,
            area=area,
        )
        for frame, slice_, area in worst_slices(result, NOTED)
    ]
    unlike = {tuple(place) for place in result["unlike"]}
    if unlike:
        lines.append(
            ngettext(
                "{n} slice is unlike the training set: what is said of it is not calibrated",
                "{n} slices are unlike the training set: what is said of them is not calibrated",
                len(unlike),
            )
        )
    return lines


UNCERTAINTY = Anatomy(
    name="uncertainty",
    group=SEGMENTATION.name,
    title=N_("Cardiac segmentation, uncertainty"),
    about="Where a segmentation of the heart is probably wrong.",
    verb="uncertainty",
    verb_help=(
        "Say where a segmentation is probably wrong.\n\n"
        "Compares it with the label maps of a training set that go with its image, and writes for every voxel the "
        "probability that its label is wrong, as calibrated on held-out patients, and a report."
    ),
    bundle_kind="heart-segmentation-uncertainty",
    schema="segmentation-uncertainty/1",
    request=UncertaintyRequest,
    inputs_called="the image and its labels",
    quantities=(
        Quantity(
            "mean_wrong_mm2",
            N_("Wrong area"),
            N_("Expected area of wrong labels, mean of the slices"),
            "mm²",
            digits=0,
        ),
        Quantity(
            "largest_wrong_mm2",
            N_("Largest wrong area"),
            N_("Expected area of wrong labels, largest of the slices"),
            "mm²",
            digits=0,
        ),
        Quantity("unlike_slices", N_("Unlike slices"), N_("Slices unlike the training set"), "", digits=0),
    ),
    quantities_title=N_("Expected errors of the labels"),
    of_model=True,
    need=MemoryNeed("an uncertainty map", 900 * 10**6),
    read_inputs=Lazy(f"{_HERE}.read:read_segmented"),
    load_model=Lazy(f"{_HERE}.model:load_uncertainty_model"),
    compute=Lazy(f"{_HERE}.case:compute"),
    document=Lazy(f"{_HERE}.case:document"),
    write=Lazy(f"{_HERE}.case:write_files"),
    summary_columns=("frames", "slices"),
    summary=_summary,
    pictures=Lazy(f"{_HERE}.pictures:pictures"),
    cohort=CohortPlan(plots=("mean_wrong_mm2", "largest_wrong_mm2", "unlike_slices")),
    notes=_notes,
    warm_up=(*SEGMENTATION.warm_up, f"{_HERE}.case", "torch"),
)
