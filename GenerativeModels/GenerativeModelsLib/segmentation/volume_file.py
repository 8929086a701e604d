"""Values of the voxels of a label map as a NIfTI file on its grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.segmentation.maps import LabelMaps

__all__ = ["write_volume"]

UNKNOWN_S = 1.0
"""Written where the time from one frame to the next is not known, as of a pair of phases; a file needs a number."""


def write_volume(path: Path, values: np.ndarray, maps: LabelMaps) -> None:
    """Write values (frame, k, j, i) of the voxels of label maps that were read from a file, with their type.

    A single frame is a volume of three dimensions, and so is a slice over time whose file has the time for its third
    axis; others have the frames for their fourth.
    """
    import SimpleITK as sitk

    grid = maps.grid
    spacing = np.linalg.norm(grid.to_lps[:3, :3], axis=0)
    images = []
    for frame in np.swapaxes(values, 0, 1) if grid.by_view else values:
        image = sitk.GetImageFromArray(np.ascontiguousarray(frame))
        image.SetSpacing(spacing.tolist())
        image.SetDirection((grid.to_lps[:3, :3] / spacing).ravel().tolist())
        image.SetOrigin(grid.to_lps[:3, 3].tolist())
        images.append(image)
    whole = images[0] if len(images) == 1 else sitk.JoinSeries(images, 0.0, maps.frame_s or UNKNOWN_S)
    sitk.WriteImage(whole, str(path), True)
