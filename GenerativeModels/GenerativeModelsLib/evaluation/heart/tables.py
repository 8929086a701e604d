"""Tables shared by the heart benchmarks: reconstruction, classification, calibration, volumes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from GenerativeModelsLib.evaluation.data.published import HEART_MODELS
from GenerativeModelsLib.evaluation.heart.accuracy import ShapeAgreement
from GenerativeModelsLib.evaluation.heart.records import PHASES, HeartRecord, ModelRecord, Volumes
from GenerativeModelsLib.evaluation.scores.probability import ProbabilityScores, scores
from GenerativeModelsLib.evaluation.scores.tables import Table
from GenerativeModelsLib.uncertainty.platt import equal_mass_bins

__all__ = [
    "MODEL_NAMES",
    "calibration_table",
    "probabilities",
    "reconstruction_means",
    "reconstruction_row",
    "score_cells",
    "volume_errors",
]

MODEL_NAMES = {"lvae": "Ladder VAE", "vae": "VAE"}
Pick = Callable[[HeartRecord, str], ShapeAgreement]
"""Selects the agreement of a heart at a phase."""
RECONSTRUCTION_COLUMNS = ("Dice ED", "Dice ES", "Hausdorff ED, mm", "Hausdorff ES, mm", "HD95 ED / ES, mm")


def accepted(records: Sequence[HeartRecord]) -> list[HeartRecord]:
    """Records of hearts whose label maps were accepted."""
    return [record for record in records if not record.failure]


def figures_of(pick: Pick, records: Sequence[HeartRecord]) -> dict[str, np.ndarray]:
    """Dice, Hausdorff distance and its 95th percentile (N,) by phase, of `pick(record, phase)`."""
    found = {}
    for phase in PHASES:
        some = [pick(record, phase) for record in records]
        found[f"dice_{phase}"] = np.array([one.dice for one in some])
        found[f"hausdorff_{phase}"] = np.array([one.hausdorff_mm for one in some])
        found[f"hd95_{phase}"] = np.array([one.hd95_mm for one in some])
    return found


def against_measured(name: str) -> Pick:
    """Agreement of a model's reconstruction with the shape in the label map."""
    return lambda record, phase: record.models[name].measured[phase]


def against_true(name: str) -> Pick:
    """Agreement of a model's reconstruction with the true shape."""
    return lambda record, phase: record.models[name].truth[phase]


def seen_against_true(record: HeartRecord, phase: str) -> ShapeAgreement:
    """Agreement of the measured shape with the true one."""
    return record.seen[phase]


def reconstruction_means(figures: dict[str, np.ndarray]) -> dict[str, float]:
    """Means of `figures_of`."""
    return {key: float(values.mean()) for key, values in figures.items()}


def reconstruction_row(words: Sequence[str], figures: dict[str, np.ndarray], published: str | None = None) -> list[str]:
    """Cells with mean +- SD of Dice and Hausdorff distance at both phases, and the paper's means."""
    row = [*words]
    for key, digits in (("dice_ed", 3), ("dice_es", 3), ("hausdorff_ed", 2), ("hausdorff_es", 2)):
        row.append(f"{figures[key].mean():.{digits}f} +- {figures[key].std(ddof=1):.{digits}f}")
    row.append(" / ".join(f"{figures[f'hd95_{phase}'].mean():.2f}" for phase in PHASES))
    paper = HEART_MODELS.get(published or "")
    if paper is None:
        row.append("-")
    else:
        pairs = (paper.dice_ed, paper.dice_es, paper.hausdorff_ed_mm, paper.hausdorff_es_mm)
        row.append(" / ".join(f"{mean:.2f}" for mean, _ in pairs))
    return row


def probabilities(records: Sequence[HeartRecord], name: str, sick: str, well: str) -> tuple[np.ndarray, np.ndarray]:
    """A model's probabilities (N,) of hearts of two groups, and (N,) bool: in the group `sick`."""
    of_both = [record for record in records if record.group in (sick, well)]
    p = np.array([record.models[name].probability for record in of_both])
    return p, np.array([record.group == sick for record in of_both])


def score_cells(found: ProbabilityScores) -> list[str]:
    """Cases, accuracy and AUC with their intervals, sensitivity and specificity, calibration error, Brier score."""
    return [
        str(found.cases),
        f"{found.accuracy:.3f} ({found.accuracy_interval[0]:.3f} to {found.accuracy_interval[1]:.3f})",
        f"{found.auc:.3f} ({found.auc_interval[0]:.3f} to {found.auc_interval[1]:.3f})",
        f"{found.sensitivity:.2f} / {found.specificity:.2f}",
        f"{found.ece:.3f}",
        f"{found.brier:.3f}",
    ]


SCORE_COLUMNS = (
    "hearts",
    "accuracy (Wilson 95 %)",
    "AUC (bootstrap 95 %)",
    "sensitivity / specificity",
    "ECE, equal-mass bins",
    "Brier",
)


def calibration_table(title: str, p: np.ndarray, yes: np.ndarray, bins: int = 10) -> Table:
    """Observed share of HCM by predicted probability, in equal-mass bins."""
    rows = [
        [
            str(len(part)),
            f"{p[part].min():.3f} to {p[part].max():.3f}",
            f"{p[part].mean():.3f}",
            f"{yes[part].mean():.3f}",
        ]
        for part in equal_mass_bins(p, bins)
    ]
    found = scores(p, yes, bins)
    return Table(title, ("hearts", "probability", "mean probability", "share of HCM"), rows, [f"ECE {found.ece:.3f}."])


def volume_errors(
    records: Sequence[HeartRecord], name: str, reference: Callable[[HeartRecord], Volumes]
) -> dict[str, np.ndarray]:
    """Signed relative errors (N,) of a reconstruction's EDV, ESV and mass against reference volumes."""
    found: dict[str, list[float]] = {"edv": [], "esv": [], "mass": []}
    for record in records:
        own, other = record.models[name].volumes, reference(record)
        for key, attribute in (("edv", "edv"), ("esv", "esv"), ("mass", "muscle_ed")):
            found[key].append(getattr(own, attribute) / getattr(other, attribute) - 1)
    return {key: np.array(values) for key, values in found.items()}


def verdict_shares(models: Sequence[ModelRecord]) -> str:
    """Shares of typical / unusual / outside in per cent."""
    verdicts = [model.verdict for model in models]
    return " / ".join(
        f"{100 * verdicts.count(v) / max(len(verdicts), 1):.0f}" for v in ("typical", "unusual", "outside")
    )
