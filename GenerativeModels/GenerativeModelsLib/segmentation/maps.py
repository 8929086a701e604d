"""Label maps of a heart as frames of slices, with their geometry and the interval between frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from GenerativeModelsLib.segmentation.geometry import contact

__all__ = ["CODES", "FileGrid", "LabelMaps"]

CODES = {"lv": 1, "myo": 2, "rv": 3, "la": 4}
"""Values of `LabelMaps.values` by structure; 0 is the background."""

WALL_AROUND_RIGHT = 0.65
"""Share of the right cavity's border on myocardium from which its own wall is labelled; the septum alone is half."""


@dataclass(frozen=True, eq=False)
class FileGrid:
    """Values as a file has them.

    Attributes
    ----------
    values
        (frame, k, j, i), of the type of the file.
    to_lps
        (4, 4) index (i, j, k, 1) -> LPS mm.
    frame_s
        Seconds from one frame to the next according to the file; None = it says none.
    name
        Name of the file or array.
    labels, segments
        Values and names by structure of the segments of a segmentation file; None for other files.
    by_view
        Whether its third axis is taken for the time since the view is apical.
    axis
        The axis (0 = i, 1 = j, 2 = k) across the slices.
    """

    values: np.ndarray
    to_lps: np.ndarray
    frame_s: float | None
    name: str
    labels: dict[str, int] | None = None
    segments: dict[str, str] | None = None
    by_view: bool = False
    axis: int = 2

    def slices_first(self, values: np.ndarray) -> np.ndarray:
        """(frame, k, j, i) -> (frames, slices, rows, columns)."""
        return np.moveaxis(values, 3 - self.axis, 1)

    def as_in_file(self, values: np.ndarray) -> np.ndarray:
        """(frames, slices, rows, columns) -> (frame, k, j, i)."""
        return np.moveaxis(values, 1, 3 - self.axis)

    def slices_to_lps(self) -> np.ndarray:
        """(4, 4) index (column, row, slice, 1) of slices across `axis` -> LPS mm."""
        turned = self.to_lps.copy()
        turned[:, :3] = self.to_lps[:, [i for i in (0, 1, 2) if i != self.axis] + [self.axis]]
        return turned

    def as_array(self, values: np.ndarray) -> np.ndarray:
        """(frame, k, j, i) -> the layout of arrays: (x, y, z), with frames (x, y, z, time).

        A view of three dimensions is (x, y, time).
        """
        if self.by_view:
            return values[:, 0].T
        return (values[0] if len(values) == 1 else values).T


@dataclass(frozen=True, eq=False)
class LabelMaps:
    """Label maps: one or more frames of one or more parallel slices on one grid.

    Attributes
    ----------
    values
        (frames, slices, rows, columns) uint8, values of `CODES`.
    to_lps
        (4, 4) index (column, row, slice, 1) -> LPS mm.
    frame_s
        Seconds from one frame to the next; None for a single frame, and for a pair of frames without a known interval.
    labels
        Values of the structures in the file.
    name
        Name of the file or array.
    segments
        Names of the segments of a segmentation file by structure; None for other files.
    warnings
        Warnings on the file.
    grid
        The file as it was read; None for maps that were made.
    grey
        (frames, slices, rows, columns) uint8, the image that was segmented, for pictures; None where it is not known.
    """

    values: np.ndarray
    to_lps: np.ndarray
    frame_s: float | None
    labels: Mapping[str, int]
    name: str
    segments: Mapping[str, str] | None = None
    warnings: tuple[str, ...] = ()
    grid: FileGrid | None = None
    grey: np.ndarray | None = None

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self.values.shape[0]

    @property
    def slices(self) -> int:
        """Number of slices of a frame."""
        return self.values.shape[1]

    @property
    def pixel_mm(self) -> np.ndarray:
        """(2,) distance of neighbouring rows and of neighbouring columns."""
        return np.linalg.norm(self.to_lps[:3, [1, 0]], axis=0)

    @property
    def slice_mm(self) -> float:
        """Distance of neighbouring slices."""
        return float(np.linalg.norm(self.to_lps[:3, 2]))

    @cached_property
    def unnamed(self) -> np.ndarray:
        """(frames, slices, rows, columns) bool: pixels with a value in the file that is no structure's, nor 0."""
        if self.grid is None:
            return np.zeros(self.values.shape, bool)
        named = [0, *self.labels.values()]
        return self.grid.slices_first(np.isin(np.rint(self.grid.values), named, invert=True))

    @cached_property
    def biventricular(self) -> bool:
        """Whether the myocardium is that of both ventricles: most of the right cavity's border is wall."""
        right = self.values == CODES["rv"]
        sizes = right.sum(axis=(2, 3))
        if not sizes.any():
            return False
        largest = np.argsort(sizes, axis=None)[::-1][:8]
        on_wall = border = 0.0
        for frame, slice_ in zip(*np.unravel_index(largest, sizes.shape)):
            cavity = right[frame, slice_]
            on_wall += contact(cavity, self.values[frame, slice_] == CODES["myo"], self.pixel_mm)[0]
            border += contact(cavity, ~cavity, self.pixel_mm)[0]
        return on_wall > WALL_AROUND_RIGHT * border

    def has(self, structure: str) -> bool:
        """Whether the structure is named and labelled in a frame."""
        return structure in self.labels and bool((self.values == CODES[structure]).any())

    def point_lps(self, slice_: int, row: float, column: float) -> tuple[float, float, float]:
        """LPS mm of a place in a slice."""
        x, y, z = self.to_lps[:3] @ np.array([column, row, slice_, 1.0])
        return float(x), float(y), float(z)
