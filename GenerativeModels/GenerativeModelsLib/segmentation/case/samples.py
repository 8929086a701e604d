"""A sample with faults: the shipped cine of a simulated heart, spoilt in ways that label networks are known for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.resources import sample_dir

__all__ = ["SPOILT", "write_faulty_sample"]

SPOILT = {"hole": (3, 13), "island": (6, 15), "gap": (10, 12), "jump": (14, None), "shift": (17, 11)}
"""Frame and slice of each fault; None = all slices."""
_MYO, _LV = 2, 3
"""Values of the cine, the preset acdc."""
_SIZE_MM, _JUMP_MM, _SHIFT_MM = 6.0, 12.0, 9.0


def write_faulty_sample(path: Path) -> Path:
    """Write the sample cine with a hole, an island, an open wall, a frame that jumps and a slice that moved.

    Raises
    ------
    InputError
        This installation has no sample data.
    """
    import SimpleITK as sitk

    image = sitk.ReadImage(str(sample_dir() / "heart_cine" / "labels.nii.gz"))
    values = sitk.GetArrayFromImage(image)
    pixel = np.array(image.GetSpacing()[1::-1])
    for make, kind in ((_hole, "hole"), (_island, "island"), (_gap, "gap")):
        make(values[SPOILT[kind]], pixel)
    frame, _ = SPOILT["jump"]
    values[frame] = np.roll(values[frame], round(_JUMP_MM / pixel[1]), axis=-1)
    place = SPOILT["shift"]
    values[place] = np.roll(values[place], round(_SHIFT_MM / pixel[0]), axis=0)
    spoilt = sitk.GetImageFromArray(values, isVector=False)
    spoilt.CopyInformation(image)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(spoilt, str(path), useCompression=True)
    return path


def _polar(values: np.ndarray, pixel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (mm) and angle of every pixel about the middle of the cavity."""
    middle = np.argwhere(values == _LV).mean(axis=0)
    down, right = (np.indices(values.shape).transpose(1, 2, 0) - middle).transpose(2, 0, 1) * pixel[:, None, None]
    return np.hypot(down, right), np.arctan2(down, right)


def _hole(values: np.ndarray, pixel: np.ndarray) -> None:
    """A hole in the cavity."""
    values[_polar(values, pixel)[0] <= _SIZE_MM / 2] = 0


def _island(values: np.ndarray, pixel: np.ndarray) -> None:
    """A piece of cavity beside the heart."""
    corner = np.indices(values.shape).transpose(1, 2, 0) * pixel
    values[np.hypot(*(corner - 2 * _SIZE_MM).transpose(2, 0, 1)) <= _SIZE_MM / 2] = _LV


def _gap(values: np.ndarray, pixel: np.ndarray) -> None:
    """The wall left out in a sector."""
    distance, angle = _polar(values, pixel)
    values[(values == _MYO) & (np.abs(angle) * distance < _SIZE_MM)] = 0
