"""Scores of label maps of a stack against an expert's: overlap and distances of borders, in mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.geometry.metrics import overlap

__all__ = ["StackScore", "roughness_percent", "stack_score"]


@dataclass(frozen=True)
class StackScore:
    """Scores of one structure.

    Attributes
    ----------
    dice
        2 |A and B| / (|A| + |B|) over all slices that are compared.
    hausdorff_mm, hd95_mm
        Largest distance of the borders, and the larger one of both directions' 95th percentiles.
    """

    dice: float
    hausdorff_mm: float
    hd95_mm: float


def stack_score(found: np.ndarray, wanted: np.ndarray, spacing_mm: np.ndarray) -> StackScore:
    """Scores of a mask against the truth, both (slices, rows, columns).

    Borders are the pixels of a slice beside a pixel without the structure; their distances are those of the centres of
    the pixels in space. A structure that is found nowhere scores 0, at the diagonal of the truth's extent.

    Parameters
    ----------
    spacing_mm
        (3,) distance of slices, rows and columns.

    Raises
    ------
    ValueError
        The truth is empty.
    """
    from scipy.spatial import cKDTree

    if not wanted.any():
        raise ValueError("The truth has no pixel: there is nothing to compare with.")
    there = _border_mm(wanted, spacing_mm)
    if not found.any():
        diagonal = float(np.linalg.norm(np.ptp(there, axis=0)))
        return StackScore(0.0, diagonal, diagonal)
    here = _border_mm(found, spacing_mm)
    both = [cKDTree(there).query(here)[0], cKDTree(here).query(there)[0]]
    return StackScore(
        overlap(found, wanted).dice,
        float(max(off.max() for off in both)),
        float(max(np.percentile(off, 95) for off in both)),
    )


def _border_mm(mask: np.ndarray, spacing_mm: np.ndarray) -> np.ndarray:
    """(n, 3) places in mm of the border pixels of a mask (slices, rows, columns); the picture's edge is a border."""
    whole = np.pad(mask, [(0, 0), (1, 1), (1, 1)])
    inner = whole[:, :-2, 1:-1] & whole[:, 2:, 1:-1] & whole[:, 1:-1, :-2] & whole[:, 1:-1, 2:]
    return np.argwhere(mask & ~inner) * np.asarray(spacing_mm, float)


def roughness_percent(volume: np.ndarray) -> float:
    """Root mean square distance of a curve (frames,) from the mean of the values beside, in percent of its largest.

    NaN with fewer than three values.
    """
    volume = np.asarray(volume, float)
    if len(volume) < 3:
        return float("nan")
    off = volume[1:-1] - 0.5 * (volume[:-2] + volume[2:])
    return 100 * float(np.sqrt(np.mean(off**2)) / volume.max())
