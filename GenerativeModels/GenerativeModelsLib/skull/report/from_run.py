"""The report of a reconstruction that was just computed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.skull.case.imagined_files import marked_pictures
from GenerativeModelsLib.skull.report.assemble import assembled, plane_view
from GenerativeModelsLib.skull.report.content import ReportContent, SkullSurface
from GenerativeModelsLib.skull.report.page import write_report

if TYPE_CHECKING:
    from GenerativeModelsLib.anatomy.run import Case
    from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction

__all__ = ["report_content", "write_case_report"]


def write_case_report(case: Case, result: dict[str, Any], path: Path) -> None:
    """Write the page of a case."""
    write_report(report_content(case, result), path)


def report_content(case: Case, result: dict[str, Any]) -> ReportContent:
    """The content of the report of a case and its `result.json`."""
    found: Reconstruction = case.run.found
    sigma = found.surface.point_data["uncertainty_mm"] if found.sd_mm is not None else None
    planes = [
        plane_view(name, result["planes"][name], plane.image.pixels, plane.placement, plane.outline_mm, plane.band_mm)
        for name, plane in found.planes.items()
    ]
    surface = SkullSurface(found.surface.points, found.surface.triangles, sigma)
    imagined = {name: marked_pictures(plane) for name, plane in found.imagined.items()}
    return assembled(result, case.run.model.manifest, case.request.shown_title, surface, planes, imagined)
