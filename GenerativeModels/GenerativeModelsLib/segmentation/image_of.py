"""Reads the image that was segmented, or says in a sentence why it does not belong to the labels."""

from __future__ import annotations

import math

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.given import GivenImage, Source
from GenerativeModelsLib.segmentation.maps import FileGrid, LabelMaps
from GenerativeModelsLib.segmentation.read import grid_of

__all__ = ["NEAR_MM", "corners_apart_mm", "grey_of", "image_of"]

NEAR_MM = 0.05
"""Largest distance between corners of the two grids."""
SHOWN = (0.5, 99.5)
"""Percentiles of the values of an image that are shown black and white."""


def image_of(maps: LabelMaps, image: Source, labels_field: str, view: str) -> np.ndarray:
    """(frames, slices, rows, columns) float32 grey values of the pixels of label maps that were read from a file.

    Parameters
    ----------
    maps, labels_field
        The label maps, and the field of the request that names their file.
    image
        The field "image" of the request.
    view
        "short-axis" or "apical".

    Raises
    ------
    InputError
        The file cannot be read; it has another grid than the labels, or a single value, or values that are no numbers.
    """
    called = named("image") if isinstance(image, GivenImage) else f"{named('image')} {image.name}"
    other = f"{named(labels_field)} {maps.name}"
    grid, wanted = grid_of(image, "image", view, what="image"), maps.grid
    if grid.values.shape != wanted.values.shape:
        raise InputError(
            f"{called} has {_shape(grid.values)} and {other} {_shape(wanted.values)}: give the image that was "
            "segmented, on the grid of its labels."
        )
    apart = corners_apart_mm(grid, wanted)
    if apart > NEAR_MM:
        raise InputError(
            f"{called} and {other} have as many voxels, but their corners lie up to {apart:.3g} mm apart: give the "
            "image that was segmented, or resample one to the other."
        )
    values = np.asarray(grid.values, np.float32)
    if not np.isfinite(values).all():
        raise InputError(f"{called} holds values that are no numbers (NaN or infinity): export it again.")
    if np.ptp(values) == 0:
        raise InputError(f"{called} is {values.flat[0]:g} everywhere: give the image that was segmented.")
    return wanted.slices_first(values)


def corners_apart_mm(grid: FileGrid, other: FileGrid) -> float:
    """Largest distance of a corner of one grid from that of another; infinite for other numbers of voxels or frames."""
    if grid.values.shape != other.values.shape:
        return math.inf
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)], float)
    corners[:, :3] *= np.array(grid.values.shape[:0:-1]) - 1
    return float(np.linalg.norm((corners @ (grid.to_lps - other.to_lps).T)[:, :3], axis=1).max())


def grey_of(values: np.ndarray) -> np.ndarray:
    """An image as uint8 of the same shape, from black to white between the percentiles `SHOWN`."""
    low, high = np.percentile(values, SHOWN)
    return np.clip(255 * (values - low) / max(float(high - low), 1e-9), 0, 255).astype(np.uint8)


def _shape(values: np.ndarray) -> str:
    frames, *size = values.shape
    words = " x ".join(map(str, size[::-1])) + " voxels"
    return f"{words} in {frames} frames" if frames > 1 else words
