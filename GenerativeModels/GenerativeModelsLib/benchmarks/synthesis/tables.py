"""Tables of the benchmark of synthetic images, and whether training with them helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from GenerativeModelsLib.benchmarks.synthesis.downstream import AUGMENTATION, OWN, ArmScores
from GenerativeModelsLib.benchmarks.synthesis.fidelity import COMPONENTS, Fidelity
from GenerativeModelsLib.benchmarks.synthesis.networks import MEASURES
from GenerativeModelsLib.evaluation.scores.paired import LEAST_SUBJECTS, PairedChange, paired_change
from GenerativeModelsLib.evaluation.scores.tables import Table

__all__ = ["change_of", "downstream_figures", "downstream_table", "fidelity_figures", "fidelity_table", "verdicts"]

NAMES = {"dice_lv": "cavity: Dice", "dice_myo": "wall: Dice", "hd95_lv_mm": "cavity: 95 % Hausdorff, mm",
         "hd95_myo_mm": "wall: 95 % Hausdorff, mm"}  # fmt: skip
JUDGED = "dice_lv"
"""The measure of the verdict."""


def _mean(values: Mapping[str, float]) -> str:
    """Mean over patients with half its 95 % interval by Student's t."""
    from scipy.stats import t

    numbers = np.array(list(values.values()))
    if not len(numbers):
        return "-"
    if len(numbers) == 1:
        return f"{numbers[0]:.3f}"
    half = t.ppf(0.975, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers))
    return f"{numbers.mean():.3f} +- {half:.3f}"


def fidelity_table(found: Sequence[Fidelity], missing: Sequence[str] = ()) -> Table:
    """Labels found again, style, and distance to real images; `missing`: sentences on methods that are left out."""
    rows = []
    for one in found:
        dice = [{name: each[key] for name, each in one.scores.items() if key in each} for key in MEASURES[:2]]
        near, far = (np.mean(list(each.values())) if each else None for each in (one.histogram, one.histogram_other))
        rows.append([
            one.title, one.style or "-", *map(_mean, dice),
            "-" if near is None else f"{near:.3f}", "-" if near is None else f"{near / far:.2f}",
            *(f"{one.distances[key]:.3f}" for key in ("frechet", "mmd", "precision", "recall")),
            f"{np.mean(one.similarity):.2f}; {np.max(one.similarity):.2f}",
        ])  # fmt: skip
    columns = ("images", "style of", "cavity: Dice", "wall: Dice", "grey values: distance to the style")
    columns += ("as a share of that to another image", "Frechet distance", "MMD", "precision", "recall")
    columns += ("SSIM to the nearest training image: mean; largest",)
    notes = [
        "Label maps of end diastole of patients that trained nothing. Dice: of the given labels and those that U-Nets, "
        "trained on the real images of the training's patients, find in the synthetic image; +- half the 95 % interval "
        "over patients. Grey values: Wasserstein distance as a share of the grey range. Frechet distance, MMD, "
        f"precision and recall: on {COMPONENTS} principal components of the deepest features of a U-Net, against the "
        "tested patients' real images; in the row of real images those of the training's patients are compared, which "
        "is what differs between patients. An image drawn in the style of the patient's own has its surroundings.",
        *missing,
    ]
    return Table("Synthetic images of held-out label maps", columns, rows, notes)


def fidelity_figures(found: Sequence[Fidelity]) -> list[dict[str, Any]]:
    """The same for JSON, by patient."""
    return [asdict(one) for one in found]


def _by_patient(found: Sequence[ArmScores], key: str, count: int, measure: str) -> dict[tuple[str, str], float]:
    """Mean over seeds by patient and phase, of trainings of one arm."""
    own = [one.scores for one in found if (one.arm.key, one.arm.count) == (key, count)]
    names = [name for name in own[0] if measure in own[0][name]] if own else []
    return {tuple(name.rsplit(" ", 1)): float(np.mean([scores[name][measure] for scores in own])) for name in names}


