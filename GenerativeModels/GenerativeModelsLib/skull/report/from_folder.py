"""The report of a finished case, made from its folder: nothing is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from GenerativeModelsLib.bundle.bundle import read_manifest
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.report.assemble import assembled, plane_view
from GenerativeModelsLib.skull.report.content import SkullSurface
from GenerativeModelsLib.skull.report.page import write_report
from GenerativeModelsLib.skull.request import SkullRequest

__all__ = ["write_report_again"]


def write_report_again(folder: Path, result: dict[str, Any], request: SkullRequest, path: Path) -> None:
    """Write the page of the case in `folder`, with the numbers and sentences of `result`.

    Raises
    ------
    InputError
        A file of the case is missing or broken, or the bundle cannot be read.
    """
    case = read_case(folder)
    surface = case.surface
    sigma = surface.point_data["uncertainty_mm"] if case.has_uncertainty else None
    planes = [
        plane_view(name, result["planes"][name], plane.pixels, plane.placement, plane.outline_mm, plane.band_mm)
        for name, plane in case.planes.items()
    ]
    manifest = read_manifest(request.model or default_bundle(SKULL.name))
    shown = SkullSurface(surface.points, surface.triangles, sigma)
    imagined = {name: plane.pictures for name, plane in case.imagined.items()}
    write_report(assembled(result, manifest, request.shown_title, shown, planes, imagined), path)
