"""A finished reconstruction -> what its report shows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

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
)

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.infer.on_device import Run
    from GenerativeModelsLib.skull.infer.reconstruct import PlaneResult, Reconstruction
    from GenerativeModelsLib.skull.request import SkullRequest

ROWS = {
    "bpd_mm": ("BPD", "Biparietal diameter", "mm", "bpd"),
    "ofd_mm": ("OFD", "Occipito-frontal diameter", "mm", "ofd"),
    "hc_mm": ("HC", "Head circumference", "mm", "hc"),
    "cephalic_index_percent": ("CI", "Cephalic index", "%", None),
    "head_volume_ml": ("Volume", "Head volume", "ml", None),
}


def report_content(request: SkullRequest, run: Run, result: dict[str, Any]) -> ReportContent:
    """Fill the report's dataclasses from a run and the content of its `result.json`."""
    found, manifest = run.reconstruction, run.model.manifest
    sigma = found.surface.point_data["uncertainty_mm"] if found.sd_mm is not None else None
    summary = None if found.sd_mm is None else UncertaintySummary(**result["uncertainty_mm"])
    population = manifest.training_population
    return ReportContent(
        title=request.title or request.output.name,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        software_version=result["software"]["version"],
        torch_version=result["software"]["torch"],
        device=found.device,
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
        warnings=_notes(found),
    )


def biometry_rows(result: dict[str, Any]) -> list[BiometryRow]:
    """The measures of a `result.json` in the report's words; table and page show the same."""
    return [
        BiometryRow(short, label, unit, m["value"], m["sd"], _pair(m["interval90"]), m["percentile"], chart)
        for (short, label, unit, chart), m in ((row, result["biometry"][key]) for key, row in ROWS.items())
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
        image.label or (Path(image.file).name if image.file else name),
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


def _pair(interval: list[float] | None) -> tuple[float, float] | None:
    return None if interval is None else (interval[0], interval[1])


def _notes(found: Reconstruction) -> list[str]:
    """The warnings; of the sentence on the input, which the report words itself, only the reasons."""
    reasons = found.in_distribution.reasons if found.in_distribution.verdict != "typical" else ()
    noticed = [f"What stands out: {'; '.join(reasons)}."] if reasons else []
    return noticed + [w for w in found.warnings if not w.startswith("The input ")]
