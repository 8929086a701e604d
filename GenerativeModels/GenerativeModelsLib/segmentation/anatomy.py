"""Record of the check of cardiac segmentations in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Quantity
from GenerativeModelsLib.language import N_, _, in_words_of_page, ngettext
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["SEGMENTATION"]

_HERE = "GenerativeModelsLib.segmentation"


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    broken = [name for name, entry in result["criteria"].items() if entry["violations"]]
    return {
        "frames": result["frames"],
        "slices": result["slices"],
        "shifted_slices": result["shifted_slices"],
        "criteria": " ".join(broken),
    }


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = [
        ngettext(
            "{n} of {labelled} labelled slices breaks a rule, in {faulty} of {frames} frames",
            "{n} of {labelled} labelled slices break a rule, in {faulty} of {frames} frames",
            result["violating"],
            labelled=result["labelled_slices"],
            faulty=result["violating_frames"],
            frames=result["frames"],
        )
    ]
    broken = {name: entry["violations"] for name, entry in result["criteria"].items() if entry["violations"]}
    if broken:
        from GenerativeModelsLib.segmentation.criteria.titles import title_of

        lines += [f"  {in_words_of_page(title_of(name))}: {count}" for name, count in broken.items()]
    if result["shifted_slices"]:
        lines.append(
            _(
                "Slices shifted against their neighbours, a property of the images: {count}",
                count=result["shifted_slices"],
            )
        )
    return lines


SEGMENTATION = Anatomy(
    name="segmentation",
    title=N_("Cardiac segmentation"),
    about="Segmentations of the heart: whether each slice and frame is one that an anatomist would accept.",
    verb="check",
    verb_help=(
        "Check a segmentation of the heart.\n\n"
        "Looks at every slice, at the slices beside each other and at the frames in time, by rules in mm. Writes every "
        "violation with its place, curves of areas and volumes, and a report. Needs no model."
    ),
    schema="segmentation-check/1",
    request=SegmentationRequest,
    inputs_called="the label map",
    quantities=(
        Quantity("violating", N_("Faulty slices"), N_("Slices that break a rule"), "", digits=0),
        Quantity("violating_frames", N_("Faulty frames"), N_("Frames with a fault"), "", digits=0),
        Quantity("edv_ml", "EDV", N_("End-diastolic volume, by counting"), "ml"),
        Quantity("esv_ml", "ESV", N_("End-systolic volume, by counting"), "ml"),
        Quantity("ef_percent", "EF", N_("Ejection fraction, by counting"), "%"),
    ),
    quantities_title=N_("Segmentation as it is"),
    of_model=False,
    need=MemoryNeed("a segmentation", 400 * 10**6),
    read_inputs=Lazy(f"{_HERE}.read:read_label_maps"),
    compute=Lazy(f"{_HERE}.case.run:compute"),
    document=Lazy(f"{_HERE}.case.write:document"),
    write=Lazy(f"{_HERE}.case.write:write_files"),
    report=Lazy(f"{_HERE}.report.page:write_case_report"),
    read=Lazy(f"{_HERE}.case.read:read_case"),
    sample=Lazy(f"{_HERE}.case.run:sample_request"),
    summary_columns=("frames", "slices", "shifted_slices", "criteria"),
    summary=_summary,
    pictures=Lazy(f"{_HERE}.case.pictures:pictures"),
    cohort=CohortPlan(
        plots=("violating", "violating_frames", "edv_ml", "esv_ml", "ef_percent"),
        series=("edv_ml", "esv_ml", "ef_percent"),
    ),
    notes=_notes,
    warm_up=(
        *("SimpleITK", "scipy.ndimage", "scipy.spatial", "skimage.measure", "jinja2", "matplotlib.figure"),
        f"{_HERE}.check",
    ),
)
