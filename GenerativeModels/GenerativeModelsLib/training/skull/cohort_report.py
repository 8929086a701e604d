"""Report on a skull training with own heads: the model it started from and the new one on held-out cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.language import N_, S_, said
from GenerativeModelsLib.skull.locate.outlines import NORMAL_90
from GenerativeModelsLib.training.shared.cohort_files import write_cohort_report
from GenerativeModelsLib.training.shared.cohort_report import CohortReport, HeldOutCase, Measure, ModelName
from GenerativeModelsLib.training.shared.cohort_table import subject_names
from GenerativeModelsLib.training.skull.cohort import split_sentence
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.own_results import OwnResult

__all__ = ["Compared", "held_out_cases", "simulated_cases", "write_skull_report"]

MEASURES = (
    Measure("dice", N_("Dice"), "", "higher", 3),
    Measure("hausdorff_mm", N_("Hausdorff distance"), "mm", "lower"),
    Measure("hd95_mm", N_("HD95"), "mm", "lower"),
    Measure("mean_surface_distance_mm", N_("Mean surface distance"), "mm", "lower"),
    Measure("hc_error_mm", N_("Absolute error of HC"), "mm", "lower"),
    Measure("surface_share90", N_("Surface within its 90 % interval"), "%", "", 0),
)
HELD = {"hc": N_("Head circumference")}
HC = "hc_mm"
NAMES = {True: S_("{planes_list}, own pictures"), False: S_("{planes_list}, simulated pictures")}


@dataclass(frozen=True)
class Compared:
    """Results on the own test cases.

    Attributes
    ----------
    start : folder of the bundle before; None if there is none.
    before : its results; empty without it.
    after : results of the new bundle.
    typical : of the cases that trained or calibrated the new bundle, how many there are and how many it calls typical.
    """

    start: Path | None
    before: Sequence[OwnResult]
    after: Sequence[OwnResult]
    typical: tuple[int, int] | None = None


def write_skull_report(
    config: SkullTrainingConfig,
    compared: Compared,
    simulated: tuple[Sequence[CaseRecords], Sequence[CaseRecords]] | None,
) -> Path:
    """Write the report into the output folder of a training; returns its page.

    Parameters
    ----------
    simulated
        Held-out simulated cases by both models, without their calibration.
    """
    notes = [
        said(
            "Dice and distances are of the surface after rigid alignment, from all planes of a case; HC is in the head "
            "frame as it comes. Several measures are compared: one in twenty intervals misses 0 by chance."
        )
    ]
    if any(not result.own_pictures for result in compared.after):
        notes.append(
            said("Cases without pictures were imaged by the simulator: their results do not concern your scanner.")
        )
    report = CohortReport(
        anatomy="skull",
        title=said("{model}: before and after", model=f"{config.bundle.name} {config.bundle.version}"),
        before=None if compared.start is None else ModelName.of(compared.start),
        after=ModelName.of(config.bundle.output),
        decided_by=split_sentence(config.cohort),
        measures=MEASURES,
        held_measures=HELD,
        cases=held_out_cases(compared),
        simulated=[] if simulated is None else simulated_cases(*simulated),
        trained=compared.typical,
        notes=notes,
    )
    return write_cohort_report(report, config.output, config.language)


def held_out_cases(compared: Compared) -> list[HeldOutCase]:
    """The own test cases as the report shows them, each from all of its planes."""
    found, subjects = [], subject_names([after.row for after in compared.after])
    for number, after in enumerate(compared.after):
        before = compared.before[number] if compared.before else None
        pair = [_figures(one) for one in (before, after)]
        truth = said("head") if after.row.label_map is not None else said("head circumference")
        planes = ", ".join(after.row.planes) or said("three planes")
        found.append(
            HeldOutCase(
                case=after.row.case,
                subject=subjects[after.row.subject],
                truth=truth,
                inputs=said(NAMES[after.own_pictures], planes_list=planes),
                values={key: tuple(one.values.get(key) for one in pair) for key in _keys(pair, "values")},
                held={key: tuple(one.held.get(key) for one in pair) for key in _keys(pair, "held")},
                verdicts=tuple(one.verdict for one in pair),
                failures=tuple(one.failure for one in pair),
            )
        )
    return found


def simulated_cases(before: Sequence[CaseRecords], after: Sequence[CaseRecords]) -> list[HeldOutCase]:
    """Simulated cases as the report compares them: accuracy from three planes, without calibrated intervals."""
    found = []
    for first, second in zip(before, after, strict=True):
        if first.failure or second.failure:
            continue
        pair = [_of_record(case.records["three planes"]) for case in (first, second)]
        keys = [key for key in _keys(pair, "values") if key != "surface_share90"]
        values = {key: tuple(one.values[key] for one in pair) for key in keys}
        name = str(second.case)
        found.append(HeldOutCase(name, name, "head", "three planes, simulated pictures", values))
    return found


@dataclass(frozen=True)
class _Figures:
    values: dict[str, float]
    held: dict[str, bool]
    verdict: str = ""
    failure: str = ""


def _keys(pair: Sequence[_Figures], name: str) -> list[str]:
    return list(dict.fromkeys(key for one in pair for key in getattr(one, name)))


def _figures(result: OwnResult | None) -> _Figures:
    if result is None:
        return _Figures({}, {})
    if result.failure:
        return _Figures({}, {}, "", result.failure)
    if result.records is not None:
        largest = max(result.records.records, key=lambda name: len(SUBSETS[name]))
        return _of_record(result.records.records[largest])
    one = result.circumference
    held = {} if one.interval90 is None else {"hc": bool(one.interval90[0] <= result.hc_mm <= one.interval90[1])}
    return _Figures({"hc_error_mm": abs(one.hc_mm - result.hc_mm)}, held, one.verdict)


def _of_record(record: Record) -> _Figures:
    accuracy = record.accuracy["rigid"]
    names = ("dice", "hausdorff_mm", "hd95_mm", "mean_surface_distance_mm")
    values = {name: float(getattr(accuracy, name)) for name in names}
    values["hc_error_mm"] = abs(record.found.hc_mm - record.truth.hc_mm)
    held = {}
    if record.sigma_mm is not None:
        inside = np.abs(record.offsets_mm["rigid"]) <= NORMAL_90 * record.sigma_mm
        values["surface_share90"] = 100 * float(np.average(inside, weights=record.areas))
        low, high = record.interval90[HC]
        held["hc"] = bool(low <= record.truth.hc_mm <= high)
    return _Figures(values, held, record.verdict)
