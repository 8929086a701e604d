"""Record of the repair of cardiac segmentations in the registry of anatomies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from GenerativeModelsLib.anatomy.cohort_plan import CohortPlan
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy, Quantity
from GenerativeModelsLib.language import N_, _, ngettext
from GenerativeModelsLib.process.memory import MemoryNeed
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.repair.request import RepairRequest

__all__ = ["REPAIR"]

_HERE = "GenerativeModelsLib.segmentation.repair"


def _summary(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "frames": result["frames"],
        "slices": result["slices"],
        "changed_frames": result["changed_frames"],
        "shifted_slices": sum(any(shift["applied_mm"]) for shift in result["shifts_mm"]),
    }


def _notes(result: Mapping[str, Any]) -> list[str]:
    lines = [
        ngettext(
            "{n} slice changed, in {frames} of {all} frames",
            "{n} slices changed, in {frames} of {all} frames",
            result["changed_slices"],
            frames=result["changed_frames"],
            all=result["frames"],
        )
    ]
    if not result["abstained"]:
        return lines
    from GenerativeModelsLib.segmentation.criteria.titles import titles

    lines.append(_("Places that still break rules: {count}", count=len(result["abstained"])))
    for entry in result["abstained"]:
        where = _("frame {frame}", frame=entry["frame"])
        if entry["slice"] is not None:
            where = _("frame {frame}, slice {slice}", frame=entry["frame"], slice=entry["slice"])
        lines.append(f"  {where} ({titles(entry['rules'])}): {entry['reason']}")
    return lines


def _quantities() -> tuple[Quantity, ...]:
    """Numbers before and after, by the key of the document that holds both."""
    about = (
        ("violating", N_("Faulty slices before"), N_("Faulty slices after"), "", 0),
        ("violating_frames", N_("Frames with a fault before"), N_("Frames with a fault after"), "", 0),
        ("edv_ml", N_("End-diastolic volume before"), N_("End-diastolic volume after"), "ml", 1),
        ("esv_ml", N_("End-systolic volume before"), N_("End-systolic volume after"), "ml", 1),
        ("ef_percent", N_("Ejection fraction before"), N_("Ejection fraction after"), "%", 1),
    )
    return tuple(
        Quantity(f"{key}_{when}", label, label, unit, within=key, digits=digits, entry=when)
        for key, before, after, unit, digits in about
        for when, label in (("before", before), ("after", after))
    )


REPAIR = Anatomy(
    name="repair",
    group=SEGMENTATION.name,
    title=N_("Cardiac segmentation, repaired"),
    about="Segmentations of the heart, repaired where an anatomist would not accept them.",
    verb="repair",
    verb_help=(
        "Repair a segmentation of the heart.\n\n"
        "Mends what the check finds: holes, islands and open walls by the smallest change, then slices by the nearest "
        "valid map of a label network, then slices and frames that break rules from the valid ones around them. Valid "
        "slices stay bit for bit what they were, a slice is changed only where it then breaks fewer rules and none "
        "anew, and all that still breaks rules is listed. Writes the repaired label map, every change, the check "
        "before and after, and a report."
    ),
    bundle_kind="heart-label-maps",
    schema="segmentation-repair/1",
    request=RepairRequest,
    inputs_called=SEGMENTATION.inputs_called,
    quantities=_quantities(),
    quantities_title=N_("Segmentation before and after"),
    of_model=False,
    need=MemoryNeed("a repair", 700 * 10**6),
    read_inputs=Lazy(f"{_HERE}.case:read_inputs"),
    load_model=Lazy("GenerativeModelsLib.segmentation.label_model:load_label_model"),
    needs_model=lambda request: request.uses_network,
    compute=Lazy(f"{_HERE}.case:compute"),
    document=Lazy(f"{_HERE}.write:document"),
    write=Lazy(f"{_HERE}.write:write_files"),
    report=Lazy(f"{_HERE}.report.page:write_case_report"),
    read=Lazy(f"{_HERE}.read:read_case"),
    sample=Lazy(f"{_HERE}.case:sample_request"),
    summary_columns=("frames", "slices", "changed_frames", "shifted_slices"),
    summary=_summary,
    pictures=Lazy(f"{_HERE}.read:pictures"),
    cohort=CohortPlan(plots=("violating_before", "violating_after", "ef_percent_before", "ef_percent_after")),
    notes=_notes,
    stale=("before/*", "after/*"),
    warm_up=(*SEGMENTATION.warm_up, f"{_HERE}.repair", f"{_HERE}.codes", "scipy.interpolate", "torch"),
)
