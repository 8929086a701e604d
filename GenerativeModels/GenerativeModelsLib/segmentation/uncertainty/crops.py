"""Square pieces of slices about a place, on the grid of a network, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["Pieces", "middle_of", "standardised"]

_LEAST_DEVIATION = 1e-3


def middle_of(labels: np.ndarray) -> np.ndarray:
    """(N, 2) mean row and column of the largest piece of the labels of maps (N, rows, columns).

    Pixels that touch at corners are one piece, so that an island elsewhere does not move the middle. NaN for a map
    without labels.
    """
    from scipy.ndimage import label

    found = np.full((len(labels), 2), np.nan)
    for middle, drawn in zip(found, np.asarray(labels) > 0):
        pieces, count = label(drawn, np.ones((3, 3)))
        if count:
            largest = 1 + np.bincount(pieces[drawn])[1:].argmax()
            middle[:] = np.argwhere(pieces == largest).mean(axis=0)
    return found


@dataclass(frozen=True, eq=False)
class Pieces:
    """Where on slices of one grid the pieces lie.

    Attributes
    ----------
    at
        (N, 2) row and column of the middle of each piece, in pixels of the slice.
    shape
        Rows and columns of the slices.
    pixel_mm
        (2,) distance of their rows and of their columns.
    size, grid_mm
        Rows and columns of a piece, and the distance of its pixels.
    angle, scale
        (N,) radians by which the content is turned, and the size of its pixels in units of `grid_mm`; None: 0 and 1.
    """

    at: np.ndarray
    shape: tuple[int, int]
    pixel_mm: np.ndarray
    size: int
    grid_mm: float
    angle: np.ndarray | None = None
    scale: np.ndarray | None = None

    def cut(self, values: np.ndarray, mode: str = "bilinear") -> Tensor:
        """(N, size, size) float32 of slices (N, rows, columns); beyond the border the nearest pixel, or 0 for labels.

        `mode` is "bilinear" for images, or "nearest" for labels.
        """
        pictures = torch.from_numpy(np.asarray(values, np.float32))[:, None]
        grid = F.affine_grid(self._there(), [len(pictures), 1, self.size, self.size], align_corners=False)
        padding = "border" if mode == "bilinear" else "zeros"
        return F.grid_sample(pictures, grid, mode, padding, align_corners=False)[:, 0]

    def paste(self, values: Tensor) -> Tensor:
        """(N, C, rows, columns) of pieces (N, C, size, size), 0 outside of them."""
        there = torch.cat([self._there(), torch.tensor([[[0.0, 0.0, 1.0]]]).expand(len(values), -1, -1)], dim=1)
        back = torch.linalg.inv(there.double())[:, :2].float()
        grid = F.affine_grid(back, [len(values), 1, *self.shape], align_corners=False)
        return F.grid_sample(values, grid, align_corners=False)

    def _there(self) -> Tensor:
        """(N, 2, 3) from places in a piece to places in its slice, both from -1 to 1 as (column, row)."""
        count = len(self.at)
        angle = np.zeros(count) if self.angle is None else self.angle
        reach = 0.5 * self.size * self.grid_mm * (np.ones(count) if self.scale is None else self.scale)
        half_mm = 0.5 * np.array(self.shape[::-1]) * self.pixel_mm[::-1]  # columns, rows
        c, s = reach * np.cos(angle), reach * np.sin(angle)
        turned = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2) / half_mm[:, None]
        middle = (2 * self.at[:, ::-1] + 1) / np.array(self.shape[::-1]) - 1
        return torch.from_numpy(np.concatenate([turned, middle[:, :, None]], axis=-1)).float()


def standardised(pieces: Tensor) -> Tensor:
    """Pieces (N, size, size) of mean 0 and standard deviation 1 each; a constant one is 0."""
    mean, deviation = pieces.mean((1, 2), keepdim=True), pieces.std((1, 2), keepdim=True)
    return (pieces - mean) / deviation.clamp_min(_LEAST_DEVIATION)
