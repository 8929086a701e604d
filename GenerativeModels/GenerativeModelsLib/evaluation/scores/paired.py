"""Comparison of two models on the same cases: paired differences with their intervals, and shares of held intervals."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from GenerativeModelsLib.evaluation.scores.probability import wilson

__all__ = ["LEAST_SUBJECTS", "HeldShare", "PairedChange", "held_share", "paired_change", "paired_shares"]

LEAST_SUBJECTS = 5
"""Subjects from which on an interval supports a verdict."""
Verdict = Literal["better", "worse", "no difference shown", "too few to say"]


@dataclass(frozen=True)
class PairedChange:
    """Change of a measure from one model to another on the same cases.

    Attributes
    ----------
    cases, subjects : how many.
    before, after : means over the subjects.
    difference : mean of after minus before.
    interval95 : of the difference; None for fewer than two subjects.
    verdict : "better" or "worse" if the interval excludes 0, and "too few to say" below `LEAST_SUBJECTS`.
    """

    cases: int
    subjects: int
    before: float
    after: float
    difference: float
    interval95: tuple[float, float] | None
    verdict: Verdict


@dataclass(frozen=True)
class HeldShare:
    """Share of intervals that hold the truth, with Wilson's 95 % interval of that share."""

    held: int
    cases: int
    interval95: tuple[float, float]


def paired_change(
    before: Sequence[float], after: Sequence[float], subjects: Sequence[Hashable], better: Literal["higher", "lower"]
) -> PairedChange:
    """Change between the results of two models on the same cases (N,), one or more.

    The cases of a subject are averaged first, as their errors are correlated. The interval is Student's t.
    """
    from scipy.stats import t

    names = list(dict.fromkeys(subjects))
    index = np.array([names.index(subject) for subject in subjects])
    means = [np.array([np.asarray(values, float)[index == k].mean() for k in range(len(names))]) for values in
             (before, after)]  # fmt: skip
    change = means[1] - means[0]
    n, difference, interval = len(change), float(change.mean()), None
    if n > 1:
        half = float(t.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n))
        interval = (difference - half, difference + half)
    verdict = _verdict(n, difference, interval, better)
    return PairedChange(len(before), n, float(means[0].mean()), float(means[1].mean()), difference, interval, verdict)


def paired_shares(before: Sequence[bool], after: Sequence[bool], better: Literal["higher", "lower"]) -> PairedChange:
    """Change of the share of yes between two verdicts on the same subjects (N,).

    The interval is Newcombe's hybrid score interval for paired proportions (Statistics in Medicine 1998;17:2635-2650,
    method 10), which holds for few differing verdicts, as Student's t does not.
    """
    first, second = np.asarray(before, bool), np.asarray(after, bool)
    n = len(first)
    if not n:
        raise ValueError("There are no subjects.")
    (p1, low1, high1), (p2, low2, high2) = ((v.mean(), *wilson(int(v.sum()), n)) for v in (first, second))
    a, b = int((first & second).sum()), int((first & ~second).sum())
    c, d = int((~first & second).sum()), int((~first & ~second).sum())
    product = float(a + b) * (c + d) * (a + c) * (b + d)
    apart = a * d - b * c
    corrected = apart if apart < 0 else max(apart - n / 2, 0.0)
    phi = corrected / np.sqrt(product) if product else 0.0
    difference = float(p2 - p1)

    def reach(x: float, y: float) -> float:
        return float(np.sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0)))

    interval = difference - reach(p2 - low2, high1 - p1), difference + reach(high2 - p2, p1 - low1)
    return PairedChange(n, n, float(p1), float(p2), difference, interval, _verdict(n, difference, interval, better))


def _verdict(
    n: int, difference: float, interval: tuple[float, float] | None, better: Literal["higher", "lower"]
) -> Verdict:
    if n < LEAST_SUBJECTS:
        return "too few to say"
    if interval[0] <= 0 <= interval[1]:
        return "no difference shown"
    return "better" if (difference > 0) == (better == "higher") else "worse"


def held_share(held: Sequence[bool]) -> HeldShare | None:
    """Share of intervals that hold the truth, from a yes or no for each case; None without cases."""
    if not len(held):
        return None
    return HeldShare(int(sum(held)), len(held), wilson(int(sum(held)), len(held)))