def change_of(found: Sequence[ArmScores], key: str, count: int, measure: str) -> PairedChange | None:
    """Change from augmentation alone to an arm, paired over patients; None without both."""
    before, after = (_by_patient(found, name, count, measure) for name in (AUGMENTATION, key))
    if not before or set(before) != set(after):
        return None
    cases = list(before)
    better = "higher" if measure.startswith("dice") else "lower"
    return paired_change([before[c] for c in cases], [after[c] for c in cases], [c[0] for c in cases], better)


def _arms(found: Sequence[ArmScores]) -> list[tuple[int, str]]:
    return list(dict.fromkeys((one.arm.count, one.arm.key) for one in found))


def downstream_table(found: Sequence[ArmScores], titles: Mapping[str, str]) -> Table:
    """Dice and Hausdorff distance of U-Nets by number of real patients and by what was added."""
    rows = []
    for count, key in _arms(found):
        cells = []
        for measure in MEASURES:
            digits = 3 if measure.startswith("dice") else 1
            values = _by_patient(found, key, count, measure)
            if not values:
                cells.append("-")
                continue
            mean = np.mean(list(_means_over_phases(values).values()))
            c = None if key == AUGMENTATION else change_of(found, key, count, measure)
            text = f"{mean:.{digits}f}"
            if c is not None and c.interval95 is not None:
                low, high = c.interval95
                text += f" ({c.difference:+.{digits}f}, {low:+.{digits}f} to {high:+.{digits}f}, {c.verdict})"
            cells.append(text)
        seeds = sum((one.arm.key, one.arm.count) == (key, count) for one in found)
        rows.append([str(count), titles[key], str(seeds), *cells])
    columns = ("real patients", "images added", "seeds", *(NAMES[measure] for measure in MEASURES))
    notes = [
        "U-Nets of MONAI, all with the same number of steps and ordinary augmentation, tested on the real images of "
        "patients that trained nothing; cavity at ED and ES, wall at ED. In brackets the difference from augmentation "
        "alone, paired over patients after the mean over seeds, with its 95 % interval: it is of other tested "
        "patients, not of other patients of the training, and is not adjusted for the number of comparisons. With "
        f"fewer than {LEAST_SUBJECTS} tested patients there is no verdict. The methods with weights of "
        "their own have seen labelled images of all patients of the training, so that only SynthSeg-style and "
        f"{titles.get(OWN, 'a SPADE of the same patients')} know no more than the U-Net.",
        *verdicts(found, titles),
    ]
    return Table("Training with synthetic images", columns, rows, notes)


def _means_over_phases(values: Mapping[tuple[str, str], float]) -> dict[str, float]:
    names = dict.fromkeys(patient for patient, _ in values)
    return {name: float(np.mean([v for (patient, _), v in values.items() if patient == name])) for name in names}


def verdicts(found: Sequence[ArmScores], titles: Mapping[str, str]) -> list[str]:
    """A sentence for each arm: at which numbers of patients the cavity's Dice changes, as far as it is shown."""
    sentences = []
    for key in dict.fromkeys(key for _, key in _arms(found) if key != AUGMENTATION):
        counts = [count for count, other in _arms(found) if other == key]
        said = [(count, change_of(found, key, count, JUDGED).verdict) for count in counts]
        words = [
            f"{verdict} with {', '.join(str(count) for count, other in said if other == verdict)}"
            for verdict in dict.fromkeys(verdict for _, verdict in said)
        ]
        sentences.append(f"{titles[key]}, Dice of the cavity: {'; '.join(words)} real patients.")
    return sentences


def downstream_figures(found: Sequence[ArmScores]) -> list[dict[str, Any]]:
    """The same for JSON: scores of every training, and the paired changes."""
    changes = []
    for count, key in _arms(found):
        if key != AUGMENTATION:
            entry = {measure: change_of(found, key, count, measure) for measure in MEASURES}
            changes.append(
                {"arm": key, "patients": count, **{m: None if c is None else asdict(c) for m, c in entry.items()}}
            )
    return [*({**asdict(one.arm), "scores": one.scores} for one in found), *changes]
