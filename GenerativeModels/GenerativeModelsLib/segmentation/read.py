"""Reads label maps of a heart as frames of slices, or says in a sentence why they cannot be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.image_files.reader import read_pixels
from GenerativeModelsLib.image_files.text_headers import nrrd_key_values
from GenerativeModelsLib.label_files.files import lps_matrix, opened, require_size, unreadable
from GenerativeModelsLib.label_files.segments import chosen_segments, read_segments, values_of_segments
from GenerativeModelsLib.label_files.values import (
    STRUCTURES,
    labels_text,
    parse_values,
    require_spacing,
    whole_values,
)
from GenerativeModelsLib.language import said
from GenerativeModelsLib.segmentation.maps import CODES, FileGrid, LabelMaps
from GenerativeModelsLib.segmentation.plausible import require_one_heart
from GenerativeModelsLib.segmentation.request import INTERVAL_RANGE_MS, OPTIONAL, PRESETS, SegmentationRequest

if TYPE_CHECKING:
    from pathlib import Path

    import SimpleITK as sitk

__all__ = ["grid_of", "plausible_interval", "read_label_maps", "slice_axis"]

THICK_SLICES = 1.3
"""Ratio of the distance of slices to that of pixels from which the header tells the axis across the slices."""

MOST_SHEAR = 0.01
"""Largest cosine between two axes of the voxels."""


def read_label_maps(request: SegmentationRequest) -> LabelMaps:
    """The label maps of a request.

    A file of three dimensions is a stack in a short-axis view, and a slice over time in an apical one.

    Raises
    ------
    InputError
        The file is missing, unreadable, of the wrong dimensions, an image, without the named structures, with values
        that the preset does not know, without a frame interval, or implausible as a heart.
    """
    labels, preset = parse_values(request.labels, PRESETS, OPTIONAL), _is_preset(request.labels)
    called = named("file") if isinstance(request.file, GivenImage) else f"{named('file')} {request.file.name}"
    grid = grid_of(request.file, "file", request.view, labels=None if preset else labels)
    require_spacing(grid.to_lps, called)
    _require_right_angles(grid.to_lps, called)
    warnings: list[str] = []
    own = grid.labels or labels
    present = sorted({value for frame in grid.values for value in whole_values(frame, called)})
    if grid.segments is None:
        _require_values(present, own, preset, called, warnings, grid.name)
    whole = np.rint(grid.values) if grid.values.dtype.kind == "f" else grid.values
    codes = np.zeros(grid.values.shape, np.uint8)
    for structure, value in own.items():
        codes[whole == value] = CODES[structure]
    grid = replace(grid, axis=slice_axis(codes.shape[:0:-1], grid.to_lps, called, warnings, grid.name))
    codes, to_lps = np.ascontiguousarray(grid.slices_first(codes)), grid.slices_to_lps()
    frame_s = None
    if len(codes) > 1:
        frame_s = _interval(request.frame_interval_ms, grid.frame_s, called, grid.by_view, pair=len(codes) == 2)
    elif request.view == "apical" and codes.shape[1] > 1:
        raise InputError(
            f"{called} is a stack of {codes.shape[1]} slices: an apical view is one slice, over time or not."
        )
    maps = LabelMaps(codes, to_lps, frame_s, own, grid.name, grid.segments, grid=grid)
    if request.view == "apical" and maps.slices > 1:
        raise InputError(
            f"{called} has {maps.slices} slices in {maps.frames} frames: an apical view is one slice; save it alone."
        )
    require_one_heart(maps, request.view, called)
    return replace(maps, warnings=tuple(warnings))


def _require_right_angles(to_lps: np.ndarray, called: str) -> None:
    """Raise `InputError` for sheared axes, as files have been refused already: areas are those of rectangles."""
    axes = to_lps[:3, :3] / np.linalg.norm(to_lps[:3, :3], axis=0)
    if np.abs(axes.T @ axes - np.eye(3)).max() > MOST_SHEAR:
        raise InputError(f"{called} has sheared axes: resample it to a grid of right angles.")


def _is_preset(text: str) -> bool:
    return text.strip().lower() in PRESETS


def _require_values(
    present: list[int], labels: Mapping[str, int], preset: bool, called: str, warnings: list[str], name: str
) -> None:
    held = ", ".join(str(value) for value in present if value) or "only 0"
    for structure in ("lv", "myo"):
        if labels[structure] not in present:
            raise InputError(
                f"{called} has no pixel of value {labels[structure]}, the {STRUCTURES[structure]} by "
                f"{named('labels')} {labels_text(labels)}; it holds {held[:80]}: name its own values by "
                f"{named('labels')}."
            )
    absent = [each for each in OPTIONAL if each in labels and labels[each] not in present and not preset]
    warnings += [
        said(
            "There is no pixel of value {value:d}, the {structure}, in file {file}: nothing is said about it.",
            value=labels[each],
            structure=STRUCTURES[each],
            file=name,
        )
        for each in absent
    ]
    unknown = [value for value in present if value and value not in labels.values()]
    if not unknown:
        return
    shown = ", ".join(map(str, unknown[:8])) + (", ..." if len(unknown) > 8 else "")
    if preset:
        raise InputError(
            f"{called} holds the value{'s' * (len(unknown) > 1)} {shown}, which the preset ({labels_text(labels)}) "
            f"does not know: name the values of the ventricle by {named('labels')}, such as lv=3,myo=2,rv=1; others "
            "then count as background."
        )
    warnings.append(
        said("The values {values} of file {file} count as background.", values=shown, file=name)
        if len(unknown) > 1
        else said("The value {value} of file {file} counts as background.", value=shown, file=name)
    )


def _given(source: GivenImage, field: str, view: str) -> FileGrid:
    values = np.asarray(source.values)
    if values.ndim == 4:
        return FileGrid(values, source.to_lps, None, source.name)
    if values.ndim != 3:
        raise InputError(f"{named(field)} has {values.ndim} dimensions: give (x, y, z) or (x, y, z, time).")
    if view == "apical" and min(values.shape) > 1:
        return FileGrid(values[:, None], source.to_lps, None, source.name, by_view=True)
    return FileGrid(values[None], source.to_lps, None, source.name)


def grid_of(
    source: Source, field: str, view: str, *, what: str = "label map", labels: dict[str, int] | None = None
) -> FileGrid:
    """A file or image in memory as it is, in frames.

    Parameters
    ----------
    source, field
        The file or image, and the field of the request that names it.
    view
        "short-axis" or "apical".
    what
        What messages call such a file.
    labels
        Values by structure by which the segments of a segmentation are found; None = by their names.

    Raises
    ------
    InputError
        The file is missing, unreadable, or of the wrong dimensions.
    """
    if isinstance(source, GivenImage):
        return _given(source, field, view)
    path, called, reader = opened(source, field, what)
    nrrd = reader.GetImageIO() == "NrrdImageIO"
    segments = read_segments(path, called) if nrrd else []
    try:
        reader.ReadImageInformation()
        size, numbers = reader.GetSize(), reader.GetNumberOfComponents()
        # The frames of a sequence of Slicer are the numbers of a voxel.
        sequence = nrrd and not segments and len(size) == 3 and numbers > 1
        if numbers > 1 and not sequence and not segments:
            raise InputError(f"{called} has {numbers} numbers a pixel (colours or a vector): give one number a pixel.")
        if len(size) > 4:
            raise InputError(f"{called} has {len(size)} dimensions: give (x, y, z) or (x, y, z, time).")
        require_size((*size, numbers), called)
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    return _grid_of(image, path, called, segments, sequence, view, labels)


def _grid_of(
    image: sitk.Image, path: Path, called: str, segments: list, sequence: bool, view: str, labels: dict[str, int] | None
) -> FileGrid:
    import SimpleITK as sitk

    values, to_lps = sitk.GetArrayFromImage(image), _to_lps(image)
    if segments:
        known = ("lv", "myo", *OPTIONAL)
        chosen = chosen_segments(segments, called, labels, [name for name in known if labels is None or name in labels])
        values, own = values_of_segments(values, chosen, called)
        names = {structure: segment.name for structure, segment in chosen.items()}
        return FileGrid(values[None], to_lps, None, path.name, own, names)
    if sequence:
        return FileGrid(np.moveaxis(values, -1, 0), to_lps, _sequence_interval(path, called), path.name)
    if image.GetDimension() == 4:
        return FileGrid(values, to_lps, float(image.GetSpacing()[3]), path.name)
    if image.GetDimension() == 2:
        return FileGrid(values[None, None], to_lps, None, path.name)
    if view == "apical" and min(values.shape) > 1:  # with a single voxel across, it is one slice
        return FileGrid(values[:, None], to_lps, None, path.name, by_view=True)
    return FileGrid(values[None], to_lps, None, path.name)


def _to_lps(image: sitk.Image) -> np.ndarray:
    if image.GetDimension() > 2:
        return lps_matrix(image)
    to_lps = np.eye(4)
    to_lps[:2, :2] = np.array(image.GetDirection()).reshape(2, 2) * np.array(image.GetSpacing())
    to_lps[:2, 3] = image.GetOrigin()
    return to_lps


def _sequence_interval(path: Path, called: str) -> float | None:
    """Seconds from one frame of a sequence of Slicer to the next; None without index values in a unit of time."""
    about = nrrd_key_values(path, called)
    unit = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3}.get(about.get("axis 0 index unit", "").strip().lower())
    try:
        times = np.array(about.get("axis 0 index values", "").split(), float)
    except ValueError:
        return None
    return None if unit is None or len(times) < 2 else float(np.median(np.diff(times))) * unit


def _interval(asked_ms: float | None, of_file: float | None, called: str, by_view: bool, *, pair: bool) -> float | None:
    """Seconds from one frame to the next; None for a pair such as ED and ES, which no rule needs them for."""
    if asked_ms is not None:
        return asked_ms / 1000
    low, high = INTERVAL_RANGE_MS
    if by_view:
        raise InputError(
            f"{called} has three axes, in an apical view columns, rows and time, and carries no time from one frame to "
            f"the next: give it as {named('frame_interval_ms')}, or for a stack of slices another {named('view')}."
        )
    if plausible_interval(of_file) is None:
        if pair:
            return None
        says = "carries no time" if of_file is None else f"has {of_file:g} s"
        raise InputError(
            f"{called} {says} from one frame to the next, where {low:g} to {high:g} ms are plausible: give it as "
            f"{named('frame_interval_ms')}."
        )
    return of_file


def plausible_interval(of_file: float | None) -> float | None:
    """Seconds from one frame to the next as a file has them; None outside `INTERVAL_RANGE_MS`, as a default of 1 s."""
    low, high = INTERVAL_RANGE_MS
    return of_file if of_file is not None and low <= 1000 * of_file <= high else None


def slice_axis(size: Sequence[int], to_lps: np.ndarray, called: str, warnings: list[str], name: str) -> int:
    """The axis (of i, j, k) across the slices: the clearly largest voxel distance, or a single voxel."""
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    order = np.argsort(spacing)
    single = np.flatnonzero(np.array(size) == 1)
    if len(single):
        axis = int(single[-1])
    elif spacing[order[2]] >= THICK_SLICES * spacing[order[1]]:
        axis = int(order[2])
    else:
        axis = 2
        shown = " x ".join(f"{v:.3g}" for v in spacing)
        warnings.append(
            said(
                "The voxels of file {file} are {spacing} mm, so that the header does not tell the slices; those along "
                "its third axis were checked.",
                file=name,
                spacing=shown,
            )
        )
    if min(np.delete(size, axis)) < 4:
        raise InputError(f"{called} is {' x '.join(map(str, size))} voxels: a label map of slices is needed.")
    return axis
