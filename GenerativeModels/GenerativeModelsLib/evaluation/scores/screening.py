"""A measure with a limit as a test for a disease: predictive values by prevalence, and abstention near the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from GenerativeModelsLib.evaluation.scores.probability import wilson

__all__ = ["Abstention", "PredictiveValues", "Share", "abstaining", "at_prevalence", "errors_by_share", "shares"]


class Share(NamedTuple):
    """`hits` of `cases` with Wilson's 95 % interval; NaN without cases."""

    hits: int
    cases: int

    @property
    def value(self) -> float:
        return self.hits / self.cases if self.cases else float("nan")

    @property
    def interval95(self) -> tuple[float, float]:
        return wilson(self.hits, self.cases) if self.cases else (float("nan"), float("nan"))


@dataclass(frozen=True)
class PredictiveValues:
    """Share of the diseased among the positive (`ppv`), of the healthy among the negative (`npv`), at a prevalence.

    Their limits follow from both ends of Wilson's 95 % intervals of sensitivity and specificity together, so they hold
    at least about 90 %.
    """

    prevalence: float
    ppv: float
    ppv_limits: tuple[float, float]
    npv: float
    npv_limits: tuple[float, float]


@dataclass(frozen=True)
class Abstention:
    """Answers that are left when cases nearer to the limit than `band` get none.

    Attributes
    ----------
    band : in units of the measure; None for another rule than a band.
    abstained : share of the cases without an answer.
    wrong : wrong answers among the rest.
    """

    band: float | None
    abstained: float
    wrong: Share


def shares(positive: np.ndarray, yes: np.ndarray) -> tuple[Share, Share]:
    """Sensitivity and specificity of a verdict (N,) bool against the truth (N,) bool.

    Raises
    ------
    ValueError
        One of the classes is missing.
    """
    positive, yes = np.asarray(positive, bool), np.asarray(yes, bool)
    if yes.all() or not yes.any():
        raise ValueError(f"All {len(yes)} cases are of one class: expected cases of both classes.")
    return Share(int(positive[yes].sum()), int(yes.sum())), Share(int((~positive[~yes]).sum()), int((~yes).sum()))


def at_prevalence(sensitivity: Share, specificity: Share, prevalence: float) -> PredictiveValues:
    """Predictive values by Bayes' rule.

    PPV = s p / (s p + (1 - c) (1 - p)), NPV = c (1 - p) / (c (1 - p) + (1 - s) p), with sensitivity s, specificity c
    and prevalence p; NaN where nobody has that verdict.
    """

    def values(s: float, c: float) -> tuple[float, float]:
        found, alarms = s * prevalence, (1 - c) * (1 - prevalence)
        cleared, missed = c * (1 - prevalence), (1 - s) * prevalence
        return tuple(a / (a + b) if a + b > 0 else float("nan") for a, b in ((found, alarms), (cleared, missed)))

    middle = values(sensitivity.value, specificity.value)
    low, high = (values(s, c) for s, c in zip(sensitivity.interval95, specificity.interval95, strict=True))
    return PredictiveValues(prevalence, middle[0], (low[0], high[0]), middle[1], (low[1], high[1]))


def abstaining(values: np.ndarray, limit: float, yes: np.ndarray, bands: Sequence[float]) -> list[Abstention]:
    """What each band leaves of a measure (N,), positive from `limit` on: cases nearer to the limit get no answer."""
    values, yes = np.asarray(values, float), np.asarray(yes, bool)
    wrong = (values >= limit) != yes
    found = []
    for band in bands:
        kept = np.abs(values - limit) >= band
        found.append(Abstention(float(band), float(1 - kept.mean()), Share(int(wrong[kept].sum()), int(kept.sum()))))
    return found


def errors_by_share(values: np.ndarray, limit: float, yes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share without an answer (N,) from 0 upwards, as the cases nearest to the limit lose theirs one by one; and
    share of wrong answers (N,) among the rest."""
    values, yes = np.asarray(values, float), np.asarray(yes, bool)
    order = np.argsort(np.abs(values - limit), kind="stable")
    wrong = ((values >= limit) != yes)[order]
    left = np.arange(len(values), 0, -1)
    return 1 - left / len(values), wrong[::-1].cumsum()[::-1] / left
