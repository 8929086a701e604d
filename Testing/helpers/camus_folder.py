"""A folder in the layout of CAMUS, with drawn ventricles in place of echoes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from Testing.helpers.segmentation_phantoms import ellipse

__all__ = ["write_camus"]

PIXEL = np.array([1.5, 1.0])
SHAPE = (60, 70)


def write_camus(folder: Path, patients: int, chamber_view: str = "4CH") -> Path:
    """End diastole and end systole of patients: a ventricle in its wall above an atrium, in noise."""
    rng = np.random.default_rng(0)
    for number in range(1, patients + 1):
        name = f"patient{number:04d}"
        (folder / name).mkdir(parents=True)
        for phase, size in (("ED", 1.0), ("ES", 0.8)):
            at = (38.0 + rng.uniform(-2, 2), 35.0 + rng.uniform(-2, 2))
            labels = np.zeros(SHAPE, np.uint8)
            labels[ellipse((12.0, 12.0), (at[0] + 34, at[1]), PIXEL, SHAPE)] = 3
            labels[ellipse((28.0, 20.0), at, PIXEL, SHAPE)] = 2
            labels[ellipse((21.0 * size, 13.0 * size), at, PIXEL, SHAPE)] = 1
            grey = 60.0 * labels + rng.normal(20, 5, SHAPE)
            for values, tail in ((np.clip(grey, 0, 255).astype(np.uint8), ""), (labels, "_gt")):
                image = sitk.GetImageFromArray(values[None])
                image.SetSpacing((*PIXEL[::-1].tolist(), 1.0))
                sitk.WriteImage(image, str(folder / name / f"{name}_{chamber_view}_{phase}{tail}.nii.gz"))
    return folder
