"""Tables of the comparison of shape models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from GenerativeModelsLib.evaluation.heart.ablation.diagnosis import Alarms, Diagnosis
from GenerativeModelsLib.evaluation.heart.ablation.models import ShapeModel
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ, MEASURES
from GenerativeModelsLib.evaluation.scores.paired import PairedChange, paired_change
from GenerativeModelsLib.evaluation.scores.screening import Share
from GenerativeModelsLib.evaluation.scores.tables import Table

__all__ = [
    "abstention_table",
    "alarm_table",
    "changes",
    "class_table",
    "model_table",
    "noise_table",
    "predictive_table",
    "shape_table",
]

Errors = Mapping[str, Mapping[str, np.ndarray]]
"""By model and by measure of `shapes.MEASURES`, (N,) each."""
COLUMNS = ("Dice ED", "Dice ES", "distance ED, mm", "distance ES, mm", "wall ED, mm", "wall ES, mm")


def changes(errors: Errors, reference: str) -> dict[str, dict[str, PairedChange]]:
    """By model and measure: the paired change from the model `reference` to that model, heart by heart."""
    count = len(next(iter(errors[reference].values())))
    return {
        name: {
            key: paired_change(
                errors[reference][key], values[key], range(count), "higher" if key.startswith("dice") else "lower"
            )
            for key in MEASURES
        }
        for name, values in errors.items()
        if name != reference
    }


def model_table(models: Sequence[ShapeModel], milliseconds: Mapping[str, float]) -> Table:
    """Size and time of every model."""
    rows = [
        [model.name, str(model.numbers), f"{model.weights / 1000:.0f}", f"{milliseconds[model.name]:.1f}"]
        for model in models
    ]
    notes = ["Time to read a heart of both phases and to rebuild it, on one thread; the best of some tries."]
    return Table("Models", ("model", "numbers of a heart", "weights, thousands", "ms a heart"), rows, notes)


def shape_table(sets: Sequence[HeartSet], found: Sequence[Errors], reference: str) -> Table:
    """Means, and in brackets the intervals of the differences from the model `reference`."""
    rows = []
    for hearts, errors in zip(sets, found, strict=True):
        against = changes(errors, reference)
        for name, values in errors.items():
            cells = [_cell(key, values[key], against.get(name, {}).get(key)) for key in MEASURES]
            rows.append([f"{hearts.name}, {len(hearts)}", name, *cells])
    notes = [
        "Dice of the myocardium on 2 mm voxels; mean distance of endo- and epicardium; mean absolute error of the mean "
        "wall of AHA segments 1 to 16. Against the true shape; of patients against the shape as read.",
        f"In brackets: 95 % interval of the mean difference from {reference}, heart by heart (Student's t); + or - "
        "where it excludes 0: better or worse than it.",
    ]
    return Table("Rebuilt hearts", ("hearts", "model", *COLUMNS), rows, notes)


def _cell(key: str, values: np.ndarray, change: PairedChange | None) -> str:
    digits = 3 if key.startswith("dice") else 2
    text = f"{np.mean(values):.{digits}f}"
    if change is None or change.interval95 is None:
        return text
    low, high = change.interval95
    sign = {"better": " +", "worse": " -"}.get(change.verdict, "")
    return f"{text} ({low:+.{digits}f} to {high:+.{digits}f}){sign}"


def noise_table(sets: Sequence[HeartSet], found: Sequence[Errors]) -> Table:
    """What each model makes of the errors of label maps: its error minus that of the heart as read."""
    rows = []
    for hearts, errors in zip(sets, found, strict=True):
        if not hearts.noisy:
            continue
        for name, change in changes(errors, AS_READ).items():
            cells = []
            for key in ("distance_ed", "distance_es", "wall_ed", "wall_es"):
                low, high = change[key].interval95 or (float("nan"),) * 2
                cells.append(f"{change[key].difference:+.2f} ({low:+.2f} to {high:+.2f})")
            rows.append([f"{hearts.name}, {len(hearts)}", name, *cells])
    notes = ["Below 0 the model removes more of the errors than it adds of its own. 95 % intervals as above."]
    return Table("Against the heart as read", ("hearts", "model", *COLUMNS[2:]), rows, notes)


def class_table(found: Mapping[str, Sequence[Diagnosis]]) -> Table:
    """AUC, its difference from the top level's, sensitivity and specificity by set."""
    rows = []
    for where, some in found.items():
        for one in some:
            apart = "-"
            if one.against_top is not None:
                difference, low, high = one.against_top
                apart = f"{difference:+.3f} ({low:+.3f} to {high:+.3f})"
            low, high = one.auc_interval
            rows.append(
                [where, one.name, f"{one.auc:.3f} ({low:.3f} to {high:.3f})", apart]
                + [_share(share) for share in (one.sensitivity, one.specificity)]
            )
    columns = ("hearts", "by", "AUC (bootstrap 95 %)", "difference from the top level", "sensitivity", "specificity")
    notes = ["Probabilities from 0.5 on are positive. Wilson's 95 % intervals; differences paired (bootstrap)."]
    return Table("Hypertrophic cardiomyopathy", columns, rows, notes)


def _share(share: Share) -> str:
    low, high = share.interval95
    return f"{share.value:.3f} ({low:.3f} to {high:.3f})"


def predictive_table(found: Mapping[str, Sequence[Diagnosis]]) -> Table:
    """Predictive values by prevalence."""
    prevalences = [one.prevalence for one in next(iter(found.values()))[0].predictive]
    rows = []
    for where, some in found.items():
        for one in some:
            for words in ("PPV", "NPV"):
                cells = []
                for values in one.predictive:
                    value, (low, high) = getattr(values, words.lower()), getattr(values, f"{words.lower()}_limits")
                    digits = 3 if words == "PPV" else 4
                    cells.append(f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})")
                rows.append([where, one.name, words, *cells])
    notes = ["Limits: from both ends of Wilson's 95 % intervals of sensitivity and specificity together."]
    columns = ("hearts", "by", "", *(f"prevalence {100 * p:g} %" for p in prevalences))
    return Table("Predictive values by prevalence", columns, rows, notes)


def abstention_table(found: Mapping[str, Sequence[Diagnosis]]) -> Table:
    """Wrong answers among hearts that get one, by band."""
    rows = [
        [
            *(where, one.name, words, f"{100 * left.abstained:.1f} %"),
            *(f"{left.wrong.hits} of {left.wrong.cases}", _share(left.wrong)),
        ]
        for where, some in found.items()
        for one in some
        for words, left in one.abstentions
    ]
    columns = ("hearts", "by", "no answer", "without an answer", "wrong", "share wrong (Wilson 95 %)")
    notes = [
        "Bands about 0.5, or about the limit of the wall: 1 mm leaves out 13 to 15 mm, the guidelines' borderline."
    ]
    return Table("With abstention", columns, rows, notes)


def alarm_table(found: Mapping[str, Mapping[str, Alarms]]) -> Table:
    """How many hearts without a diagnosis are called hypertrophic."""
    rows = []
    for where, some in found.items():
        for name, one in some.items():
            change, apart = one.against_top, "-"
            if change is not None and change.interval95 is not None:
                low, high = change.interval95
                apart = f"{change.difference:+.3f} ({low:+.3f} to {high:+.3f})"
            rows.append([where, name, _share(one.share), apart])
    columns = ("hearts", "by", "share (Wilson 95 %)", "difference from the top level (paired 95 %, Newcombe)")
    return Table("Called hypertrophic, of people without symptoms", columns, rows)
