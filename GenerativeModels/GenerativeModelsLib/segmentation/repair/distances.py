"""Labels of a slice as signed distances of its structures, which can be averaged over frames, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["FARTHEST_MM", "labels_of", "signed_distances"]

FARTHEST_MM = 12.0
"""Distances are cut here: what a slice without a structure counts as."""
_SHAPES = {"lv": ("lv",), "epi": ("lv", "myo"), "rv": ("rv",), "la": ("la",)}
"""Masks whose distances are taken: the wall is what "epi" has beside "lv", so that it closes around the cavity."""


def signed_distances(values: np.ndarray, pixel_mm: np.ndarray) -> dict[str, np.ndarray]:
    """(rows, columns) distance in mm from the border of each mask, positive inside, from the labels of a slice."""
    return {
        name: _signed(np.isin(values, [CODES[part] for part in parts]), pixel_mm) for name, parts in _SHAPES.items()
    }


def _signed(mask: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return np.full(mask.shape, -FARTHEST_MM)
    half = 0.5 * float(np.mean(pixel_mm))  # the border lies between the centres of two pixels
    inside = distance_transform_edt(np.pad(mask, 1), sampling=pixel_mm)[1:-1, 1:-1] - half
    outside = distance_transform_edt(~mask, sampling=pixel_mm) - half
    return np.clip(np.where(mask, inside, -outside), -FARTHEST_MM, FARTHEST_MM)


def labels_of(distances: Mapping[str, np.ndarray]) -> np.ndarray:
    """(rows, columns) labels whose signed distances these are.

    Where two shapes overlap, the one whose border is farther has the pixel.
    """
    names = ("epi", "rv", "la")
    stacked = np.stack([distances[name] for name in names])
    first = stacked.argmax(axis=0)
    inner = np.where(distances["lv"] > 0, CODES["lv"], CODES["myo"])
    found = np.choose(first, [inner, CODES["rv"], CODES["la"]])
    return np.where(stacked.max(axis=0) > 0, found, 0).astype(np.uint8)
