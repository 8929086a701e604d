"""What a repair did, and what still breaks rules after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.geometry import pixel_area_mm2
from GenerativeModelsLib.segmentation.maps import LabelMaps

__all__ = ["Abstention", "Change", "Place", "changed_mm2", "changed_percent", "changed_places", "with_unnamed"]

Place = tuple[int, int | None]
"""Frame and slice, from 0; the slice is None for a whole frame."""


@dataclass(frozen=True)
class Change:
    """A changed slice.

    Attributes
    ----------
    frame
        Number of the frame, from 0; None for all frames.
    slice
        Number of the slice, from 0.
    steps
        The steps that made it: "smallest", "codes", "time", "slices", "realign".
    changed_mm2
        Area of the pixels whose label differs from the file's; of all frames together where `frame` is None.
    reasons
        Sentences, one a step; `language.in_words_of_page` translates them.
    """

    frame: int | None
    slice: int
    steps: tuple[str, ...]
    changed_mm2: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Abstention:
    """A slice, or a frame (`slice` None), that still breaks `rules`, with the reason as one or more sentences.

    The slice may have been changed: it was mended in part then, and the reason says so.
    """

    frame: int
    slice: int | None
    rules: tuple[str, ...]
    reason: str


def changed_mm2(before: np.ndarray, after: np.ndarray, pixel_mm: np.ndarray) -> float:
    """Area in mm2 of the pixels whose labels differ."""
    return float((before != after).sum()) * pixel_area_mm2(pixel_mm)


def changed_percent(before: np.ndarray, after: np.ndarray) -> float:
    """How much of what was drawn does not stay, or of what is there was not drawn, the larger, in percent.

    Pixels with a label before that is another one after, of those with a label before; and pixels with a label after
    that was another one before, of those with a label after. 0 where nothing was drawn: such a slice is added.
    """
    differ, drawn, there = before != after, before != 0, after != 0
    if not drawn.any():
        return 0.0
    shares = [(differ & mask).sum() / mask.sum() for mask in (drawn, there) if mask.any()]
    return 100 * float(max(shares))


def changed_places(before: LabelMaps, after: LabelMaps) -> list[tuple[int, int]]:
    """Frame and slice of every slice whose labels differ."""
    differ = (before.values != after.values).any(axis=(2, 3))
    return [(int(frame), int(slice_)) for frame, slice_ in np.argwhere(differ)]


def with_unnamed(maps: LabelMaps, frame: int, slice_: int, values: np.ndarray) -> np.ndarray:
    """New labels of a slice, without those on pixels whose value in the file is no structure's."""
    return np.where(maps.unnamed[frame, slice_], maps.values[frame, slice_], values)
