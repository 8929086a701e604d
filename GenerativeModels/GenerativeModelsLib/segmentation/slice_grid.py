"""Where the slices of checked label maps lie, as `result.json` keeps it for windows that lead to a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from GenerativeModelsLib.segmentation.maps import LabelMaps

__all__ = ["SliceGrid"]


@dataclass(frozen=True)
class SliceGrid:
    """Parallel slices on one grid.

    Attributes
    ----------
    size
        Numbers of columns, rows and slices.
    matrix
        (4, 4) index (column, row, slice, 1) -> LPS mm, by row.
    labelled
        First and last column, first and last row with a label in any slice and frame.
    """

    size: tuple[int, int, int]
    matrix: tuple[tuple[float, ...], ...]
    labelled: tuple[tuple[int, int], tuple[int, int]]

    @cached_property
    def to_lps(self) -> np.ndarray:
        """`matrix` as array."""
        return np.array(self.matrix)

    @property
    def slices(self) -> int:
        """Number of slices."""
        return self.size[2]

    @property
    def pixel_mm(self) -> np.ndarray:
        """(2,) distance of neighbouring rows and of neighbouring columns."""
        return np.linalg.norm(self.to_lps[:3, [1, 0]], axis=0)

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns with labels."""
        columns, rows = (slice(first, last + 1) for first, last in self.labelled)
        return rows, columns

    def point_lps(self, slice_: float, row: float, column: float) -> tuple[float, float, float]:
        """LPS mm of a place."""
        x, y, z = (self.to_lps @ (column, row, slice_, 1.0))[:3].tolist()
        return x, y, z

    def middle_lps(self, slice_: float) -> tuple[float, float, float]:
        """LPS mm of the middle of the labelled rows and columns, in a slice."""
        columns, rows = self.labelled
        return self.point_lps(slice_, sum(rows) / 2, sum(columns) / 2)

    @classmethod
    def of_maps(cls, maps: LabelMaps) -> SliceGrid:
        """The slices of label maps, which hold a label."""
        there = (maps.values != 0).any(axis=(0, 1))
        columns, rows = (np.flatnonzero(there.any(axis=axis)) for axis in (0, 1))
        slices, height, width = maps.values.shape[1:]
        matrix = tuple(map(tuple, maps.to_lps.tolist()))
        ends = tuple((int(lines[0]), int(lines[-1])) for lines in (columns, rows))
        return cls((width, height, slices), matrix, ends)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Sequence[Any]]) -> SliceGrid:
        """The slices of the entry `grid` of `result.json`."""
        columns, rows = (tuple(map(int, ends)) for ends in entry["labelled"])
        matrix = tuple(tuple(map(float, row)) for row in entry["to_lps"])
        return cls(tuple(map(int, entry["size"])), matrix, (columns, rows))

    def entry(self) -> dict[str, Any]:
        """The entry `grid` of `result.json`."""
        return {
            "size": list(self.size),
            "to_lps": [list(row) for row in self.matrix],
            "labelled": [list(ends) for ends in self.labelled],
        }
