"""What a repair asks of a network of label maps."""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = ["MapModel"]


class MapModel(Protocol):
    """A latent space of the label maps of one slice.

    A code holds all that its map is decoded from, the place in the slice included, so that codes of one grid can be
    averaged and smoothed number by number.
    """

    def encode(self, values: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
        """(n, rows, columns) labels, values of `CODES` -> (n, numbers) codes."""
        ...

    def decode(self, codes: np.ndarray, shape: tuple[int, int], pixel_mm: np.ndarray) -> np.ndarray:
        """(n, numbers) codes -> (n, rows, columns) uint8 labels on a grid of `shape`."""
        ...

    def nearest_valid(self, codes: np.ndarray) -> np.ndarray:
        """(n, numbers) codes -> the nearest codes, (n, numbers), whose maps keep to the rules."""
        ...
