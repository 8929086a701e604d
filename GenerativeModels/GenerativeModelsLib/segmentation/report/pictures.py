"""Pictures of slices with violations: the labels in colours, rings where they are, outlines that they depart from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.language import _
from GenerativeModelsLib.page.meshes import webp_uri
from GenerativeModelsLib.segmentation.check import Findings
from GenerativeModelsLib.segmentation.criteria.between_slices import SliceCriterion
from GenerativeModelsLib.segmentation.criteria.over_time import TimeCriterion
from GenerativeModelsLib.segmentation.criteria.record import Violation
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["LABEL_COLOURS", "SlicePicture", "outlined", "side_by_side", "slice_picture", "window_of"]

LABEL_COLOURS = {"lv": (214, 96, 77), "myo": (120, 171, 115), "rv": (92, 137, 190), "la": (160, 120, 190)}
"""RGB of the structures."""
_GROUND = (24, 29, 33)
_RING, _RING_OF_IMAGES, _LINE = (255, 235, 59), (255, 255, 255), (255, 255, 255)
_OTHER = (230, 200, 80)
"""Colour of the outlines of labels that are no structure."""
_WIDTH_PX = 300
_GAP_PX = 4
_OPACITY = 0.45
"""Of labels over an image."""
_MARGIN_MM = 8.0
_RING_MM = 6.0


@dataclass(frozen=True)
class SlicePicture:
    """A picture as `data:` address, its size in pixels, and what it shows in words."""

    uri: str
    width: int
    height: int
    words: str


def window_of(maps: LabelMaps) -> tuple[slice, slice]:
    """Rows and columns that hold all labels of all frames, with a margin: pictures are then of one scale."""
    there = (maps.values != 0).any(axis=(0, 1))
    found = []
    for axis, pixel, size in ((1, maps.pixel_mm[0], there.shape[0]), (0, maps.pixel_mm[1], there.shape[1])):
        lines = np.flatnonzero(there.any(axis=axis))
        margin = int(np.ceil(_MARGIN_MM / pixel))
        found.append(slice(max(0, lines[0] - margin), min(size, lines[-1] + 1 + margin)))
    return found[0], found[1]


def slice_picture(
    found: Findings, frame: int, slice_: int, window: tuple[slice, slice], marked: Sequence[Violation]
) -> SlicePicture:
    """The labels of a slice in their true aspect, with a ring about the place of each violation.

    For a violation between slices or over time a line shows the outlines in the slice or the frame before.
    """
    from PIL import Image, ImageDraw

    maps = found.maps
    values = maps.values[frame, slice_][window]
    height_mm, width_mm = np.array(values.shape) * maps.pixel_mm
    size = (_WIDTH_PX, max(1, round(_WIDTH_PX * height_mm / width_mm)))
    picture = Image.fromarray(_coloured(maps, frame, slice_)[window]).resize(size, Image.Resampling.NEAREST)
    before = _before(maps, frame, slice_, marked)
    if before is not None:
        picture = _with_lines(picture, before[window])
    draw = ImageDraw.Draw(picture)
    scale = _WIDTH_PX / width_mm
    back = np.linalg.inv(maps.to_lps)
    radius = _RING_MM * scale
    for violation in marked:
        column, row = (back @ [*violation.where, 1.0])[:2]
        x = (column - window[1].start + 0.5) * maps.pixel_mm[1] * scale
        y = (row - window[0].start + 0.5) * maps.pixel_mm[0] * scale
        colour = _RING_OF_IMAGES if violation.criterion.acquisition else _RING
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline=(0, 0, 0), width=5)
        draw.ellipse(box, outline=colour, width=3)
    words = _(
        "Labels of slice {slice} in frame {frame}, marked places: {count}",
        slice=slice_,
        frame=frame,
        count=len(marked),
    )
    if before is not None:
        words = _("{picture}; with the outlines before it", picture=words)
    return SlicePicture(webp_uri(np.asarray(picture)), *size, words)


def outlined(picture: np.ndarray, values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """A picture (rows, columns, 3) uint8 with the outlines of the labels (rows, columns) in their colours.

    `values` are those of the file and `codes` those of `maps.CODES`.
    """
    from scipy.ndimage import binary_erosion

    found = picture.copy()
    names = {code: name for name, code in CODES.items()}
    for value in np.unique(values[values != 0]):
        mask = values == value
        code = int(codes[mask][0])
        found[mask & ~binary_erosion(mask)] = LABEL_COLOURS[names[code]] if code in names else _OTHER
    return found


def side_by_side(rows: Sequence[Sequence[np.ndarray]]) -> Picture:
    """Pictures (rows, columns, 3) uint8 of equal size in rows, with white gaps; short rows end in white."""
    from PIL import Image

    height, width = rows[0][0].shape[:2]
    most = max(map(len, rows))
    size = (most * (width + _GAP_PX) - _GAP_PX, len(rows) * (height + _GAP_PX) - _GAP_PX)
    made = Image.new("RGB", size, (255, 255, 255))
    for i, row in enumerate(rows):
        for j, each in enumerate(row):
            made.paste(Image.fromarray(each), (j * (width + _GAP_PX), i * (height + _GAP_PX)))
    return made


def _coloured(maps: LabelMaps, frame: int, slice_: int) -> np.ndarray:
    """(rows, columns, 3) uint8 labels of a slice in colours, over the image where it is known."""
    values = maps.values[frame, slice_]
    colours = np.array([_GROUND, *(LABEL_COLOURS[name] for name in CODES)], np.uint8)[values]
    if maps.grey is None:
        return colours
    grey = np.repeat(maps.grey[frame, slice_, ..., None], 3, axis=-1)
    mixed = _OPACITY * colours + (1 - _OPACITY) * grey
    return np.where((values != 0)[..., None], mixed, grey).astype(np.uint8)


def _before(maps: LabelMaps, frame: int, slice_: int, marked: Sequence[Violation]) -> np.ndarray | None:
    """The values that a violation departs from: of the frame before, else of the slice before; None for others.

    For the first frame or slice it is the next one.
    """
    if maps.frames > 1 and any(isinstance(violation.criterion, TimeCriterion) for violation in marked):
        return maps.values[frame - 1 if frame else 1, slice_]
    if maps.slices > 1 and any(isinstance(violation.criterion, SliceCriterion) for violation in marked):
        return maps.values[frame, slice_ - 1 if slice_ else 1]
    return None


def _with_lines(picture: Picture, values: np.ndarray) -> Picture:
    """The picture with the outlines of cavity and left ventricle in other values of the same window."""
    from PIL import Image
    from scipy.ndimage import binary_erosion

    pixels = np.array(picture)
    for mask in (values == CODES["lv"], (values == CODES["lv"]) | (values == CODES["myo"])):
        large = np.asarray(Image.fromarray(mask).resize(picture.size, Image.Resampling.NEAREST))
        pixels[large & ~binary_erosion(large, iterations=1)] = _LINE
    return Image.fromarray(pixels)
