"""Hypertrophy by the top level, the one-number rule and principal components, on the same hearts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.heart.ablation.linear import LinearShapes
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.measuring import in_processes
from GenerativeModelsLib.evaluation.scores.paired import PairedChange, paired_shares
from GenerativeModelsLib.evaluation.scores.probability import auc, auc_difference, auc_interval
from GenerativeModelsLib.evaluation.scores.screening import (
    Abstention,
    PredictiveValues,
    Share,
    abstaining,
    at_prevalence,
    shares,
)
from GenerativeModelsLib.heart.infer.model import HeartModel
from GenerativeModelsLib.heart.shape.reference import ONE_NUMBER_MM
from GenerativeModelsLib.heart.shape.surfaces import heart_surface, thickness_figures
from GenerativeModelsLib.heart.shape.ventricle import Ventricle

__all__ = [
    "PREVALENCES",
    "SICK",
    "TOP",
    "Alarms",
    "Diagnosis",
    "Evidence",
    "Measure",
    "alarms",
    "diagnoses",
    "evidence",
]

PREVALENCES = (0.002, 0.1, 0.3, 0.5)
"""Of the population, of two mixed groups of patients, and of the benchmarks themselves."""
SICK = ("hcm", "HCM")
"""Groups with hypertrophic cardiomyopathy; all others of a set count as without."""
TOP = "top level of the Ladder VAE"
ONE_NUMBER = f"one number: 95th percentile of the ED wall >= {ONE_NUMBER_MM:g} mm"
PROBABILITY_BANDS, WALL_BANDS_MM = (0.0, 0.2, 0.4, 0.49), (0.0, 0.5, 1.0, 2.0)
"""Half widths of the abstention about 0.5, and about the limit of the wall; 1 mm: 13 to 15 mm, the borderline."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One measure (N,) of hearts, positive from `limit` on, with the half widths of its bands of abstention."""

    name: str
    values: np.ndarray
    limit: float
    bands: tuple[float, ...]
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Evidence:
    """All measures of one set, the top level first, and the verdict of the product for every heart."""

    hearts: HeartSet
    measures: tuple[Measure, ...]
    verdicts: np.ndarray


@dataclass(frozen=True)
class Diagnosis:
    """Scores of one measure; `against_top`: difference of its AUC from that of the top level, with 95 % interval."""

    name: str
    auc: float
    auc_interval: tuple[float, float]
    against_top: tuple[float, float, float] | None
    sensitivity: Share
    specificity: Share
    predictive: tuple[PredictiveValues, ...]
    abstentions: tuple[tuple[str, Abstention], ...]


@dataclass(frozen=True)
class Alarms:
    """Share of the hearts that a measure calls hypertrophic, and its paired change from the top level's."""

    share: Share
    against_top: PairedChange | None


def evidence(hearts: HeartSet, ladder: HeartModel, vae: HeartModel, linear: LinearShapes, workers: int) -> Evidence:
    """What each measure says of the hearts as they are seen."""
    placed = ladder.place(hearts.seen)
    given = {TOP: placed.hcm_probability, "VAE": vae.place(hearts.seen).hcm_probability}
    given |= {
        f"logistic regression, PCA of {count}": linear.probability(hearts.seen, count) for count in linear.classifiers
    }
    found = [Measure(name, values, 0.5, PROBABILITY_BANDS) for name, values in given.items()]
    jobs = [hearts.seen.ventricle(k, 0) for k in range(len(hearts))]
    walls = np.array(in_processes(_wall_mm, jobs, workers, f"walls, {hearts.name}"))
    found.insert(1, Measure(ONE_NUMBER, walls, ONE_NUMBER_MM, WALL_BANDS_MM, " mm"))
    return Evidence(hearts, tuple(found), np.array([judged.verdict for judged in placed.in_distribution]))


def diagnoses(found: Evidence, of: Sequence[str]) -> list[Diagnosis]:
    """Scores of every measure on the hearts of the groups `of`, which hold hypertrophic ones and others."""
    chosen = np.isin(found.hearts.group, of)
    yes = np.isin(found.hearts.group[chosen], SICK)
    return [_diagnosis(measure, found, chosen, yes) for measure in found.measures]


def alarms(found: Evidence) -> dict[str, Alarms]:
    """By measure, how many hearts of a set it calls hypertrophic."""
    called = {measure.name: measure.values >= measure.limit for measure in found.measures}
    return {
        name: Alarms(Share(int(own.sum()), len(own)), None if name == TOP else paired_shares(called[TOP], own, "lower"))
        for name, own in called.items()
    }


def _diagnosis(measure: Measure, found: Evidence, chosen: np.ndarray, yes: np.ndarray) -> Diagnosis:
    values, top = measure.values[chosen], found.measures[0]
    sensitivity, specificity = shares(values >= measure.limit, yes)
    bands = [
        (f"within {one.band:g}{measure.unit}", one) for one in abstaining(values, measure.limit, yes, measure.bands)
    ]
    if measure is top:
        bands += _by_verdict(values >= measure.limit, found.verdicts[chosen], yes)
    return Diagnosis(
        measure.name,
        auc(values, yes),
        auc_interval(values, yes),
        None if measure is top else auc_difference(values, top.values[chosen], yes),
        sensitivity,
        specificity,
        tuple(at_prevalence(sensitivity, specificity, p) for p in PREVALENCES),
        tuple(bands),
    )


def _by_verdict(positive: np.ndarray, verdicts: np.ndarray, yes: np.ndarray) -> list[tuple[str, Abstention]]:
    """The product's own rule, no probability outside the population; and the stricter one, none unless typical."""
    rows = []
    for words, kept in (("outside (the product)", verdicts != "outside"), ("not typical", verdicts == "typical")):
        wrong = Share(int((positive != yes)[kept].sum()), int(kept.sum()))
        rows.append((words, Abstention(None, float(1 - kept.mean()), wrong)))
    return rows


def _wall_mm(ventricle: Ventricle) -> float:
    return thickness_figures(heart_surface(ventricle)).p95
