"""Benchmark of the heart model on real people and patients: reconstruction, volumes and classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.acdc import GROUPS, read_acdc
from GenerativeModelsLib.evaluation.data.lv_cap import read_lv_cap
from GenerativeModelsLib.evaluation.data.published import HEART_ACCURACY
from GenerativeModelsLib.evaluation.heart.records import HeartRecord
from GenerativeModelsLib.evaluation.heart.run import Models, evaluate_patients, evaluate_people
from GenerativeModelsLib.evaluation.heart.tables import (
    MODEL_NAMES,
    RECONSTRUCTION_COLUMNS,
    SCORE_COLUMNS,
    accepted,
    against_measured,
    against_true,
    figures_of,
    probabilities,
    reconstruction_means,
    reconstruction_row,
    score_cells,
    seen_against_true,
    verdict_shares,
    volume_errors,
)
from GenerativeModelsLib.evaluation.scores.probability import auc, auc_interval, scores, wilson
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.heart.shape.reference import ONE_NUMBER_MM

__all__ = ["report", "run"]


def run(models: Models, data: Path, cases: int, workers: int) -> Report:
    """Evaluate `cases` people of lv_cap and all patients of ACDC in `data`."""
    rows = read_lv_cap(data).sample(cases)
    patients = evaluate_patients(models, read_acdc(data), workers)
    return report(evaluate_people(models, data, rows, workers), patients)


def report(people: Sequence[HeartRecord], patients: Sequence[HeartRecord]) -> Report:
    """Report with all tables."""
    whole, read = accepted(people), accepted(patients)
    names = list(whole[0].models)
    tables = [
        _reconstruction_table(whole, read, names),
        _volume_table(whole, names),
        _diagnosis_table(read, names),
        _group_table(whole, read),
    ]
    figures = {
        "people": len(people),
        "refused": {r.name: r.failure for r in (*people, *patients) if r.failure},
        "one_number": _one_number(read),
    }
    for name in names:
        found = scores(*probabilities(read, name, "HCM", "NOR"))
        figures[name] = {
            "people": reconstruction_means(figures_of(against_true(name), whole)),
            "people_measured": reconstruction_means(figures_of(against_measured(name), whole)),
            "volume_error": {
                key: float(np.abs(error).mean()) for key, error in volume_errors(whole, name, _measured).items()
            },
            "volume_error_whole": {
                key: float(np.abs(error).mean()) for key, error in volume_errors(whole, name, _true).items()
            },
            "acdc_accuracy": found.accuracy,
            "acdc_auc": found.auc,
            "acdc_auc_interval": found.auc_interval,
            "probabilities": {r.name: (r.group, r.models[name].probability) for r in read},
            "false_alarms_of_people": float(np.mean([r.models[name].probability > 0.5 for r in whole])),
        }
    return Report(tables, figures)


def _measured(record: HeartRecord):
    return record.measured


def _true(record: HeartRecord):
    return record.true


def _reconstruction_table(
    people: Sequence[HeartRecord], patients: Sequence[HeartRecord], names: Sequence[str]
) -> Table:
    rows = []
    for name in names:
        called = MODEL_NAMES.get(name, name)
        rows.append(reconstruction_row(("lv_cap", called, "true shape"), figures_of(against_true(name), people)))
        rows.append(
            reconstruction_row(("lv_cap", called, "shape in the label map"), figures_of(against_measured(name), people))
        )
        for group in GROUPS:
            some = [r for r in patients if r.group == group]
            if len(some) > 1:
                where = (f"ACDC {group}", called, "shape in the label map")
                rows.append(reconstruction_row(where, figures_of(against_measured(name), some)))
    rows.append(reconstruction_row(("lv_cap", "none: the reader", "true shape"), figures_of(seen_against_true, people)))
    columns = ("hearts", "model", "against the", *RECONSTRUCTION_COLUMNS)
    notes = [
        f"{len(people)} people of lv_cap (MESA), drawn once by a fixed seed, their meshes as label maps of 1.25 mm; "
        f"{len(patients)} patients of ACDC, stacks of 5 to 10 mm. None of them was used for training.",
        "Myocardium below the base plane found; Hausdorff between the meshes, endo- to endocardium and epi- to "
        "epicardium.",
    ]
    return Table("Reconstruction of real hearts", columns, [row[:-1] for row in rows], notes)


def _volume_table(people: Sequence[HeartRecord], names: Sequence[str]) -> Table:
    rows = []
    for name in names:
        for words, reference in (("as measured below the base plane", _measured), ("of the whole meshes", _true)):
            errors = volume_errors(people, name, reference)
            cells = [f"{100 * np.abs(e).mean():.1f} % ({100 * e.mean():+.1f} %)" for e in errors.values()]
            rows.append([MODEL_NAMES.get(name, name), words, *cells])
    reader = [
        np.array([getattr(r.measured, v) / getattr(r.true, v) - 1 for r in people]) for v in ("edv", "esv", "muscle_ed")
    ]
    cells = [f"{100 * np.abs(e).mean():.1f} % ({100 * e.mean():+.1f} %)" for e in reader]
    rows.append(["none: the reader", "of the whole meshes", *cells])
    columns = ("model", "against the volumes", "EDV, mean absolute (bias)", "ESV", "mass")
    notes = [
        "The rim of these meshes is not flat: the volume above the plane at which the myocardium closes around the "
        "cavity is part of the second row's errors, and is no error of a model.",
    ]
    return Table("Volumes of real people's reconstructions", columns, rows, notes)


def _one_number(patients: Sequence[HeartRecord]) -> dict[str, float | tuple[float, float]]:
    """Accuracy of a threshold rule: 95th percentile of the wall at end diastole >= `ONE_NUMBER_MM`."""
    both = [r for r in patients if r.group in ("NOR", "HCM")]
    wall = np.array([r.wall_p95_mm for r in both])
    sick = np.array([r.group == "HCM" for r in both])
    right = (wall >= ONE_NUMBER_MM) == sick
    return {
        "cases": len(both),
        "accuracy": float(right.mean()),
        "accuracy_interval": wilson(int(right.sum()), len(both)),
        "sensitivity": float(right[sick].mean()),
        "specificity": float(right[~sick].mean()),
        "auc": auc(wall, sick),
        "auc_interval": auc_interval(wall, sick),
    }


def _diagnosis_table(patients: Sequence[HeartRecord], names: Sequence[str]) -> Table:
    rows = [
        [MODEL_NAMES.get(name, name), *score_cells(scores(*probabilities(patients, name, "HCM", "NOR"), bins=4))]
        for name in names
    ]
    rule = _one_number(patients)
    (low, high), (auc_low, auc_high) = rule["accuracy_interval"], rule["auc_interval"]
    rows.append(
        [
            f"one number: 95th percentile of the ED wall >= {ONE_NUMBER_MM:g} mm",
            str(rule["cases"]),
            f"{rule['accuracy']:.3f} ({low:.3f} to {high:.3f})",
            f"{rule['auc']:.3f} ({auc_low:.3f} to {auc_high:.3f})",
            f"{rule['sensitivity']:.2f} / {rule['specificity']:.2f}",
            "-",
            "-",
        ]
    )
    hits, cases = HEART_ACCURACY["ACDC"]
    low, high = wilson(hits, cases)
    notes = [
        f"Published, 40 other patients of ACDC: {hits / cases:.2f} ({low:.3f} to {high:.3f}), equal for both models."
    ]
    return Table("ACDC: hypertrophic (HCM) against normal (NOR)", ("by", *SCORE_COLUMNS), rows, notes)


def _group_table(people: Sequence[HeartRecord], patients: Sequence[HeartRecord]) -> Table:
    groups: Mapping[str, list[HeartRecord]] = {g: [r for r in patients if r.group == g] for g in GROUPS}
    rows = []
    for words, some in (*((f"ACDC {g}, {GROUPS[g]}", rs) for g, rs in groups.items()), ("lv_cap", list(people))):
        if not some:
            continue
        p = np.array([r.models["lvae"].probability for r in some])
        wall = [r.wall_p95_mm for r in some if np.isfinite(r.wall_p95_mm)]
        thick = f"{sum(w >= ONE_NUMBER_MM for w in wall)} of {len(wall)}" if wall else "-"
        rows.append(
            [
                words,
                str(len(some)),
                f"{np.median(p):.2f} ({p.min():.2f} to {p.max():.2f})",
                f"{int((p > 0.5).sum())} of {len(p)}",
                verdict_shares([r.models["lvae"] for r in some]),
                thick,
            ]
        )
    columns = ("group", "hearts", "HCM probability: median (range)", "above one half")
    columns += ("typical / unusual / outside, %", f"one number >= {ONE_NUMBER_MM:g} mm")
    notes = [
        "The classifier was trained on healthy and hypertrophic hearts; for other diseases only the verdict is valid."
    ]
    return Table("Probability and verdict by group", columns, rows, notes)
