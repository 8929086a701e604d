"""NRRD and MetaImage planes, read with SimpleITK; their header text shows whether they have a spacing."""

from __future__ import annotations

import re
from itertools import takewhile
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.meta_image import meta_image_fields
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.image_files.text_headers import header_lines
from GenerativeModelsLib.skull.planes.stored import (
    StoredClip,
    StoredPlane,
    averaged,
    clip_frames,
    plane_axes,
    reduction_for,
    refuse_if_too_large,
)

if TYPE_CHECKING:
    import SimpleITK as sitk

_MM_PER_UNIT = {
    "": 1.0,
    "mm": 1.0,
    "millimeter": 1.0,
    "millimeters": 1.0,
    "cm": 10.0,
    "m": 1000.0,
    "um": 0.001,
    "µm": 0.001,
    "micron": 0.001,
    "microns": 0.001,
}


def read_volume_file(path: Path, kind: str, label: str) -> StoredPlane | StoredClip:
    """The one slice in an NRRD or MetaImage file, columns along the lower of its two long axes, rows along the higher.

    A file of the axes x, y, 1, time is a clip. If a header has no spacing, ITK sets 1 mm; here `spacing_mm` is None.

    Raises
    ------
    InputError
        A volume, a truncated file, a missing data file, complex numbers, or vectors that are not colours.
    """
    import SimpleITK as sitk

    reader = image_reader(path, label, (kind,), checks_name=False)
    try:
        reader.ReadImageInformation()
        frames = clip_frames(reader.GetSize())
        axes = (0, 1) if frames > 1 else plane_axes(label, reader.GetSize())
        sizes = (*reader.GetSize(), 1)
        rows, columns = sizes[axes[1]], sizes[axes[0]]
        channels = reader.GetNumberOfComponents()
        if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelID()) or channels not in (1, 3, 4):
            raise InputError(f"{label} holds {channels} numbers a pixel or complex ones: expected grey levels or RGB.")
        refuse_if_too_large(label, rows, columns, frames * channels * _bytes_per_sample(reader))
        image = read_pixels(reader, label)
    except RuntimeError as error:
        if "spacing" in str(error).lower():
            raise InputError(f"{label} has a zero or negative spacing in its header: export it again.") from error
        raise InputError(
            f"{label} cannot be read as {kind}: it is truncated, damaged or its data file is missing, export it again."
        ) from error
    factor = reduction_for(rows, columns)
    pixels = np.asarray(sitk.GetArrayViewFromImage(image))
    pixels = np.array(pixels.reshape((frames, rows, columns) if channels == 1 else (frames, rows, columns, channels)))
    spacing, why = _spacing_of(
        image, axes, _nrrd_unit(path, label) if kind == "NRRD" else _meta_image_unit(path, label)
    )

    def plane(frame: int) -> StoredPlane:
        return StoredPlane(averaged(pixels[frame], factor), spacing, reduction=factor, why_no_spacing=why)

    return plane(0) if frames == 1 else StoredClip(frames, plane)


def _spacing_of(image: sitk.Image, axes: tuple[int, int], unit: str | None) -> tuple[tuple[float, float] | None, str]:
    """The (row, column) spacing in mm of an image with that unit, or None and why."""
    if unit is None:
        return None, "its header names none"
    if unit.lower() not in _MM_PER_UNIT:
        return None, f"its unit {unit!r} is unknown"
    sides = [side * _MM_PER_UNIT[unit.lower()] for side in (*image.GetSpacing(), 0.0)]
    return (sides[axes[1]], sides[axes[0]]), ""


def _bytes_per_sample(reader: sitk.ImageFileReader) -> int:
    import SimpleITK as sitk

    name = sitk.GetPixelIDValueAsString(reader.GetPixelID())
    bits = re.search(r"(\d+)-bit", name)
    return int(bits.group(1)) // 8 if bits else 8


def _nrrd_unit(path: Path, label: str) -> str | None:
    """The unit of the spacing, empty if not given; None if the header has no spacing."""
    lines = (line.decode("latin-1") for line, _ in takewhile(lambda found: found[0], header_lines(path, label, "NRRD")))
    fields = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    vectors = re.findall(r"\(([^)]*)\)", fields.get("space directions", ""))
    sides = [float(text) for text in fields.get("spacings", "").split() if _is_number(text)]
    if len(vectors) < 2 and sum(isfinite(side) and side > 0 for side in sides) < 2:
        return None
    units = re.findall(r'"([^"]+)"', fields.get("space units", "") or fields.get("units", ""))
    return units[0].strip() if units else ""


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _meta_image_unit(path: Path, label: str) -> str | None:
    """The unit of the spacing, empty if not given; None if the header has no spacing."""
    fields = meta_image_fields(path, label)
    if "ElementSpacing" not in fields and "ElementSize" not in fields:
        return None
    return fields.get("DistanceUnits", "").strip('"?')
