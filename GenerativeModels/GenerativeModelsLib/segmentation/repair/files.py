"""Repaired label maps as files and arrays of the layout, values and type that they were given in."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.image_files.nifti import HEADER_BYTES, TYPES, nifti_header, open_nifti
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.volume_file import write_volume

__all__ = ["repaired_values", "write_nifti"]


def repaired_values(before: LabelMaps, after: LabelMaps) -> np.ndarray:
    """(frame, k, j, i) the file's own values, those of changed pixels replaced; of the file's type."""
    values = before.grid.values.copy()
    for at, value in _changes(before, after):
        values[at] = value
    return values


def _changes(before: LabelMaps, after: LabelMaps) -> list[tuple[np.ndarray, int]]:
    """Masks (frame, k, j, i) of changed pixels, each with its new value in the file."""
    grid, changed = before.grid, before.values != after.values
    table = {0: 0, **{CODES[name]: value for name, value in before.labels.items()}}
    return [(grid.as_in_file(changed & (after.values == code)), value) for code, value in table.items()]


def write_nifti(source: Source, before: LabelMaps, after: LabelMaps, path: Path) -> None:
    """Write repaired label maps as NIfTI (.nii.gz).

    A NIfTI file keeps its header, extensions and type byte for byte, and of its voxels those that are not changed.
    Others are written on their grid with their type; a segmentation becomes the values of its structures.
    """
    if isinstance(source, Path) and source.name.lower().endswith((".nii", ".nii.gz")):
        with open_nifti(source) as stream:
            content = stream.read()
        _write(path, _patched(content, before, after))
        return
    values = repaired_values(before, after)
    write_volume(path, values.astype(np.uint8) if values.dtype == bool else values, before.grid, before.frame_s)


def _patched(content: bytes, before: LabelMaps, after: LabelMaps) -> bytes:
    header = nifti_header(content[:HEADER_BYTES], before.name)
    kind = np.dtype(header.order + TYPES[header.type_code])
    end = header.offset + header.payload_bytes
    voxels = np.frombuffer(content[header.offset : end], kind).copy()
    scaled = np.isfinite([header.slope, header.intercept]).all() and header.slope != 0
    slope, intercept = (header.slope, header.intercept) if scaled else (1.0, 0.0)
    for at, value in _changes(before, after):
        stored = (value - intercept) / slope
        voxels[np.ascontiguousarray(at).reshape(-1)] = stored if kind.kind == "f" else round(stored)
    return content[: header.offset] + voxels.tobytes() + content[end:]


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as raw, gzip.GzipFile(path.stem, "wb", 6, raw, mtime=0) as stream:  # the same bytes each time
        stream.write(content)
