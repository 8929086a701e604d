"""Reports on cohorts of made-up cases."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.training.shared.cohort_report import CohortReport, HeldOutCase, Measure, ModelName

DICE, ERROR = Measure("dice", "Dice", "", "higher", 3), Measure("hc_error_mm", "Absolute error of HC", "mm", "lower")
SHARE = Measure("share", "Surface within its interval", "%", "", 0)


def case(number: int, values: dict, *, held: bool = True, subject: str = "", truth: str = "head") -> HeldOutCase:
    pair = ("unusual", "typical")
    return HeldOutCase(
        f"p{number}", subject or f"p{number}", truth, "axial, own pictures", values, {"hc": (False, held)}, pair
    )


def better(count: int) -> list[HeldOutCase]:
    """Cases whose Dice rises by about 0.02 and whose error of HC is the same on average."""
    rng = np.random.default_rng(1)
    found = []
    for i in range(count):
        dice, error, turn = 0.9 + 0.01 * rng.normal(), 3 + rng.normal(), rng.normal()
        values = {"dice": (dice, dice + 0.02 + 0.002 * rng.normal()), "hc_error_mm": (error, error + 0.1 * turn)}
        found.append(case(i, values | {"share": (80.0, 90.0)}))
    return found


def report(cases: list[HeldOutCase], **fields) -> CohortReport:
    given = {
        "anatomy": "skull",
        "title": "own 1.0: before and after",
        "before": ModelName("shipped", "2.0", "a" * 64),
        "after": ModelName("own", "1.0", "b" * 64),
        "decided_by": "Parts drawn over 6 subjects with split_seed 0: train 3, calibration 1, test 2.",
        "measures": (DICE, ERROR, SHARE),
        "held_measures": {"hc": "Head circumference"},
        "cases": cases,
    }
    return CohortReport(**given | fields)
