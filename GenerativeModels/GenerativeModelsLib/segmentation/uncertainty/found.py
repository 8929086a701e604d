"""Probabilities of wrong labels of one segmentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.segmentation.maps import LabelMaps

__all__ = ["Uncertainty"]


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Probabilities of wrong labels.

    Attributes
    ----------
    probability
        (frames, slices, rows, columns) float32, 0 to 1; 0 in slices without labels, of which nothing is said.
    similarity, distance
        (frames, slices) of `model.Disagreement`; NaN where nothing is said.
    least_similarity, largest_distance
        Below and above which a slice is outside of the training set.
    warnings
        Sentences.
    seconds
        By step.
    """

    probability: np.ndarray
    similarity: np.ndarray
    distance: np.ndarray
    least_similarity: float
    largest_distance: float
    warnings: tuple[str, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def wrong_mm2(self, pixel_mm: np.ndarray) -> np.ndarray:
        """(frames, slices) expected area of wrong labels; 0 where nothing is said."""
        return self.probability.sum(axis=(2, 3)) * float(pixel_mm.prod())

    def in_file(self, maps: LabelMaps) -> np.ndarray:
        """Probabilities (frame, k, j, i) of the voxels of the prediction, float32."""
        return np.ascontiguousarray(maps.grid.as_in_file(self.probability))

    @property
    def unlike(self) -> np.ndarray:
        """(n, 2) frame and slice of those outside of the training set."""
        return np.argwhere((self.similarity < self.least_similarity) | (self.distance > self.largest_distance))
