"""Benchmark of the warnings on scale and age: real pictures with their own and with a wrong pixel spacing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.errors import SCALE, InputError
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case, large_heads, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.scores.probability import wilson
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.skull.real import _model
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.skull.case.write import biometry_entries
from GenerativeModelsLib.skull.growth.ages import FittingAge, fitting_age
from GenerativeModelsLib.skull.growth.curves import Curve
from GenerativeModelsLib.skull.growth.judge import cautions_on_age, cautions_on_proportions
from GenerativeModelsLib.skull.growth.registry import CHARTS, DEFAULT_CHART
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes.image import plane_from_array

__all__ = ["DATING_SD_WEEKS", "WRONG", "Measured", "given_ages", "report", "run_scale", "warned_of"]

WRONG = 1.3
"""Factor of the wrong spacings, which are too large and too small by turns."""
DATING_SD_WEEKS = 1.0
"""Standard deviation of the given age about the one that the annotated circumference fits."""
AGE_DRAWS = 50
"""Draws of the ages by which the rates are measured."""
PICTURES_SEED = 12


@dataclass(frozen=True)
class Measured:
    """One picture at one spacing.

    Attributes
    ----------
    name : file name.
    hc_mm : annotated circumference, with the right spacing.
    scale : factor of the spacing.
    biometry : entries as in `result.json`; empty if the picture was refused.
    warned : whether it is warned of at any age: by the reconstruction, or for its proportions.
    verdict : of the input, as in `result.json`.
    """

    name: str
    hc_mm: float
    scale: float
    biometry: dict[str, Any] = field(default_factory=dict)
    warned: bool = False
    verdict: str = "typical"


def measure(bundle: str, job: tuple[int, Hc18Case, float]) -> Measured:
    """Reconstruct one picture from its axial plane alone, its spacing multiplied by a factor."""
    number, case, scale = job
    spacing = scale * case.spacing_mm
    try:
        image = plane_from_array(case.pixels(), (spacing, spacing), "axial")
        found = reconstruct(_model(bundle), {"axial": image}, seed=number)
    except InputError:
        return Measured(case.path.name, case.hc_mm, scale)
    biometry = biometry_entries(found.biometry)
    warned = any(getattr(warning, "kind", "") == SCALE for warning in found.warnings)
    measured = Measured(case.path.name, case.hc_mm, scale, biometry, warned, found.in_distribution.verdict)
    return replace(measured, warned=warned or bool(cautions_on_proportions(_result(measured))))


def warned_of(measured: Measured, weeks: float | None) -> bool:
    """Whether a picture is warned of with that age; None = without an age. A refused picture is not."""
    if not measured.biometry:
        return False
    return measured.warned or bool(cautions_on_age(_result(measured, weeks)))


def _result(measured: Measured, weeks: float | None = None) -> dict[str, Any]:
    """What of a `result.json` the warnings follow from."""
    return {
        "biometry": measured.biometry,
        "chart": {"name": DEFAULT_CHART},
        "gestational_age_weeks": weeks,
        "in_distribution": {"verdict": measured.verdict},
    }


def given_ages(hc_mm: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """Ages in weeks of heads of these circumferences: that which the circumference fits, and an error of dating."""
    curve = CHARTS[DEFAULT_CHART].curves["hc"]
    low, high = curve.weeks
    true = [age.weeks or (low if age.outside == "below" else high) for age in (_fit(curve, hc) for hc in hc_mm)]
    return np.clip(true + DATING_SD_WEEKS * rng.standard_normal(len(true)), low, high)


def _fit(curve: Curve, hc_mm: float) -> FittingAge:
    return fitting_age(curve, hc_mm, None)


def run_scale(bundle: Path, data: Path, cases: int, seed: int, workers: int = 2) -> Report:
    """Warnings of `cases` test pictures of HC18 (HC >= 150 mm) with the right and with a wrong spacing."""
    pictures = large_heads(split_hc18(read_hc18(data)).test)
    order = np.random.default_rng(PICTURES_SEED + seed).permutation(len(pictures))[:cases]
    chosen = [pictures[i] for i in sorted(order)]
    jobs = [(k, case, scale) for k, case in enumerate(chosen) for scale in (1.0, WRONG if k % 2 == 0 else 1 / WRONG)]
    with bar("pictures") as progress:
        found = parallel_map(partial(measure, str(bundle)), jobs, workers, progress=progress)
    return report(found, seed)


def report(measured: Sequence[Measured], seed: int = 0) -> Report:
    """How many of the pictures at each spacing are warned of, with one age each and over many draws of the ages."""
    rows, figures = [], {}
    groups = {
        "right": [m for m in measured if m.scale == 1],
        f"times {WRONG:g}": [m for m in measured if m.scale > 1],
        f"divided by {WRONG:g}": [m for m in measured if m.scale < 1],
        "wrong": [m for m in measured if m.scale != 1],
    }
    for name, group in groups.items():
        if not group:
            continue
        hc = [m.hc_mm for m in group]
        with_age = [
            [warned_of(m, float(age)) for m, age in zip(group, ages, strict=True)]
            for ages in (given_ages(hc, np.random.default_rng((seed, draw))) for draw in range(AGE_DRAWS))
        ]
        figures[name] = {
            "pictures": len(group),
            "refused": sum(not m.biometry for m in group),
            "warned_of": sum(with_age[0]),
            "wilson95": wilson(sum(with_age[0]), len(group)),
            "rate_over_draws": float(np.mean(with_age)),
            "warned_of_without_age": sum(warned_of(m, None) for m in group),
        }
        rows.append(_row(name, figures[name]))
    columns = ("pixel spacing", "pictures", "refused", "warned of, with an age (Wilson 95 %)")
    columns += (f"rate over {AGE_DRAWS} draws of the ages", "warned of, without an age")
    notes = [
        f"HC18 test pictures, axial plane alone; the age is that of the annotated circumference on the "
        f"{CHARTS[DEFAULT_CHART].title} chart, with a dating error of {DATING_SD_WEEKS:g} week (SD), seed {seed}."
    ]
    return Report([Table("Pictures whose scale or age is warned of", columns, rows, notes)], figures)


def _row(name: str, f: dict[str, Any]) -> list[str]:
    low, high = (100 * end for end in f["wilson95"])
    counts = [str(f["pictures"]), str(f["refused"]), f"{f['warned_of']} ({low:.0f} to {high:.0f} %)"]
    return [name, *counts, f"{100 * f['rate_over_draws']:.1f} %", str(f["warned_of_without_age"])]
