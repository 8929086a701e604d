"""Benchmark of Ladder VAE and VAE on held-out simulated left ventricles, with the published results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from GenerativeModelsLib.evaluation.data.heart_label_maps import GRIDS
from GenerativeModelsLib.evaluation.data.published import HEART_ACCURACY
from GenerativeModelsLib.evaluation.data.test_hearts import TEST_SET
from GenerativeModelsLib.evaluation.heart.levels import LevelFigures, level_figures
from GenerativeModelsLib.evaluation.heart.records import PHASES, HeartRecord
from GenerativeModelsLib.evaluation.heart.run import Models, evaluate_simulated, loaded_models
from GenerativeModelsLib.evaluation.heart.tables import (
    MODEL_NAMES,
    RECONSTRUCTION_COLUMNS,
    SCORE_COLUMNS,
    accepted,
    against_measured,
    against_true,
    calibration_table,
    figures_of,
    probabilities,
    reconstruction_means,
    reconstruction_row,
    score_cells,
    seen_against_true,
    verdict_shares,
)
from GenerativeModelsLib.evaluation.scores.probability import scores, wilson
from GenerativeModelsLib.evaluation.scores.resampling import paired_mean
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.heart.anatomy import CLASSES

__all__ = ["report", "run"]

HEALTHY, HCM = CLASSES


def run(models: Models, cases: int, seed: int, workers: int) -> Report:
    """Evaluate `cases` held-out hearts, healthy and hypertrophic alternately, from each kind of label map."""
    set_seed = TEST_SET + 1000 * seed
    nets = {name: model.net for name, model in loaded_models(models).items()}
    records = {grid: evaluate_simulated(models, set_seed, cases, grid, workers) for grid in GRIDS}
    return report(records, level_figures(nets, set_seed + 500))


def report(records: Mapping[str, Sequence[HeartRecord]], levels: Mapping[str, Sequence[LevelFigures]]) -> Report:
    """All tables from the records by kind of label map, and the figures of the levels by model."""
    whole = {grid: accepted(some) for grid, some in records.items()}
    names = list(next(iter(whole.values()))[0].models)
    tables = [_reconstruction_table(whole, names)]
    tables += [_gain_table(whole)] if "vae" in names else []
    tables.append(_class_table(whole, names))
    everything = [record for some in whole.values() for record in some]
    tables.append(
        calibration_table("Calibration of the HCM probability", *probabilities(everything, "lvae", HCM, HEALTHY))
    )
    tables += [_level_table(levels), _verdict_table(whole), _frame_table(whole)]
    refused = {grid: {r.name: r.failure for r in some if r.failure} for grid, some in records.items()}
    figures = {"cases": {grid: len(some) for grid, some in records.items()}, "refused": refused}
    if "vae" in names:
        figures["gain"] = {}
        for grid, some in whole.items():
            ladder, plain = (figures_of(against_true(name), some) for name in ("lvae", "vae"))
            sign = {key: 1 if key.startswith("dice") else -1 for key in ladder}
            figures["gain"][grid] = {key: float((ladder[key] - plain[key]).mean()) * sign[key] for key in ladder}
    for name in names:
        figures[name] = {}
        for grid, some in whole.items():
            found = scores(*probabilities(some, name, HCM, HEALTHY))
            figures[name][grid] = {
                "true": reconstruction_means(figures_of(against_true(name), some)),
                "measured": reconstruction_means(figures_of(against_measured(name), some)),
                "accuracy": found.accuracy,
                "auc": found.auc,
                "ece": found.ece,
            }
        figures[name]["levels"] = [vars(level) for level in levels.get(name, ())]
    return Report(tables, figures)


def _reconstruction_table(whole: Mapping[str, Sequence[HeartRecord]], names: Sequence[str]) -> Table:
    rows = []
    for grid, some in whole.items():
        for name in names:
            called = MODEL_NAMES.get(name, name)
            rows.append(reconstruction_row((grid, called, "true shape"), figures_of(against_true(name), some), name))
            rows.append(
                reconstruction_row(
                    (grid, called, "shape in the label map"), figures_of(against_measured(name), some), name
                )
            )
        rows.append(reconstruction_row((grid, "none: the reader", "true shape"), figures_of(seen_against_true, some)))
    columns = ("label maps", "model", "against the", *RECONSTRUCTION_COLUMNS, "paper: Dice ED / ES, HD ED / ES")
    counts = ", ".join(f"{len(some)} from {grid}" for grid, some in whole.items())
    notes = [
        f"Held-out simulated hearts, half of them hypertrophic: {counts}. Myocardium below the base plane found; Dice "
        "on 1.25 mm voxels, Hausdorff between the meshes, endo- to endocardium and epi- to epicardium (the larger).",
        "The paper's hearts were its own patients, segmented and registered to one template (docs/science.md).",
    ]
    return Table("Reconstruction", columns, rows, notes)


def _gain_table(whole: Mapping[str, Sequence[HeartRecord]]) -> Table:
    """Paired differences between Ladder VAE and VAE."""
    rows = []
    for grid, some in whole.items():
        for words, of in (("true shape", against_true), ("shape in the label map", against_measured)):
            ladder, plain = (figures_of(of(name), some) for name in ("lvae", "vae"))
            row = [grid, words]
            for key in ("dice_ed", "dice_es", "hausdorff_ed", "hausdorff_es"):
                gain = (ladder[key] - plain[key]) * (1 if key.startswith("dice") else -1)
                mean, low, high = paired_mean(gain)
                row.append(f"{mean:+.4f} ({low:+.4f} to {high:+.4f}), {100 * (gain > 0).mean():.0f} %")
            rows.append(row)
    columns = ("label maps", "against the", "Dice ED", "Dice ES", "Hausdorff ED, mm", "Hausdorff ES, mm")
    notes = ["Positive is better: mean, its 95 % bootstrap interval over hearts, share of hearts with a gain."]
    return Table("Gain of the Ladder VAE over the VAE", columns, rows, notes)


def _class_table(whole: Mapping[str, Sequence[HeartRecord]], names: Sequence[str]) -> Table:
    rows = [
        [grid, MODEL_NAMES.get(name, name), *score_cells(scores(*probabilities(some, name, HCM, HEALTHY)))]
        for grid, some in whole.items()
        for name in names
    ]
    notes = []
    for where, (hits, cases) in HEART_ACCURACY.items():
        low, high = wilson(hits, cases)
        notes.append(f"Published, {where}: {hits / cases:.2f} ({low:.3f} to {high:.3f}), equal for both models.")
    return Table("Probability of hypertrophic cardiomyopathy", ("label maps", "model", *SCORE_COLUMNS), rows, notes)


def _level_table(levels: Mapping[str, Sequence[LevelFigures]]) -> Table:
    rows = []
    for name, some in levels.items():
        for number, level in enumerate(some):
            place = "only" if len(some) == 1 else "top" if number == len(some) - 1 else str(number + 1)
            spread = " / ".join(f"{v:.2f}" for v in level.spread) if level.size <= 3 else "-"
            rows.append(
                [MODEL_NAMES.get(name, name), place, str(level.size), f"{level.kl:.1f}", str(level.active), spread]
            )
    columns = ("model", "level", "dimensions", "KL, nats", "active units", "SD of the posterior means")
    notes = ["A unit is active when its KL is more than 0.02 nats on average."]
    return Table("Levels", columns, rows, notes)


def _verdict_table(whole: Mapping[str, Sequence[HeartRecord]]) -> Table:
    rows = [
        [grid, group, verdict_shares([r.models["lvae"] for r in some if r.group == group])]
        for grid, some in whole.items()
        for group in CLASSES
    ]
    return Table("In distribution", ("label maps", "class", "typical / unusual / outside, %"), rows)


def _frame_table(whole: Mapping[str, Sequence[HeartRecord]]) -> Table:
    rows = []
    for grid, some in whole.items():
        row = [grid]
        for phase in PHASES:
            above = np.array([record.base_mm[phase] for record in some])
            row.append(f"{above.mean():+.1f} +- {above.std(ddof=1):.1f}")
        for key in ("edv", "esv", "muscle_ed"):
            error = np.array([getattr(r.measured, key) / getattr(r.true, key) - 1 for r in some])
            row.append(f"{100 * np.abs(error).mean():.1f} ({100 * error.mean():+.1f})")
        rows.append(row)
    columns = (
        "label maps",
        "base ED, mm too high",
        "base ES, mm",
        "EDV, % error (bias)",
        "ESV, %",
        "mass, %",
    )
    notes = ["Errors of the reader of label maps, without a model; the position of the basal slice is arbitrary."]
    return Table("Heart frame, and volumes below its base", columns, rows, notes)
