"""Conversion of a finished reconstruction to the content of its report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.locate.checks import WHOLE, share_inside
from GenerativeModelsLib.skull.report import (
    BiometryRow,
    InDistribution,
    LocatorEllipse,
    ModelSummary,
    PlaneView,
    ReportContent,
    SkullSurface,
    UncertaintySummary,
    write_report,
)

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.skull.infer.reconstruct import PlaneResult, Reconstruction
    from GenerativeModelsLib.uncertainty.in_distribution import InDistribution as InputJudgement


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case."""
    write_report(report_content(case, result), path)


def report_content(case: Case, result: dict[str, Any]) -> ReportContent:
    """Fill the report's dataclasses from a case and the content of its `result.json`."""
    found: Reconstruction = case.run.found
    request, manifest = case.request, case.run.model.manifest
    sigma = found.surface.point_data["uncertainty_mm"] if found.sd_mm is not None else None
    summary = None if found.sd_mm is None else UncertaintySummary(**result["uncertainty_mm"])
    population = manifest.training_population
    return ReportContent(
        title=request.shown_title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        software_version=result["software"]["version"],
        torch_version=result["software"]["torch"],
        device=case.run.device,
        seed=found.seed,
        samples=found.samples,
        seconds=result["seconds"],
        planes=[plane_view(name, plane, result["planes"][name]) for name, plane in found.planes.items()],
        surface=SkullSurface(found.surface.points, found.surface.triangles, sigma),
        biometry=biometry_rows(result),
        model=ModelSummary(
            manifest.name,
            manifest.version,
            manifest.licence,
            str(population.get("summary", "")),
            manifest.sha256,
            {str(k): v for k, v in manifest.validation.get("summary", {}).items()},
            [str(limit) for limit in population.get("limits", [])],
        ),
        gestational_age_weeks=request.gestational_age_weeks,
        uncertainty=summary,
        in_distribution=InDistribution(found.in_distribution.score, found.in_distribution.verdict),
        warnings=_notes(found.in_distribution, case.run.warnings),
    )


def biometry_rows(result: dict[str, Any]) -> list[BiometryRow]:
    """Rows of the biometry table from the content of a `result.json`."""
    return [
        BiometryRow(q.short, q.label, q.unit, found.value, found.sd, found.interval90, found.percentile, q.chart)
        for q, found in ((q, q.of(result)) for q in QUANTITIES)
    ]


def plane_view(name: str, plane: PlaneResult, entry: dict[str, Any]) -> PlaneView:
    """One input picture with the reconstruction's outline in its pixels."""
    image, p = plane.image, plane.placement
    row_mm, column_mm = image.spacing_mm
    rows, columns = image.pixels.shape

    def in_pixels(lines: list[np.ndarray]) -> list[np.ndarray]:
        return [np.concatenate([line, line[:1]]) / (column_mm, row_mm) for line in lines]

    e = plane.finding.ellipse
    ellipse = (
        LocatorEllipse(
            tuple(entry["head"]["centre_px"]),
            (e.semi_major / column_mm, e.semi_minor / column_mm),
            float(np.degrees(e.angle_rad)),
        )
        if np.isclose(row_mm, column_mm, rtol=0.02)
        else None
    )
    corners = np.array([[0, 0], [columns - 1, 0], [columns - 1, rows - 1], [0, rows - 1]]) * (column_mm, row_mm)
    return PlaneView(
        name,
        image.shown_name or name,
        image.pixels,
        image.spacing_mm,
        in_pixels(plane.outline_mm),
        None if plane.band_mm is None else (in_pixels(plane.band_mm[0]), in_pixels(plane.band_mm[1])),
        ellipse,
        plane.finding.presence * plane.finding.agreement,
        "cut by the image's edge" if share_inside(plane.finding, image) < WHOLE else "",
        f"{abs(p.offset_mm):.1f} mm off the standard plane, tilted {p.tilt_deg:.0f}° (estimated)",
        "the file" if image.spacing_source == "file" else "the user",
        p.to_head(corners),
        entry["sha256"],
    )


def _notes(judged: InputJudgement, warnings: Sequence[str]) -> list[str]:
    """The warnings, with the reasons of the verdict on the input but not the verdict, which the report shows itself."""
    reasons = judged.reasons if judged.verdict != "typical" else ()
    noticed = [f"What stands out: {'; '.join(reasons)}."] if reasons else []
    return noticed + [warning for warning in warnings if getattr(warning, "kind", "") != "verdict"]
