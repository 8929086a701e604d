"""Files and document of a repair, as specified in docs/formats.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.output.table_file import write_table
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.repair.accepted import broken_by_place
from GenerativeModelsLib.segmentation.repair.files import write_nifti

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.segmentation.repair.repair import Repaired

__all__ = ["AFTER", "BEFORE", "CHANGES", "CHANGE_COLUMNS", "REPAIRED", "Effect", "document", "effects", "write_files"]

REPAIRED, CHANGES, BEFORE, AFTER = "repaired.nii.gz", "changes.csv", "before", "after"
CHANGE_COLUMNS = (
    *("frame", "slice", "step", "changed_mm2", "reason"),
    *("edv_change_ml", "esv_change_ml", "ef_change_percent", "criteria"),
)


@dataclass(frozen=True)
class Effect:
    """What one change alone does to the measures of the file; None where they are not known."""

    edv_ml: float | None
    esv_ml: float | None
    ef_percent: float | None


def effects(repaired: Repaired) -> list[Effect]:
    """What each change alone does to largest and smallest cavity and ejection fraction of the file."""
    before, after = repaired.before, repaired.after
    maps, volumes = before.maps, before.curves.lv_ml
    pixel_ml = float(maps.pixel_mm.prod()) * maps.slice_mm / 1000
    found = []
    for change in repaired.changes:
        if change.frame is None or before.curves.edv_ml is None:
            found.append(Effect(0.0, 0.0, 0.0) if change.frame is None else Effect(None, None, None))
            continue
        changed = volumes.copy()
        if before.view == "apical":
            changed[change.frame] = after.curves.lv_ml[change.frame]
        else:
            at = change.frame, change.slice
            cavity = [int((each.maps.values[at] == CODES["lv"]).sum()) for each in (before, after)]
            drawn = changed[change.frame]
            changed[change.frame] = (drawn if np.isfinite(drawn) else 0.0) + (cavity[1] - cavity[0]) * pixel_ml
        edv, esv = float(np.nanmax(changed)), float(np.nanmin(changed))
        ef = 100 * (1 - esv / edv)
        found.append(Effect(edv - before.curves.edv_ml, esv - before.curves.esv_ml, ef - before.curves.ef_percent))
    return found


def write_files(case: Case, folder: Path) -> None:
    """Write the repaired maps, the changes, and the check before and after in folders of their own."""
    repaired: Repaired = case.run.found
    write_nifti(case.request.file, repaired.before.maps, repaired.after.maps, folder / REPAIRED)
    write_table(folder / CHANGES, CHANGE_COLUMNS, _rows(repaired))
    title = case.request.shown_title
    for name, found, file in ((BEFORE, repaired.before, case.request.file), (AFTER, repaired.after, folder / REPAIRED)):
        request = case.request.as_check(file=file, title=title)
        check = replace(
            case,
            anatomy=SEGMENTATION,
            request=request,
            run=replace(case.run, found=found, model=None, warnings=found.warnings, seconds=dict(found.seconds)),
            fingerprint=fingerprint_of(SEGMENTATION, request),
        )
        (folder / name).mkdir()
        check.write(folder / name)


def _rows(repaired: Repaired) -> Iterator[dict[str, object]]:
    broken = broken_by_place(repaired.before)
    for change, effect in zip(repaired.changes, effects(repaired)):
        rules = broken.get((change.frame, change.slice)) or broken.get((change.frame, None), ())
        yield {
            "frame": "" if change.frame is None else change.frame,
            "slice": change.slice,
            "step": "+".join(change.steps),
            "changed_mm2": round(change.changed_mm2, 2),
            "reason": " ".join(change.reasons),
            "edv_change_ml": _rounded(effect.edv_ml),
            "esv_change_ml": _rounded(effect.esv_ml),
            "ef_change_percent": _rounded(effect.ef_percent),
            "criteria": " ".join(sorted(rules)),
        }


def _rounded(value: float | None) -> object:
    return "" if value is None else round(value, 3) + 0.0


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json` of a repair."""
    repaired: Repaired = case.run.found
    before, after = repaired.before, repaired.after
    pairs = {
        "violating": [len(each.faulty_slices) for each in (before, after)],
        "violating_frames": [len(each.faulty_frames) for each in (before, after)],
        **{
            name: [getattr(each.curves, name) for each in (before, after)]
            for name in ("edv_ml", "esv_ml", "ef_percent")
        },
    }
    check = SEGMENTATION.document(replace(case, run=replace(case.run, found=before)))
    same = ("frames", "slices", "view", "labelled_slices", "volume_by", "frame_s", "pixel_mm", "slice_mm")
    return {
        **{name: check[name] for name in (*same, "labels", "segments", "inputs")},
        **{name: dict(zip(("before", "after"), values)) for name, values in pairs.items()},
        "changed_frames": len(repaired.changed_frames),
        "changed_slices": sum(change.frame is not None for change in repaired.changes),
        "changed": sorted({(change.frame, change.slice) for change in repaired.changes if change.frame is not None}),
        "abstained": [
            {"frame": each.frame, "slice": each.slice, "rules": list(each.rules), "reason": each.reason}
            for each in repaired.abstained
        ],
        "kept_frames": list(case.request.kept),
        "network": case.run.model is not None,
        "shifts_mm": [
            {
                "slice": shift.slice,
                "found_mm": [round(v, 3) for v in shift.found_mm],
                "error_mm": round(shift.error_mm, 3),
                "applied_mm": [round(v, 3) for v in shift.applied_mm],
            }
            for shift in repaired.shifts
        ],
    }
