"""Reads a segmentation with its image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.segmentation.image_of import image_of
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest, of_the_prediction

__all__ = ["Segmented", "read_segmented"]


@dataclass(frozen=True, eq=False)
class Segmented:
    """Label maps, and (frames, slices, rows, columns) float32 grey values of their pixels."""

    maps: LabelMaps
    images: np.ndarray


def read_segmented(request: UncertaintyRequest) -> Segmented:
    """The prediction and the image of a request; raises `InputError` as `read_label_maps` and `image_of`."""
    with of_the_prediction():
        maps = read_label_maps(request.as_check())
    return Segmented(maps, image_of(maps, request.image, "prediction", request.view))
