"""Frames of label sequences as single maps on one grid: what the networks of one map are trained on and judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, on_grid

__all__ = ["FrameMaps"]


@dataclass(frozen=True, eq=False)
class FrameMaps:
    """Label maps of one view.

    Attributes
    ----------
    values : (N, rows, columns) uint8, values of `maps.CODES`.
    known : (N, 5) bool, as `LabelSequence.known`.
    pixel_mm : (2,) of all maps.
    view : of all maps.
    role : (N,) of the slice.
    subject : (N,) name of the heart.
    """

    values: np.ndarray
    known: np.ndarray
    pixel_mm: np.ndarray
    view: str
    role: np.ndarray
    subject: np.ndarray

    @classmethod
    def of(cls, sequences: Sequence[LabelSequence], grid: int, pixel_mm: float) -> FrameMaps:
        """The labelled frames of sequences of one view, resampled where their grid is another one."""
        parts = []
        for sequence in sequences:
            same = sequence.values.shape[1:] == (grid, grid) and np.allclose(sequence.pixel_mm, pixel_mm)
            parts.append(sequence if same else on_grid(sequence, grid, pixel_mm))
        counts = [len(part.values) for part in parts]
        values = np.concatenate([part.values for part in parts])
        every = cls(
            values,
            np.concatenate([part.known for part in parts]),
            np.full(2, float(pixel_mm)),
            parts[0].view,
            np.repeat([part.role for part in parts], counts),
            np.repeat([part.subject for part in parts], counts),
        )
        return every[values.any(axis=(1, 2))]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: np.ndarray) -> FrameMaps:
        return FrameMaps(
            self.values[index], self.known[index], self.pixel_mm, self.view, self.role[index], self.subject[index]
        )

    def some(self, count: int) -> FrameMaps:
        """At most `count` maps, evenly spread over all."""
        return self[np.linspace(0, len(self) - 1, min(count, len(self))).astype(int)]
