"""NIfTI planes, checked before memory is allocated for them; see `image_files.nifti`."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.nifti import (
    COLOURS,
    DAMAGED,
    HEADER_BYTES,
    TYPES,
    NiftiHeader,
    nifti_header,
    open_nifti,
)
from GenerativeModelsLib.image_files.synthetic import require_acquired
from GenerativeModelsLib.language import said
from GenerativeModelsLib.skull.planes.stored import (
    StoredClip,
    StoredPlane,
    averaged,
    clip_frames,
    plane_axes,
    reduction_for,
    refuse_if_too_large,
)

_MAX_OFFSET = 2**24
_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
"""Space units by code: unknown (assumed to be mm, as in every reader), metre, millimetre, micrometre."""


def read_nifti(path: Path, label: str) -> StoredPlane | StoredClip:
    """The one slice in `path`, columns along the lower of its two long axes (i), rows along the higher (j).

    A file of the axes x, y, 1, time is a clip.

    Raises
    ------
    InputError
        A volume, a truncated file, a pair of header and image file, an unsupported data type, or a synthetic image.
    """
    try:
        with open_nifti(path) as stream:
            head = stream.read(HEADER_BYTES)
            header = nifti_header(head, label)
            require_acquired(header.description, label)
            frames = clip_frames(header.sizes)
            axes = (0, 1) if frames > 1 else plane_axes(label, header.sizes)
            dtype, channels = _sample_type(header, label)
            wanted = header.payload_bytes
            refuse_if_too_large(label, *_rows_columns(header, axes), frames * channels * dtype.itemsize)
            payload = _payload(stream, head, header.offset, wanted)
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(f"{label} is a truncated or damaged NIfTI file ({error}): export it again.") from error
    if len(payload) < wanted:
        raise InputError(
            f"{label} is truncated, its header announces {wanted} bytes of pixels but {len(payload)} are there: "
            f"copy or export it again."
        )
    samples = np.frombuffer(payload, dtype)
    if frames == 1:
        return _plane(header, axes, samples, channels, label)
    each = samples.reshape(frames, -1)
    return StoredClip(frames, lambda frame: _plane(header, axes, each[frame], channels, label))


def _payload(stream, head: bytes, offset: int, wanted: int) -> bytes:
    if not 0 <= offset <= _MAX_OFFSET:
        raise ValueError(f"pixels said to begin at byte {offset}")
    if offset < len(head):
        return head[offset:] + stream.read(wanted - (len(head) - offset)) if wanted > 0 else b""
    stream.read(offset - len(head))
    return stream.read(wanted)


def _rows_columns(header: NiftiHeader, axes: tuple[int, int]) -> tuple[int, int]:
    size = dict(enumerate(header.sizes))
    return size.get(axes[1], 1), size.get(axes[0], 1)


def _sample_type(header: NiftiHeader, label: str) -> tuple[np.dtype, int]:
    if header.type_code in COLOURS:
        return np.dtype("u1"), COLOURS[header.type_code]
    if header.type_code not in TYPES:
        raise InputError(
            f"{label} has the NIfTI data type {header.type_code}: expected grey levels or RGB, not complex numbers "
            f"or vectors."
        )
    return np.dtype(header.order + TYPES[header.type_code]), 1


def _plane(header: NiftiHeader, axes: tuple[int, int], samples: np.ndarray, channels: int, label: str) -> StoredPlane:
    rows, columns = _rows_columns(header, axes)
    factor = reduction_for(rows, columns)
    values = averaged(samples.reshape((rows, columns) if channels == 1 else (rows, columns, channels)), factor)
    if isfinite(header.slope) and header.slope != 0 and (header.slope, header.intercept) != (1.0, 0.0):
        values = values * np.float64(header.slope) + header.intercept
    sides = [abs(header.voxel[axis]) if axis < len(header.voxel) else 0.0 for axis in (axes[1], axes[0])]
    if not all(isfinite(side) and side > 0 for side in sides):
        return StoredPlane(values, None, reduction=factor, why_no_spacing="its pixdim is zero")
    unit = _MM_PER_UNIT.get(header.unit_code)
    if unit is None:
        return StoredPlane(values, None, reduction=factor, why_no_spacing=f"unknown unit code {header.unit_code}")
    spacing_mm = (sides[0] * unit, sides[1] * unit)
    return StoredPlane(values, spacing_mm, reduction=factor, warnings=_contradictions(header, axes, sides, label))


def _contradictions(header: NiftiHeader, axes: tuple[int, int], sides: list[float], label: str) -> tuple[str, ...]:
    """A warning if the lengths of the sform's columns differ from the pixdim `sides` (row, column)."""
    if header.sform is None or max(axes) > 2:
        return ()
    lengths = [float(np.linalg.norm([row[axis] for row in header.sform])) for axis in (axes[1], axes[0])]
    if all(abs(length / side - 1) <= 0.02 for length, side in zip(lengths, sides)):
        return ()
    return (
        said(
            "{label} contradicts itself: pixdim says {row:.4g} x {column:.4g} a pixel, its sform {sform_row:.4g} x "
            "{sform_column:.4g}; pixdim was used.",
            label=label,
            row=sides[0],
            column=sides[1],
            sform_row=lengths[0],
            sform_column=lengths[1],
        ),
    )
