"""Reads the folder of an analysed heart, for the scene, the browser and scripts.

Needs numpy, scipy, vtk and SimpleITK, and neither torch nor scikit-image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import HEART, PHASES

__all__ = ["POINT_ARRAYS", "HeartCase", "read_case"]

_AGAIN = "analyse the case again"
POINT_ARRAYS = ("wall_thickness_mm", "aha_segment", "surface")
"""Of every surface file."""


@dataclass(frozen=True, eq=False)
class HeartCase(CaseFolder):
    """A case folder.

    Attributes
    ----------
    surfaces, reconstructions
        Labelled and reconstructed surfaces by phase ("ed" and, if given, "es"), LPS mm of the patient; point arrays
        `wall_thickness_mm`, `aha_segment` and `surface` (0 endocardium, 1 epicardium).
    """

    surfaces: dict[str, Surface]
    reconstructions: dict[str, Surface]


def read_case(folder: str | Path) -> HeartCase:
    """Read the folder of an analysed heart.

    Raises
    ------
    InputError
        A file is missing or broken; the message names it.
    """
    folder = Path(folder)
    result = read_result(folder, HEART.schema, _AGAIN)
    walls = result.get("wall_thickness_mm") or {}
    phases = [phase for phase in PHASES if walls.get(phase) is not None]
    if "ed" not in phases:
        raise InputError(f"{folder / 'result.json'} has no wall thickness at end diastole: {_AGAIN}.")
    surfaces = {phase: _surface(folder / f"{phase}.vtp") for phase in phases}
    reconstructions = {phase: _surface(folder / f"{phase}_reconstruction.vtp") for phase in phases}
    require_report(folder, _AGAIN)
    return HeartCase(folder, result, surfaces, reconstructions)


def _surface(path: Path) -> Surface:
    surface = read_surface(path)
    for name in POINT_ARRAYS:
        if name not in surface.point_data:
            raise InputError(f"{path} has no point array {name}: {_AGAIN}.")
    return surface
