"""NICHD Fetal Growth Studies: Buck Louis et al., Am J Obstet Gynecol 2015;213:449.e1-41 (1737 pregnancies, 12 sites).

`nichd.csv` holds the 3rd, 50th and 97th percentile in mm of every whole week, as the NICHD's calculator gives them
(nichd.nih.gov, FGCalculatorPercentileRange.pdf). The curves are those of the paper's model, cubic splines of ln mm with
normal residuals: median and SD of ln mm are interpolated between the weeks by cubic splines, which gives the daily
values of the calculator to its rounding. The calculator begins at 10 weeks, the model was fitted from 15 to 40. BPD is
measured outer to inner. There is a chart for each of four self-reported groups of mothers, and none for all.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from statistics import NormalDist

import numpy as np

from GenerativeModelsLib.skull.growth.curves import Curve, LogNormalCurve, OuterInner

__all__ = ["ASIAN", "BLACK", "HISPANIC", "WEEKS", "WHITE"]

WEEKS = (15.0, 40.0)


def _curves(group: str) -> dict[str, Curve]:
    title = f"NICHD ({group})"
    return {
        "hc": _curve(title, group, "hc"),
        "bpd": OuterInner(title, WEEKS, _curve(title, group, "bpd")),
    }


def _curve(title: str, group: str, quantity: str) -> LogNormalCurve:
    from scipy.interpolate import CubicSpline

    with (files(__package__) / "nichd.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["group"], row["quantity"]) == (group, quantity)]
    weeks, low, middle, high = (
        np.array([float(row[name]) for row in rows]) for name in ("weeks", "p3_mm", "p50_mm", "p97_mm")
    )
    log_median = CubicSpline(weeks, np.log(middle))
    log_sd = CubicSpline(weeks, np.log(high / low) / (2 * NormalDist().inv_cdf(0.97)))
    return LogNormalCurve(title, WEEKS, lambda g: np.exp(log_median(g)), log_sd)


WHITE, BLACK = _curves("non-Hispanic white"), _curves("non-Hispanic black")
HISPANIC, ASIAN = _curves("Hispanic"), _curves("Asian and Pacific Islander")
