"""Inputs of the sphere, and finished cases of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.anatomy.run import Case, run_case
from Testing.helpers.sphere.anatomy import SPHERE, SphereRequest

__all__ = ["a_sphere", "write_mask"]


def write_mask(path: Path, radius_mm: float = 12.0) -> Path:
    """An image with a ball of that radius in it, voxels of 1.5 mm."""
    import SimpleITK as sitk

    side = int(np.ceil(radius_mm / 1.5)) * 2 + 3
    at = (np.indices((side,) * 3) - (side - 1) / 2) * 1.5
    image = sitk.GetImageFromArray((np.linalg.norm(at, axis=0) < radius_mm).astype(np.uint8))
    image.SetSpacing((1.5,) * 3)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def a_sphere(folder: Path, bundle: Path, *, anatomy=SPHERE, **options) -> Case:
    """A case computed into `folder`; its mask lies beside it. `options` are fields of the request."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    mask = folder.parent / "mask.nii.gz"
    if not mask.is_file():
        write_mask(mask)
    return run_case(anatomy, SphereRequest(mask, output=folder, model=bundle, device="cpu", **options))
