"""Reads the label map and the style image of a request, or says in a sentence why they cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.image_files.given import Source
from GenerativeModelsLib.label_files.values import parse_values, require_spacing, whole_values
from GenerativeModelsLib.language import said
from GenerativeModelsLib.segmentation.image_of import NEAR_MM, corners_apart_mm
from GenerativeModelsLib.segmentation.maps import CODES, FileGrid
from GenerativeModelsLib.segmentation.read import grid_of, plausible_interval, slice_axis
from GenerativeModelsLib.segmentation.request import OPTIONAL, PRESETS
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.mr_image import VIEW, pixel_mm_of, read_mr

__all__ = ["LabelledVolume", "StyleImage", "read_labels", "read_style", "require_known"]


@dataclass(frozen=True, eq=False)
class LabelledVolume:
    """A label map of any labels.

    Attributes
    ----------
    values
        (frames, slices, rows, columns) int32, as in the file.
    codes
        Of the same shape, uint8: values of `maps.CODES`, 0 for everything else.
    pixel_mm
        (2,) distance of rows and of columns.
    grid
        The file as it was read.
    named
        Values in the file by structure of the heart, those that occur.
    name
        Of the file.
    warnings
        Warnings on the file.
    """

    values: np.ndarray
    codes: np.ndarray
    pixel_mm: np.ndarray
    grid: FileGrid
    named: Mapping[str, int]
    name: str
    warnings: tuple[str, ...] = ()

    @property
    def flat(self) -> np.ndarray:
        """`codes` as (frames x slices, rows, columns)."""
        return self.codes.reshape(-1, *self.codes.shape[2:])

    @property
    def frame_s(self) -> float | None:
        """Seconds from one frame to the next; None of a single frame, and where the file has no plausible time."""
        return plausible_interval(self.grid.frame_s) if len(self.values) > 1 else None

    @property
    def present(self) -> list[int]:
        """Values of the file but 0, in order."""
        return [int(value) for value in np.unique(self.values) if value]


@dataclass(frozen=True, eq=False)
class StyleImage:
    """An image whose grey values are taken.

    Attributes
    ----------
    values
        (frames, slices, rows, columns) float32.
    pixel_mm
        (2,) distance of rows and of columns.
    name
        Of the file.
    on_grid
        Whether it lies on the grid of the label map, frame by frame.
    labels
        Label map on its own grid; None where there is none.
    """

    values: np.ndarray
    pixel_mm: np.ndarray
    name: str
    on_grid: bool
    labels: LabelledVolume | None

    @property
    def flat(self) -> np.ndarray:
        """`values` as (frames x slices, rows, columns)."""
        return self.values.reshape(-1, *self.values.shape[2:])


def read_labels(source: Source, field: str, label_values: str) -> LabelledVolume:
    """The label map of a file, which the field of the request names.

    Raises
    ------
    InputError
        The file is missing, unreadable, an image, empty, or has a label of one voxel.
    """
    asked = parse_values(label_values, PRESETS, OPTIONAL)
    called = f"{named(field)} {source.name}"
    grid = grid_of(source, field, VIEW)
    require_spacing(grid.to_lps, called)
    asked = grid.labels or asked
    present = sorted({value for frame in grid.values for value in whole_values(frame, called)} - {0})
    if not present:
        raise InputError(f"{called} holds no label but 0: give the label map of a heart.")
    warnings: list[str] = []
    whole = np.rint(grid.values).astype(np.int32)
    for value in present:
        if (whole == value).sum() == 1:
            raise InputError(f"{called} has a single voxel of value {value}: remove it, or give a whole structure.")
    grid = replace(grid, axis=slice_axis(whole.shape[:0:-1], grid.to_lps, called, warnings, grid.name))
    values = np.ascontiguousarray(grid.slices_first(whole))
    codes = np.zeros(values.shape, np.uint8)
    there = {structure: value for structure, value in asked.items() if value in present}
    for structure, value in there.items():
        codes[values == value] = CODES[structure]
    return LabelledVolume(values, codes, pixel_mm_of(grid), grid, there, grid.name, tuple(warnings))


def read_style(request: ImageSynthesisRequest, volume: LabelledVolume) -> StyleImage | None:
    """The style of a request for a label map; None without one.

    Raises
    ------
    InputError
        The file is missing, unreadable, in colour, constant, no MR as far as it tells, or on another grid than its
        labels.
    """
    if request.style is None:
        return None
    called = f"{named('style')} {request.style.name}"
    grid = read_mr(request.style, "style")
    values = np.asarray(grid.values, np.float32)
    on_grid = corners_apart_mm(grid, volume.grid) <= NEAR_MM
    if on_grid:
        grid = replace(grid, axis=volume.grid.axis)
    else:
        grid = replace(grid, axis=slice_axis(values.shape[:0:-1], grid.to_lps, called, [], grid.name))
    labels = volume if on_grid else None
    if request.style_labels is not None:
        labels = read_labels(request.style_labels, "style_labels", request.label_values)
        if corners_apart_mm(labels.grid, grid) > NEAR_MM:
            raise InputError(
                f"{named('style_labels')} {labels.name} does not lie on the grid of {called}: give its own label map."
            )
        grid = replace(grid, axis=labels.grid.axis)
    return StyleImage(grid.slices_first(values), pixel_mm_of(grid), request.style.name, on_grid, labels)


def require_known(volume: LabelledVolume, method: str, known: Mapping[str, int]) -> tuple[str, ...]:
    """Warnings on labels that a method draws as something else; refuses those that it does not know.

    Raises
    ------
    InputError
        There are other labels than the structures `known`; the message names them.
    """
    knows = ", ".join(known)
    other = [name for name in volume.named if name not in known]
    named_values = set(volume.named.values())
    other += [f"value {value}" for value in volume.present if value not in named_values]
    if other:
        raise InputError(
            f"{named('labels')} {volume.name} holds {', '.join(other)}, which {method} does not know; it knows "
            f"{knows}: name their values by {named('label_values')}, remove the others, or take {named('method')} "
            "synthseg."
        )
    if "rv" not in volume.named:
        return ()
    return (
        Caution(
            said("No right ventricle was labelled in training: it is drawn as bright surroundings."),
            "quality",
        ),
    )
