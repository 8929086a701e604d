"""The measurements of a heart as a DICOM measurement report (PS3.16 TID 1500)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.codes import Code
from GenerativeModelsLib.anatomy.exporting import ExportCase
from GenerativeModelsLib.export.context import DicomContext
from GenerativeModelsLib.export.structured_report import (
    FILE,
    add_phase,
    coded,
    measurement,
    measurement_report,
    report_dataset,
)
from GenerativeModelsLib.heart.anatomy import PHASE_CODES, PHASES

if TYPE_CHECKING:
    import highdicom as hd

__all__ = ["SEGMENT_CODES", "write_sr"]

WALL = Code("122445", "DCM", "Wall Thickness")
MEAN, MAXIMUM = Code("373098007", "SCT", "Mean"), Code("56851009", "SCT", "Maximum")
MYOCARDIUM = Code("49848007", "SCT", "Left Ventricle Myocardium")
MILLIMETRES = Code("mm", "UCUM", "mm")
_SEGMENT_VALUES = (
    *("264850008", "396482007", "396646008", "264846001", "396652009", "396654005"),
    *("264848000", "396647004", "396649001", "264847005", "396655006", "396656007"),
    *("264844003", "264845002", "264849008", "264853005", "128564006"),
)
_SEGMENT_MEANINGS = (
    *("basal anterior", "basal anteroseptal", "basal inferoseptal", "basal inferior"),
    *("basal inferolateral", "basal anterolateral", "mid anterior", "mid anteroseptal", "mid inferoseptal"),
    *("mid inferior", "mid inferolateral", "mid anterolateral"),
    *("apical anterior", "apical septal", "apical inferior", "apical lateral"),
)
SEGMENT_CODES = (
    *(
        Code(value, "SCT", f"left ventricle {words} segment")
        for value, words in zip(_SEGMENT_VALUES, _SEGMENT_MEANINGS)
    ),
    Code(_SEGMENT_VALUES[-1], "SCT", "Apex of left ventricle"),
)
"""Of the segments 1 to 17, CID 3717 of DICOM PS3.16."""


def write_sr(case: ExportCase, folder: Path) -> list[Path]:
    """Write `measurements-sr.dcm`: volumes, ejection fraction, mass, and wall thickness with that of segments."""
    context, result = DicomContext(case), case.result
    function = [measurement(*pair) for pair in case.coded_readings()]
    groups = {"Volumes and function": function}
    for phase, words in PHASES.items():
        wall = result["wall_thickness_mm"].get(phase)
        if wall is not None:
            groups[f"Wall thickness, {words.lower()}"] = _wall(wall, PHASE_CODES[phase])
    return [context.written(report_dataset(context, measurement_report(context, groups)), folder / FILE)]


def _wall(wall: Mapping[str, Any], phase: Code) -> list[hd.sr.Measurement]:
    """Mean and maximum of the whole wall, then the mean of every segment that has one."""
    found = [_thickness(wall["mean"], MEAN, MYOCARDIUM, phase), _thickness(wall["max"], MAXIMUM, MYOCARDIUM, phase)]
    segments = zip(wall["aha17"], SEGMENT_CODES)
    return found + [_thickness(value, MEAN, site, phase) for value, site in segments if value is not None]


def _thickness(value: float, statistic: Code, site: Code, phase: Code) -> hd.sr.Measurement:
    import highdicom as hd

    found = hd.sr.Measurement(
        name=coded(WALL),
        value=float(value),
        unit=coded(MILLIMETRES),
        derivation=coded(statistic),
        finding_sites=[hd.sr.FindingSite(coded(site))],
    )
    add_phase(found, phase)
    return found
