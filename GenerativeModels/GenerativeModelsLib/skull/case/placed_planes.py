"""Writes planes in the head frame, as one-slice volumes with their position and orientation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SLICE_THICKNESS_MM = 1.0
_TOLERANCE = 1e-3


def write_placed_plane(
    path: str | Path,
    pixels: np.ndarray,
    spacing_mm: tuple[float, float],
    pose_origin_mm: np.ndarray,
    u_axis: np.ndarray,
    v_axis: np.ndarray,
) -> None:
    """Write a plane as a volume of one slice, voxel (i, j, 0) = pixel (row j, col i), in the head frame.

    The voxel centre lies at `pose_origin_mm` + i spacing_mm[1] `u_axis` + j spacing_mm[0] `v_axis`, LPS mm. The third
    axis is u x v, so the frame is right-handed for a mirrored image too.

    Parameters
    ----------
    path
        Ends in .nii.gz (or another format SimpleITK writes); its folder is created.
    pixels
        (rows, cols); uint8 is kept, other types become float32.
    spacing_mm
        (row, column) spacing in mm.
    pose_origin_mm
        (3,) centre of pixel (0, 0).
    u_axis, v_axis
        (3,) directions of growing column and of growing row, orthonormal to 1e-3.

    Raises
    ------
    ValueError
        The pixels are not a plane, the spacing is not positive, or the axes are not orthonormal.
    """
    import SimpleITK as sitk

    pixels = np.asarray(pixels)
    if pixels.ndim != 2:
        raise ValueError(f"pixels have shape {pixels.shape}, expected (rows, columns).")
    if not (np.shape(spacing_mm) == (2,) and np.all(np.isfinite(spacing_mm)) and min(spacing_mm) > 0):
        raise ValueError(f"spacing_mm is {spacing_mm}, expected two positive numbers (row, column).")
    values = pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32)
    image = sitk.GetImageFromArray(values[None])
    image.SetSpacing((float(spacing_mm[1]), float(spacing_mm[0]), SLICE_THICKNESS_MM))
    image.SetOrigin([float(value) for value in pose_origin_mm])
    image.SetDirection(_direction(u_axis, v_axis).ravel().tolist())
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))


def _direction(u_axis: np.ndarray, v_axis: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) with the columns u, v, u x v, rounding errors of the axes removed."""
    u, v = np.asarray(u_axis, float), np.asarray(v_axis, float)
    off = max(abs(np.linalg.norm(u) - 1), abs(np.linalg.norm(v) - 1), abs(u @ v)) if u.shape == v.shape == (3,) else 1
    if not off < _TOLERANCE:
        raise ValueError(f"u_axis {u.tolist()} and v_axis {v.tolist()} are not orthonormal.")
    u = u / np.linalg.norm(u)
    v = v - (u @ v) * u
    v /= np.linalg.norm(v)
    return np.stack([u, v, np.cross(u, v)], axis=1)
