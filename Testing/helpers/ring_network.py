"""A label network of rings, whose codes and maps are known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES
from Testing.helpers.segmentation_phantoms import disc, ellipse

__all__ = ["RingNetwork"]


@dataclass(eq=False)
class RingNetwork:
    """Takes the part of a `LabelModel` in a repair.

    A code holds the middle (row and column in mm), the radii of cavity and ventricle in mm, and whether there is a
    right ventricle, which lies to the left. No wall is thinner than `wall_mm`.
    """

    wall_mm: float = 4.0
    limit: float = -1.0
    view: str = "short-axis"
    grid: int = 96
    encoded: int = 0

    pixel_mm = np.full(2, 1.5)
    middle_mm = np.array([71.25, 71.25])
    spread = np.ones(5)
    valid = np.array([[71.0, 71.0, radius, radius + 9.0, right] for radius in (15.0, 20.0, 25.0) for right in (0, 1)])

    @property
    def density(self) -> RingNetwork:
        """Its own: the log density of every code is 0."""
        return self

    def log_density(self, codes: np.ndarray) -> np.ndarray:
        """0 for each code (..., 5)."""
        return np.zeros(np.shape(codes)[:-1])

    def encode(self, values: np.ndarray, known: np.ndarray) -> np.ndarray:
        """(N, 5) of maps (N, grid, grid)."""
        self.encoded += len(values)
        return np.stack([self._code(each) for each in values])

    def _code(self, values: np.ndarray) -> np.ndarray:
        cavity, ventricle = values == CODES["lv"], np.isin(values, (CODES["lv"], CODES["myo"]))
        radii = np.sqrt(np.array([cavity.sum(), ventricle.sum()]) * self.pixel_mm.prod() / np.pi)
        return np.array([*np.argwhere(ventricle).mean(axis=0) * self.pixel_mm, *radii, (values == CODES["rv"]).any()])

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """(N, grid, grid) maps of codes (N, 5)."""
        return np.stack([self._map(code) for code in codes])

    def _map(self, code: np.ndarray) -> np.ndarray:
        at, inner, shape = (float(code[0]), float(code[1])), float(code[2]), (self.grid, self.grid)
        outer = max(float(code[3]), inner + self.wall_mm)
        values = np.zeros(shape, np.uint8)
        if code[4] > 0.5:
            values[ellipse((26.0, 20.0), (at[0], at[1] - outer - 4), self.pixel_mm, shape)] = CODES["rv"]
        values[disc(outer, at, self.pixel_mm, shape)] = CODES["myo"]
        values[disc(inner, at, self.pixel_mm, shape)] = CODES["lv"]
        return values

    def logits(self, codes: np.ndarray) -> np.ndarray:
        """(N, 5, grid, grid), 10 for the label of the map and 0 for others."""
        return 10.0 * (self.decode(codes)[:, None] == np.arange(5)[:, None, None]).astype(np.float32)
