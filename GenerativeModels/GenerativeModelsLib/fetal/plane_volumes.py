"""NRRD and MetaImage planes, by SimpleITK; the header text decides whether their spacing is a real one."""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.fetal.plane_stored import (
    StoredPlane,
    averaged,
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
_IMAGE_IO = {"NRRD": "NrrdImageIO", "MetaImage": "MetaImageIO"}


def read_volume_file(path: Path, kind: str, label: str) -> StoredPlane:
    """The one slice in an NRRD or MetaImage file, columns along the lower of its two long axes, rows along the higher.

    ITK fills in 1 mm where a header has no spacing; here `spacing_mm` is then None.

    Raises
    ------
    InputError
        For a volume, a truncated file, a missing data file, complex numbers and vectors that are no colours.
    """
    import SimpleITK as sitk

    header = _header_text(path)
    if kind == "MetaImage":
        _refuse_incomplete_meta_image(path, header, label)
    reader = sitk.ImageFileReader()
    reader.SetImageIO(_IMAGE_IO[kind])
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        axes = plane_axes(label, reader.GetSize())
        sizes = (*reader.GetSize(), 1)
        rows, columns = sizes[axes[1]], sizes[axes[0]]
        channels = reader.GetNumberOfComponents()
        if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelID()) or channels not in (1, 3, 4):
            raise InputError(f"{label} holds {channels} numbers a pixel or complex ones: expected grey levels or RGB.")
        refuse_if_too_large(label, rows, columns, channels * _bytes_per_sample(reader))
        image = reader.Execute()
    except RuntimeError as error:
        if "spacing" in str(error).lower():
            raise InputError(f"{label} has a zero or negative spacing in its header: export it again.") from error
        raise InputError(
            f"{label} cannot be read as {kind}: it is truncated, damaged or its data file is missing, export it again."
        ) from error
    factor = reduction_for(rows, columns)
    view = sitk.GetArrayViewFromImage(image)
    values = averaged(np.asarray(view).reshape((rows, columns) if channels == 1 else (rows, columns, channels)), factor)
    unit = _nrrd_unit(header) if kind == "NRRD" else _meta_image_unit(header)
    if unit is None:
        return StoredPlane(np.array(values), None, reduction=factor, why_no_spacing="its header names none")
    if unit.lower() not in _MM_PER_UNIT:
        return StoredPlane(np.array(values), None, reduction=factor, why_no_spacing=f"its unit {unit!r} is unknown")
    spacing = [side * _MM_PER_UNIT[unit.lower()] for side in (*image.GetSpacing(), 0.0)]
    return StoredPlane(np.array(values), (spacing[axes[1]], spacing[axes[0]]), reduction=factor)


def _bytes_per_sample(reader: sitk.ImageFileReader) -> int:
    import SimpleITK as sitk

    name = sitk.GetPixelIDValueAsString(reader.GetPixelID())
    bits = re.search(r"(\d+)-bit", name)
    return int(bits.group(1)) // 8 if bits else 8


def _header_text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(65536).decode("latin-1")


def _nrrd_unit(header: str) -> str | None:
    """The unit of the spacing, empty when unsaid; None when the header has no spacing."""
    lines = re.split(r"\r?\n\r?\n", header, maxsplit=1)[0].splitlines()
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


def _meta_fields(header: str) -> dict[str, str]:
    fields = {}
    for line in header.splitlines():
        key, _, value = line.partition("=")
        fields[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            break
    return fields


def _meta_image_unit(header: str) -> str | None:
    """The unit of the spacing, empty when unsaid; None when the header has no spacing."""
    fields = _meta_fields(header)
    if "ElementSpacing" not in fields and "ElementSize" not in fields:
        return None
    return fields.get("DistanceUnits", "").strip('"?')


_META_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}


def _refuse_incomplete_meta_image(path: Path, header: str, label: str) -> None:
    """Raise InputError before MetaIO meets missing or truncated data, about which it would print to the terminal."""
    fields = _meta_fields(header)
    source = fields.get("ElementDataFile", "")
    if not source or source.split()[0] == "LIST" or "%" in source:
        raise InputError(f"{label} names its data as {source!r}: expected LOCAL or a single file, save it as one .mha.")
    if source in ("LOCAL", "Local", "local"):
        mark = re.search(r"ElementDataFile[^\n]*\n", header)
        available = path.stat().st_size - (mark.end() if mark else 0)
    else:
        data = path.parent / source
        if not data.is_file():
            raise InputError(f"{label} keeps its pixels in {data}, which is missing: put the two files side by side.")
        available = data.stat().st_size
    if fields.get("CompressedData", "False").lower() == "true":
        expected = fields.get("CompressedDataSize", "1")
    else:
        sample = _META_BYTES.get(fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY").lstrip("U"))
        counts = [*fields.get("DimSize", "0").split(), fields.get("ElementNumberOfChannels", "1")]
        expected = str(np.prod([int(count) for count in counts if count.isdigit()], dtype=object) * (sample or 1))
    if expected.isdigit() and available < int(expected):
        raise InputError(
            f"{label} is truncated, its header announces {expected} bytes of pixels but {available} are there: "
            f"copy or export it again."
        )
