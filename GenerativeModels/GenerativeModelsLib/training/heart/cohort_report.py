"""Report on a heart training with own hearts: the shipped model and the new one on held-out hearts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.records import PHASES, HeartRecord, ModelRecord, heart_record
from GenerativeModelsLib.language import N_, said
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.training.heart.cohort import HeartRow, load_row, read_heart_rows, split_sentence
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.heart.data import UNLABELLED
from GenerativeModelsLib.training.shared.cohort_files import write_cohort_report
from GenerativeModelsLib.training.shared.cohort_report import (
    CohortReport,
    HeldOutCase,
    Measure,
    ModelName,
    shipped_before,
)
from GenerativeModelsLib.training.shared.cohort_table import subject_names

__all__ = ["held_out_hearts", "write_heart_report"]

BEFORE, AFTER = "before", "after"
MEASURES = (
    Measure("dice_ed", N_("Dice of the myocardium, ED"), "", "higher", 3),
    Measure("dice_es", N_("Dice of the myocardium, ES"), "", "higher", 3),
    Measure("distance_ed_mm", N_("Mean surface distance, ED"), "mm", "lower"),
    Measure("distance_es_mm", N_("Mean surface distance, ES"), "mm", "lower"),
    Measure("hausdorff_ed_mm", N_("Hausdorff distance, ED"), "mm", "lower", 1),
    Measure("hausdorff_es_mm", N_("Hausdorff distance, ES"), "mm", "lower", 1),
    Measure("edv_error_percent", N_("Absolute error of EDV"), "%", "lower", 1),
    Measure("mass_error_percent", N_("Absolute error of the mass"), "%", "lower", 1),
    Measure("hcm_error", N_("HCM probability, distance from the diagnosis"), "", "lower"),
)


def write_heart_report(config: HeartTrainingConfig, progress: Progress | None = None) -> Path | None:
    """Write the report into the output folder of a training whose bundle was written; returns its page.

    None without held-out own hearts.
    """
    rows = read_heart_rows(config.cohort) if config.cohort else []
    test = [row for row in rows if row.part == "test"]
    if not test:
        return None
    shipped = shipped_before("heart", config.bundle.output)
    bundles = ({} if shipped is None else {BEFORE: shipped}) | {AFTER: config.bundle.output}
    report = CohortReport(
        anatomy="heart",
        title=said("{model}: before and after", model=f"{config.bundle.name} {config.bundle.version}"),
        before=None if shipped is None else ModelName.of(shipped),
        after=ModelName.of(bundles[AFTER]),
        decided_by=split_sentence(config.cohort),
        measures=MEASURES,
        held_measures={},
        cases=held_out_hearts(bundles, test, config.bundle.workers, progress),
        notes=[
            said(
                "Before is the shipped model. Dice, distances and volumes are of each model's own shape of a heart "
                "against the label maps, below the base plane. Several measures are compared: one in twenty intervals "
                "misses 0 by chance."
            )
        ],
    )
    return write_cohort_report(report, config.output, config.language)


def held_out_hearts(
    bundles: Mapping[str, Path], rows: Sequence[HeartRow], workers: int, progress: Progress | None = None
) -> list[HeldOutCase]:
    """Own test hearts by the bundles `before`, if there is one, and `after`, each heart on one core."""
    named = tuple((name, str(folder)) for name, folder in bundles.items())
    subjects = subject_names(rows)
    records = parallel_map(_record, [(named, row) for row in rows], workers, threads=1, progress=progress)
    return [_case(row, subjects[row.subject], record) for row, record in zip(rows, records, strict=True)]


@lru_cache(maxsize=1)
def _models(named: tuple[tuple[str, str], ...]) -> Mapping:
    from GenerativeModelsLib.heart.infer.model import load_heart_model

    return {name: load_heart_model(Path(folder), "cpu") for name, folder in named}


def _record(job: tuple[tuple[tuple[str, str], ...], HeartRow]) -> HeartRecord:
    named, row = job
    try:
        loaded = load_row(row)
    except InputError as error:
        return HeartRecord(row.case, row.condition, str(error))
    return heart_record(row.case, row.condition, loaded, _models(named))


def _case(row: HeartRow, subject: str, record: HeartRecord) -> HeldOutCase:
    pair = [record.models.get(name) for name in (BEFORE, AFTER)]
    values = [{} if one is None else _values(one, record, row) for one in pair]
    return HeldOutCase(
        case=row.case,
        subject=subject,
        truth=row.condition or said("no diagnosis"),
        inputs=said("label maps at both phases"),
        values={key: tuple(one.get(key) for one in values) for key in values[1]},
        verdicts=tuple("" if one is None else one.verdict for one in pair),
        failures=(record.failure, record.failure),
    )


def _values(model: ModelRecord, record: HeartRecord, row: HeartRow) -> dict[str, float]:
    found: dict[str, float] = {}
    for phase in PHASES:
        shape = model.measured[phase]
        found[f"dice_{phase}"] = float(shape.dice)
        found[f"distance_{phase}_mm"] = float(shape.mean_distance_mm)
        found[f"hausdorff_{phase}_mm"] = float(shape.hausdorff_mm)
    true = record.measured
    found["edv_error_percent"] = 100 * abs(model.volumes.edv / true.edv - 1)
    found["mass_error_percent"] = 100 * abs(model.volumes.muscle_ed / true.muscle_ed - 1)
    if row.label != UNLABELLED:
        found["hcm_error"] = abs(model.probability - row.label)
    return found
