"""What the report of one heart shows; plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.heart.report.population import population_svg
from GenerativeModelsLib.heart.shape.reference import RANGES, Range

if TYPE_CHECKING:
    from GenerativeModelsLib.geometry.surfaces import Surface
    from GenerativeModelsLib.heart.infer.on_device import HeartRun
    from GenerativeModelsLib.heart.request import HeartRequest

__all__ = ["HeartReport", "Measure", "PhaseView", "report_content"]

PHASE_LABELS = {"ed": "End diastole", "es": "End systole"}
MEASURES = {
    "edv_ml": ("EDV", "End-diastolic volume", "ml"),
    "esv_ml": ("ESV", "End-systolic volume", "ml"),
    "ef_percent": ("EF", "Ejection fraction", "%"),
    "myocardial_mass_g": ("Mass", "Myocardial mass", "g"),
}


@dataclass(frozen=True)
class Measure:
    """One line of the table: a value (None without end systole) beside the ranges of the sexes shown."""

    name: str
    label: str
    unit: str
    value: float | None
    ranges: dict[str, Range]


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
    """One report.

    Attributes
    ----------
    result
        Content of `result.json`, total time aside.
    phases
        End diastole and, if there is one, end systole.
    population_svg
        The heart's point among the population on the top level, as an SVG element.
    trained_on, limits, validation, licence
        From the model's card.
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


def report_content(request: HeartRequest, run: HeartRun, result: dict[str, Any]) -> HeartReport:
    """Fill the report from a run and the content of its `result.json`."""
    manifest = run.model.manifest
    sexes = RANGES if request.sex is None else {request.sex: RANGES[request.sex]}
    population = manifest.training_population
    return HeartReport(
        title=request.title or request.output.name,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        result=result,
        phases=[
            PhaseView(
                key,
                PHASE_LABELS[key],
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
            for key, phase in run.measured.phases.items()
        ],
        measures=[
            Measure(*words, result[key], {sex: ranges[key] for sex, ranges in sexes.items()})
            for key, words in MEASURES.items()
        ],
        population_svg=population_svg(run.model, run.measured.placed),
        licence=manifest.licence,
        trained_on=str(population.get("summary", "")),
        limits=[str(limit) for limit in population.get("limits", [])],
        validation={str(k): v for k, v in manifest.validation.get("summary", {}).items()},
    )
