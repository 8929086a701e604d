"""Values of the voxels of a label map as a NIfTI file on its grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.segmentation.maps import FileGrid

__all__ = ["write_volume"]

UNKNOWN_S = 1.0
"""Written where the time from one frame to the next is not known, as of a pair of phases; a file needs a number."""


def write_volume(path: Path, values: np.ndarray, grid: FileGrid, frame_s: float | None, notes: str = "") -> None:
    """Write values (frame, k, j, i) of the voxels of a grid that was read from a file, with their type.

    A single frame is a volume of three dimensions, and so is a slice over time whose file has the time for its third
    axis; others have the frames for their fourth.

    Parameters
    ----------
    frame_s
        Seconds from one frame to the next; None = not known.
    notes
        Up to 79 characters for the description of a NIfTI header.
    """
    import SimpleITK as sitk

    spacing = np.linalg.norm(grid.to_lps[:3, :3], axis=0)
    images = []
    for frame in np.swapaxes(values, 0, 1) if grid.by_view else values:
        image = sitk.GetImageFromArray(np.ascontiguousarray(frame))
        image.SetSpacing(spacing.tolist())
        image.SetDirection((grid.to_lps[:3, :3] / spacing).ravel().tolist())
        image.SetOrigin(grid.to_lps[:3, 3].tolist())
        images.append(image)
    whole = images[0] if len(images) == 1 else sitk.JoinSeries(images, 0.0, frame_s or UNKNOWN_S)
    if notes:
        whole.SetMetaData("ITK_FileNotes", notes)
    sitk.WriteImage(whole, str(path), True)
