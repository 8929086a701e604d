"""The image that label maps were drawn on, frame by frame, as a volume behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.image_files.reader import read_pixels
from GenerativeModelsLib.label_files.files import lps_matrix, opened, require_size, unreadable
from GenerativeModelsLib.segmentation.maps import LabelMaps
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume

__all__ = ["ImageFrames", "read_image_frames", "show_image"]

WINDOW_PERCENT = (1.0, 99.0)
"""Percentiles of the grey values at the ends of the window."""


@dataclass(frozen=True, eq=False)
class ImageFrames:
    """An image over time.

    Attributes
    ----------
    values
        (frames, k, j, i) grey values; a single frame lies behind all label maps.
    to_lps
        (4, 4) index (i, j, k, 1) -> LPS mm.
    """

    values: np.ndarray
    to_lps: np.ndarray

    def frame(self, number: int) -> np.ndarray:
        """(k, j, i) of a frame."""
        return self.values[number if len(self.values) > 1 else 0]


def read_image_frames(path: Path, maps: LabelMaps) -> ImageFrames:
    """The image of a file on the grid of label maps; the third axis of a slice over time is its frames.

    Raises
    ------
    InputError
        The file cannot be read, has colours, or another number of frames than the label maps.
    """
    import SimpleITK as sitk

    path, called, reader = opened(path, "image")
    try:
        reader.ReadImageInformation()
        components = reader.GetNumberOfComponents()
        require_size((*reader.GetSize(), components), called)
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    values = sitk.GetArrayFromImage(image)
    if image.GetDimension() == 2:
        raise InputError(f"{called} has no depth: give it in the format and on the grid of {named('file')}.")
    if components > 1:  # the frames of a sequence of Slicer
        values = np.moveaxis(values, -1, 0)
    elif image.GetDimension() == 3:
        over_time = maps.slices == 1 and len(values) == maps.frames > 1
        values = values[:, None] if over_time else values[None]
    if len(values) not in (1, maps.frames):
        raise InputError(
            f"{called} has {len(values)} frames, and {named('file')} {maps.name} has {maps.frames}: give the image "
            "that was segmented."
        )
    return ImageFrames(values, lps_matrix(image))


def show_image(store: NodeStore, image: ImageFrames, frame: int, title: str) -> slicer.vtkMRMLScalarVolumeNode:
    """A frame of the image as volume, its window fitted to all frames when it is first shown."""
    node, made = store.obtain("image", "vtkMRMLScalarVolumeNode", f"{title} image")
    fill_volume(node, image.frame(frame), LPS_TO_RAS @ image.to_lps)
    if made:
        display = default_display(node)
        display.SetAutoWindowLevel(False)
        low, high = np.percentile(image.values, WINDOW_PERCENT)
        display.SetWindowLevelMinMax(float(low), float(max(high, low + 1)))
    return node
