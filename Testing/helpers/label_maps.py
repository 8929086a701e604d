"""Label maps of ellipsoids, for what reads known heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk


def ellipsoid_label_map(
    half_axes=(38.0, 48.0, 40.0), centre=(0.0, 0.0, 0.0), spacing=(1.5, 1.5, 1.5), *, axes: str = "LPS", hollow=0.0
) -> sitk.Image:
    """1 inside the ellipsoid; `hollow` mm leaves a shell of that thickness, open at the base. Stored along `axes`."""
    half, middle, step = (np.asarray(values, float) for values in (half_axes, centre, spacing))
    origin = middle - half - 6 * step
    count = np.ceil(2 * half / step).astype(int) + 13
    z, y, x = np.meshgrid(*(origin[i] + step[i] * np.arange(count[i]) - middle[i] for i in (2, 1, 0)), indexing="ij")

    def inside(h: np.ndarray) -> np.ndarray:
        return (x / h[0]) ** 2 + (y / h[1]) ** 2 + (z / h[2]) ** 2 <= 1

    mask = inside(half)
    if hollow:
        mask &= ~inside(half - hollow) & ~((z < 0) & (np.hypot(x, y) < 15))
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.SetOrigin(origin.tolist())
    image.SetSpacing(step.tolist())
    return sitk.DICOMOrient(image, axes)


def write_ellipsoid(path: Path, *shape, **options) -> Path:
    """Write `ellipsoid_label_map` and return its path."""
    sitk.WriteImage(ellipsoid_label_map(*shape, **options), str(path))
    return path
