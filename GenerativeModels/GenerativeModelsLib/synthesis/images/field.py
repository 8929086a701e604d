"""The square about the heart that a network draws, cut out of slices and put back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from GenerativeModelsLib.segmentation.uncertainty.crops import Pieces

__all__ = ["Field", "middle_of_volume"]


def middle_of_volume(drawn: np.ndarray) -> np.ndarray:
    """(2,) mean row and column of what is drawn in slices (N, rows, columns); their middle if nothing is."""
    places = np.argwhere(drawn)
    return places[:, 1:].mean(axis=0) if len(places) else (np.array(drawn.shape[1:]) - 1) / 2


@dataclass(frozen=True, eq=False)
class Field:
    """The same square of every slice of a volume.

    Attributes
    ----------
    at
        (2,) row and column of its middle, in pixels of a slice.
    shape
        Rows and columns of a slice.
    pixel_mm
        (2,) distance of rows and of columns.
    size, grid_mm
        Rows and columns of the square, and the distance of its pixels.
    """

    at: np.ndarray
    shape: tuple[int, int]
    pixel_mm: np.ndarray
    size: int
    grid_mm: float

    def _pieces(self, count: int) -> Pieces:
        return Pieces(np.tile(self.at, (count, 1)), self.shape, np.asarray(self.pixel_mm), self.size, self.grid_mm)

    def cut(self, values: np.ndarray, mode: str = "bilinear") -> Tensor:
        """(N, size, size) float32 of slices (N, rows, columns); `mode` as in `Pieces.cut`."""
        return self._pieces(len(values)).cut(values, mode)

    def put_back(self, pieces: Tensor, outside: np.ndarray) -> np.ndarray:
        """Slices (N, rows, columns) float32 with pieces (N, size, size) in place of `outside`, faded at the border."""
        both = torch.stack([torch.ones_like(pieces), pieces], dim=1)
        share, placed = self._pieces(len(pieces)).paste(both).unbind(1)
        return (placed + (1 - share) * torch.from_numpy(np.asarray(outside, np.float32))).numpy()

    @property
    def inside(self) -> np.ndarray:
        """(rows, columns) bool: pixels of a slice that the square covers."""
        return self._pieces(1).paste(torch.ones(1, 1, self.size, self.size))[0, 0].numpy() > 0.5
