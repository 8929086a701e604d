"""Content of the report of one heart, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.identity import shown_identity
from GenerativeModelsLib.heart.anatomy import PHASES, QUANTITIES
from GenerativeModelsLib.heart.report.population import population_svg
from GenerativeModelsLib.heart.shape.reference import RANGES, Range
from GenerativeModelsLib.language import _

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.bundle.manifest import BundleManifest
    from GenerativeModelsLib.geometry.surfaces import Surface
    from GenerativeModelsLib.heart.infer.measured import MeasuredHeart
    from GenerativeModelsLib.heart.request import HeartRequest

__all__ = ["ALWAYS", "HeartReport", "Measure", "PhaseView", "assembled", "measures_of", "report_content"]


LOWER_BOUNDS = {
    "ed": ("edv_ml", "myocardial_mass_g", "edv_ml_per_m2", "mass_g_per_m2"),
    "es": ("esv_ml", "esv_ml_per_m2"),
}
"""Quantities that are lower bounds where the slices of a phase end before the apex; no range stands beside them."""
ALWAYS = ("edv_ml", "esv_ml", "ef_percent", "myocardial_mass_g")
"""Quantities that have a line even without a value."""


@dataclass(frozen=True)
class Measure:
    """One line of the table: a value (None without end systole) and the ranges of the sexes shown, None = unknown."""

    name: str
    label: str
    unit: str
    value: float | None
    ranges: dict[str, Range | None]

    @property
    def has_range(self) -> bool:
        """Whether there is a range to stand beside."""
        return None not in self.ranges.values()


@dataclass(frozen=True, eq=False)
class PhaseView:
    """One phase: meshes of the heart frame as labelled and as reconstructed, figures, and the agreement of the two.

    `aha17` and `reconstruction_aha17` are (17,), NaN where a segment has no wall.
    """

    key: str
    label: str
    surface: Surface
    reconstruction: Surface
    mean_mm: float
    p95_mm: float
    max_mm: float
    aha17: np.ndarray
    reconstruction_aha17: np.ndarray
    dice: float
    hausdorff_mm: float


@dataclass(frozen=True, eq=False)
class HeartReport:
    """Content of one report.

    Attributes
    ----------
    result
        Content of `result.json` without the total time.
    phases
        End diastole and, if there is one, end systole.
    population_svg
        SVG element of the heart and the population on the top level.
    trained_on, limits, validation, licence
        From the model's card.
    identity
        Label and text of case ID, examination date and so on.
    """

    title: str
    created: str
    result: dict[str, Any]
    phases: list[PhaseView]
    measures: list[Measure]
    population_svg: str
    licence: str
    trained_on: str
    limits: list[str]
    validation: dict[str, Any]
    identity: list[tuple[str, str]] = field(default_factory=list)


def measures_of(result: dict[str, Any]) -> list[Measure]:
    """The lines of the table of a `result.json`, with the ranges of its sex, or of both."""
    sex = result.get("sex")
    sexes = RANGES if sex is None else {sex: RANGES[sex]}
    bounds = {key for name, apex in result.get("apex", {}).items() if apex == "model" for key in LOWER_BOUNDS[name]}
    return [
        Measure(
            _(q.short),
            _("{quantity}, at least", quantity=_(q.label)) if q.key in bounds else _(q.label),
            q.unit,
            value,
            {sex: None if q.key in bounds else ranges.get(q.key) for sex, ranges in sexes.items()},
        )
        for q in QUANTITIES
        if (value := q.of(result).value) is not None or q.key in ALWAYS
    ]


def report_content(case: Case, result: dict[str, Any]) -> HeartReport:
    """Fill the report from a case and the content of its `result.json`."""
    request: HeartRequest = case.request
    measured: MeasuredHeart = case.run.found
    model = case.run.model
    phases = [
        PhaseView(
            key,
            PHASES[key],
            phase.surface,
            phase.reconstruction,
            phase.thickness.mean,
            phase.thickness.p95,
            phase.thickness.max,
            phase.thickness.aha17,
            phase.reconstruction_thickness.aha17,
            phase.agreement.dice,
            phase.agreement.hausdorff_mm,
        )
        for key, phase in measured.phases.items()
    ]
    drawn = population_svg(model, measured.placed)
    return assembled(result, model.manifest, request.shown_title, phases, drawn)


def assembled(
    result: dict[str, Any], manifest: BundleManifest, title: str, phases: list[PhaseView], population_svg: str
) -> HeartReport:
    """The content of a report: all numbers and sentences are from `result`, the content of `result.json`."""
    population = manifest.training_population
    return HeartReport(
        title=title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        result=result,
        phases=phases,
        measures=measures_of(result),
        population_svg=population_svg,
        licence=manifest.licence,
        trained_on=str(population.get("summary", "")),
        limits=[str(limit) for limit in population.get("limits", [])],
        validation={str(k): v for k, v in manifest.validation.get("summary", {}).items()},
        identity=shown_identity(result),
    )
