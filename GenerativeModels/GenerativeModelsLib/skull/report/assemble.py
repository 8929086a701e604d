"""Puts the content of a report together from `result.json` and what is shown of the surface and the planes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.identity import shown_identity
from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.language import N_, _
from GenerativeModelsLib.skull.anatomy import QUANTITIES
from GenerativeModelsLib.skull.case.correction_words import command_options, correction_sentences
from GenerativeModelsLib.skull.corrections import reduced_point
from GenerativeModelsLib.skull.growth.words import age_lines, chart_in
from GenerativeModelsLib.skull.locate.checks import WHOLE, share_inside
from GenerativeModelsLib.skull.report.content import (
    BiometryRow,
    ImaginedView,
    InDistribution,
    LocatorEllipse,
    ModelSummary,
    PlaneView,
    ReportContent,
    SkullSurface,
    UncertaintySummary,
)
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

if TYPE_CHECKING:
    from GenerativeModelsLib.bundle.manifest import BundleManifest
    from GenerativeModelsLib.skull.locate.placement import Placement

__all__ = ["assembled", "biometry_rows", "plane_view"]

SPACING_SOURCES = {
    "file": N_("spacing from the file"),
    "argument": N_("spacing from the user"),
    "length": N_("spacing from a known length"),
}


def assembled(
    result: Mapping[str, Any],
    manifest: BundleManifest,
    title: str,
    surface: SkullSurface,
    planes: Sequence[PlaneView],
    imagined: Mapping[str, Mapping[str, np.ndarray]] | None = None,
) -> ReportContent:
    """The content of a report.

    Parameters
    ----------
    result
        Content of `result.json`; all numbers and sentences of the page are from it.
    manifest
        Of the model bundle.
    title
        Of the report.
    surface, planes
        As shown.
    imagined
        By plane the pictures of those that were not given; see `case.imagined_files.picture_files`.
    """
    population = manifest.training_population
    known = result["uncertainty_mm"]["mean"] is not None
    judged = result["in_distribution"]
    return ReportContent(
        title=title,
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        software_version=result["software"]["version"],
        torch_version=result["software"]["torch"],
        device=result["device"],
        seed=result["seed"],
        samples=result["samples"],
        seconds=result["seconds"],
        planes=planes,
        surface=surface,
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
        gestational_age_weeks=result["gestational_age_weeks"],
        uncertainty=UncertaintySummary(**result["uncertainty_mm"]) if known else None,
        in_distribution=InDistribution(judged["score"], judged["verdict"], judged.get("reasons", ())),
        warnings=[Caution(*warning) for warning in zip(result["warnings"], result["warning_kinds"], strict=True)],
        chart=chart_in(result),
        ages=age_lines(result),
        identity=shown_identity(result),
        imagined=[
            ImaginedView(name, pictures, result["imagined"]["planes"][name]["outline_spread_mm"])
            for name, pictures in (imagined or {}).items()
        ],
    )


def biometry_rows(result: Mapping[str, Any]) -> list[BiometryRow]:
    """Rows of the biometry table from the content of a `result.json`."""
    rows = []
    for quantity in QUANTITIES:
        found, normal = quantity.of(result), quantity.normal
        rows.append(
            BiometryRow(
                _(quantity.short),
                _(quantity.label),
                quantity.unit,
                found.value,
                found.sd,
                found.interval90,
                found.percentile,
                quantity.chart,
                found.z_score,
                "" if normal is None else _("{low:g} to {high:g}", low=normal.low, high=normal.high),
                "" if normal is None else _(normal.source),
            )
        )
    return rows


def plane_view(
    name: str,
    entry: Mapping[str, Any],
    pixels: np.ndarray,
    placement: Placement,
    outline_mm: Sequence[np.ndarray],
    band_mm: tuple[Sequence[np.ndarray], Sequence[np.ndarray]] | None,
) -> PlaneView:
    """One input picture with the reconstruction's outline in its pixels; `entry` is that of `result.json`."""
    row_mm, column_mm = entry["spacing_mm"]
    rows, columns = entry["size"]
    head, frame = entry["head"], entry.get("frame")
    source = SPACING_SOURCES[entry["spacing_source"]]

    def in_pixels(lines: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [np.concatenate([line, line[:1]]) / (column_mm, row_mm) for line in lines]

    factor = entry.get("reduction", 1)

    def used(points: Sequence[Sequence[float]]) -> np.ndarray:
        """Points in pixels of the file, in those of the picture as used."""
        return np.array([reduced_point(point, factor) for point in points])

    made, before = entry.get("corrections"), entry.get("uncorrected")
    moved = bool(made) and bool(made["ellipse_px"] or made["mask_px"])
    major, minor = head["semi_axes_mm"]
    centre = used([head["centre_px"]])[0] * (column_mm, row_mm)
    located = Ellipse(centre, major, minor, float(np.radians(head["angle_deg"])))
    corners = np.array([[0, 0], [columns - 1, 0], [columns - 1, rows - 1], [0, rows - 1]]) * (column_mm, row_mm)
    return PlaneView(
        name,
        entry["file"] or name,
        pixels,
        (row_mm, column_mm),
        in_pixels(outline_mm),
        None if band_mm is None else (in_pixels(band_mm[0]), in_pixels(band_mm[1])),
        _ellipse(head, factor),
        head["presence"] * head["agreement"],
        _("cut by the image's edge") if share_inside(located, (row_mm, column_mm), (rows, columns)) < WHOLE else "",
        _(
            "{offset:.1f} mm off the standard plane, tilted {tilt:.0f}° (estimated)",
            offset=abs(placement.offset_mm),
            tilt=placement.tilt_deg,
        ),
        _(source),
        placement.to_head(corners),
        entry["sha256"],
        _("{frame} of {count}, numbered from 0", frame=frame["number"], count=frame["count"]) if frame else "",
        frame["why"] if frame else "",
        correction_sentences(entry, name),
        command_options(entry, name),
        _ellipse(before, factor) if moved and before else None,
        [used(polygon) for polygon in made["mask_px"]] if made else (),
        used(made["length"]["points_px"]) if made and made["length"] else None,
    )


def _ellipse(head: Mapping[str, Any], factor: int) -> LocatorEllipse:
    column, row, first, second, angle = head["ellipse_px"]
    return LocatorEllipse(reduced_point((column, row), factor), (first / factor, second / factor), angle)
