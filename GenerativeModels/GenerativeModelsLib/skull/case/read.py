"""Reads the folder of a reconstruction, for the scene, the browser and scripts.

Needs numpy, scipy, vtk and SimpleITK, and neither torch nor scikit-image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.imagined_files import FOLDER, picture_files
from GenerativeModelsLib.skull.locate.outlines import outline, outline_band
from GenerativeModelsLib.skull.locate.placement import Placement
from GenerativeModelsLib.skull.request import PLANES

__all__ = ["ImaginedPictures", "PlacedPlane", "SkullCase", "read_case"]

_AGAIN = "reconstruct the case again"


@dataclass(frozen=True, eq=False)
class PlacedPlane:
    """One input image placed in the head frame.

    Attributes
    ----------
    name
        "axial", "sagittal" or "coronal".
    label
        Name of the image for the user: the name of a node, or the path of a file.
    pixels
        (rows, cols) uint8, as used.
    spacing_mm
        (row, col) distance of pixel centres.
    placement
        Placement in the head frame, LPS mm.
    outline_mm
        Polylines (K, 2) of (u, v) mm: the skull cut by the image, the longest first. Closed: the last point joins the
        first, which is not repeated.
    band_mm
        The same at the inner and the outer end of the surface's 90 % interval; None without draws.
    """

    name: str
    label: str
    pixels: np.ndarray
    spacing_mm: tuple[float, float]
    placement: Placement
    outline_mm: list[np.ndarray]
    band_mm: tuple[list[np.ndarray], list[np.ndarray]] | None


@dataclass(frozen=True, eq=False)
class ImaginedPictures:
    """Simulated pictures of a plane that was not given; nothing in them was observed.

    Attributes
    ----------
    name
        "sagittal" or "coronal".
    pictures
        (rows, cols) uint8, or (rows, cols, 3) of "spread", by what they show: see `imagined_files.picture_files`.
    spacing_mm
        (row, col) distance of pixel centres.
    placement
        Of the exact standard plane in the head frame, LPS mm.
    """

    name: str
    pictures: dict[str, np.ndarray]
    spacing_mm: tuple[float, float]
    placement: Placement


@dataclass(frozen=True, eq=False)
class SkullCase(CaseFolder):
    """A case folder; the volumes are read at the first access.

    Attributes
    ----------
    surface
        The skull in the head frame, LPS mm, with the points of `skull.vtp`; point array `uncertainty_mm` (0 without
        draws).
    planes
        By name, in the order axial, sagittal, coronal.
    imagined
        Planes that were not given, by name; empty unless asked for.
    """

    surface: Surface
    planes: dict[str, PlacedPlane]
    imagined: dict[str, ImaginedPictures]

    @property
    def biometry(self) -> dict[str, dict[str, Any]]:
        """By quantity such as "hc_mm": `value`, `sd`, `interval90`, `z_score`, `percentile`; unknown ones are None."""
        return self.result["biometry"]

    @property
    def has_uncertainty(self) -> bool:
        """Whether draws were made; without draws the uncertainty is unknown and stored as 0."""
        return self.result["uncertainty_mm"]["mean"] is not None

    @cached_property
    def uncertainty(self) -> tuple[np.ndarray, Grid]:
        """Standard deviation in mm (z, y, x) float32 in a band about the surface, 0 elsewhere; its grid, LPS mm."""
        return _volume(self.folder / "uncertainty.nii.gz")

    @cached_property
    def label_map(self) -> tuple[np.ndarray, Grid]:
        """1 inside the head, else 0, (z, y, x) uint8; its grid, LPS mm."""
        return _volume(self.folder / "skull.nii.gz")


def read_case(folder: str | Path, result: Mapping[str, Any] | None = None) -> SkullCase:
    """Read the folder of a reconstruction.

    Parameters
    ----------
    result
        Content of `result.json`, of a case that has not written it yet; None = from the folder.

    Raises
    ------
    InputError
        A file is missing or broken; the message names it.
    """
    folder = Path(folder)
    result = read_result(folder, SKULL.schema, _AGAIN) if result is None else dict(result)
    surface = read_surface(folder / "skull.vtp")
    if "uncertainty_mm" not in surface.point_data:
        raise InputError(f"{folder / 'skull.vtp'} has no point array uncertainty_mm: {_AGAIN}.")
    require_report(folder, _AGAIN)
    try:
        entries = {name: _entry(plane) for name, plane in result["planes"].items()}
        imagined = _imagined_entries(result.get("imagined"))
        case = SkullCase(folder, result, surface, {}, {})
        banded, _, _ = case.has_uncertainty, case.biometry["hc_mm"]["value"], case.warnings
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{folder / 'result.json'} lacks what a case has ({error!r}): {_AGAIN}.") from error
    for name, (label, spacing, size, placement) in entries.items():
        pixels = _pixels(folder / "planes" / f"{name}.nii.gz", size)
        band = outline_band(surface, placement) if banded else None
        case.planes[name] = PlacedPlane(name, label, pixels, spacing, placement, outline(surface, placement), band)
    for name, (draws, spacing, size, placement) in imagined.items():
        files = picture_files(name, draws).items()
        pictures = {what: _picture(folder / FOLDER / file, size) for what, file in files}
        case.imagined[name] = ImaginedPictures(name, pictures, spacing, placement)
    return case


def _entry(plane: dict[str, Any]) -> tuple[str, tuple[float, float], tuple[int, int], Placement]:
    """Label, spacing, size and placement of an entry under `planes` of `result.json`."""
    at = plane["placement"]
    return str(plane["file"]), *_geometry(plane, float(at["offset_mm"]), float(at["tilt_deg"]))


def _imagined_entries(entry: dict[str, Any] | None) -> dict[str, tuple]:
    """By plane the number of draws, spacing, size and placement of the entry `imagined` of `result.json`."""
    if not entry:
        return {}
    return {
        name: (int(entry["draws"]), *_geometry(entry["planes"][name])) for name in PLANES if name in entry["planes"]
    }


def _geometry(
    plane: dict[str, Any], offset_mm: float = 0.0, tilt_deg: float = 0.0
) -> tuple[tuple[float, float], tuple[int, int], Placement]:
    """Spacing, size and placement of a plane of `result.json`."""
    row, column = (float(value) for value in plane["spacing_mm"])
    rows, columns = (int(value) for value in plane["size"])
    at = plane["placement"]
    origin, u, v = (np.array(at[key], float).reshape(3) for key in ("origin_mm", "u_axis", "v_axis"))
    return (row, column), (rows, columns), Placement(origin, u, v, offset_mm, tilt_deg)


def _pixels(path: Path, size: tuple[int, int]) -> np.ndarray:
    values, _ = _image(path)
    if values.shape != (1, *size):
        raise InputError(f"{path} holds {values.shape} voxels, where result.json says {(1, *size)}: {_AGAIN}.")
    return values[0]


def _picture(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Pixels (rows, cols), or (rows, cols, 3), of a PNG file."""
    values, _ = _image(path, "PNG")
    if values.shape[:2] != size:
        raise InputError(f"{path} holds {values.shape} pixels, where result.json says {size}: {_AGAIN}.")
    return values


def _volume(path: Path) -> tuple[np.ndarray, Grid]:
    values, image = _image(path)
    return values, Grid(image.GetOrigin(), image.GetSpacing(), values.shape)


def _image(path: Path, kind: str = "NIfTI"):
    """Voxels (z, y, x) and the SimpleITK image of a file."""
    import SimpleITK as sitk

    if not path.is_file():
        raise InputError(f"{path} is missing: {_AGAIN}.")
    try:
        image = read_pixels(image_reader(path, str(path), (kind,), self_contained=True), str(path))
    except (InputError, RuntimeError) as error:
        raise InputError(f"{path} is broken: {_AGAIN}.") from error
    return sitk.GetArrayFromImage(image), image
