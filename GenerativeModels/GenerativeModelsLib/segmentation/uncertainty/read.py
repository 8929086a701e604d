"""Reads a segmentation with its image, or says in a sentence why they do not belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.read import grid_of_file, read_label_maps
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest, of_the_prediction

__all__ = ["Segmented", "read_segmented"]

NEAR_MM = 0.05
"""Largest distance between corners of the two grids."""


@dataclass(frozen=True, eq=False)
class Segmented:
    """Label maps, and (frames, slices, rows, columns) float32 grey values of their pixels."""

    maps: LabelMaps
    images: np.ndarray


def read_segmented(request: UncertaintyRequest) -> Segmented:
    """The prediction and the image of a request.

    Raises
    ------
    InputError
        A file cannot be used, as `read_label_maps` says; the image has another grid than the prediction, or a single
        value, or values that are no numbers.
    """
    with of_the_prediction():
        maps = read_label_maps(request.as_check())
    called, other = f"{named('image')} {request.image.name}", f"{named('prediction')} {request.prediction.name}"
    grid, wanted = grid_of_file(request.image, "image", request.view, what="image"), maps.grid
    if grid.values.shape != wanted.values.shape:
        raise InputError(
            f"{called} has {_shape(grid.values)} and {other} {_shape(wanted.values)}: give the image that was "
            "segmented, on the grid of its prediction."
        )
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)], float)
    corners[:, :3] *= np.array(grid.values.shape[:0:-1]) - 1
    apart = np.linalg.norm((corners @ (grid.to_lps - wanted.to_lps).T)[:, :3], axis=1).max()
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
    return Segmented(maps, wanted.slices_first(values))


def _shape(values: np.ndarray) -> str:
    frames, *size = values.shape
    words = " x ".join(map(str, size[::-1])) + " voxels"
    return f"{words} in {frames} frames" if frames > 1 else words
