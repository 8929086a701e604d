"""Conversion of a fetal intracranial mask (MRI template) to a star-shaped outer skull surface."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, gaussian_filter1d

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels
from GenerativeModelsLib.skull.shape.cast import DEGREE, head_about_largest_section
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.skull.shape.star_surface import HeadShape

if TYPE_CHECKING:
    import SimpleITK as sitk

BONE_MM = 1.2
"""Skull thickness added outside the mask; about 1.0 to 1.3 mm at birth (cuMIP normative tables), less before."""
CLOSING_SHARE = 0.22
"""Radius of the ball that closes the mask, as a share of its length; it closes Sylvian fissures and orbits."""
BASE_DEPTH_SHARE = 0.12
"""Depth below the largest axial section, as a share of the length, at which the base begins."""
CEREBELLUM, BRAINSTEM = 3, 7
"""Labels of the parcellation."""


@dataclass(frozen=True)
class BaseConvention:
    """How the base of a head is closed, which an intracranial mask leaves open.

    Attributes
    ----------
    closing_share : radius of the ball that closes the base, as a share of the mask's length; it fills the regions of
        petrous bones, clivus and face.
    brainstem : whether the brainstem below the cerebellum belongs to the head.
    """

    closing_share: float
    brainstem: bool = False


CONVENTIONS = {
    "closed": BaseConvention(0.45),
    "tight": BaseConvention(0.22),
    "brainstem": BaseConvention(0.45, brainstem=True),
}
"""The convention of this project's evaluations, "closed"; a base that follows the mask; and one that
includes the brainstem and the foramen magnum."""


@dataclass(frozen=True)
class TemplateHead:
    """Outer skull of a template in the head frame, with the ellipse of its axial outline."""

    shape: HeadShape
    outline: Ellipse
    gestational_age_weeks: float | None
    origin_mm: tuple[float, float, float]
    """Origin of the head frame in the LPS frame of the mask (for an array the first voxel is at 0, 0, 0)."""


def head_from_mask(
    mask: np.ndarray,
    spacing_mm: float,
    parcellation: np.ndarray | None = None,
    *,
    bone_mm: float = BONE_MM,
    degree: int = DEGREE,
    base: BaseConvention = CONVENTIONS["closed"],
) -> TemplateHead:
    """Outer skull surface around an intracranial mask.

    The brainstem below the cerebellum is removed (with a parcellation, unless `base` keeps it), the rest is closed with
    balls, dilated by the bone thickness, and converted to radii about the centre of the ellipse fitted to the largest
    axial section.

    Parameters
    ----------
    mask
        (z, y, x) bool, axes along +z superior, +y posterior, +x left (LPS), isotropic.
    spacing_mm
        Voxel size.
    parcellation
        Labels of the same shape, 3 cerebellum and 7 brainstem.

    Raises
    ------
    InputError
        The mask is empty.
    """
    mask = np.asarray(mask, bool)
    if not mask.any():
        raise InputError("mask is empty; expected an intracranial mask with voxels above 0.")
    if not base.brainstem and parcellation is not None and (parcellation == CEREBELLUM).any():
        floor = int(np.nonzero((parcellation == CEREBELLUM).any(axis=(1, 2)))[0].min())
        mask = mask.copy()
        mask[:floor] &= parcellation[:floor] != BRAINSTEM
    length = np.ptp(np.nonzero(mask.any(axis=(0, 2)))[0]) * spacing_mm
    distance, corner = _closed_distance(mask, spacing_mm, length, base.closing_share)
    distance = distance - bone_mm
    shape, outline, centre = head_about_largest_section(distance, spacing_mm, degree)
    origin = tuple(float(v) for v in centre + corner * spacing_mm)
    return TemplateHead(shape, outline, None, origin)


def parcellation_of(mask: Path) -> Path | None:
    """The parcellation that lies beside a template's mask; None if there is none."""
    beside = mask.with_name(mask.name.replace("_mask", "_parcellation"))
    return beside if beside != mask and beside.is_file() else None


def read_template(
    mask_path: str | Path,
    *,
    bone_mm: float = BONE_MM,
    degree: int = DEGREE,
    base: BaseConvention = CONVENTIONS["closed"],
) -> TemplateHead:
    """Outer skull of a template file; see `head_from_mask`.

    Parameters
    ----------
    mask_path
        ``<name>_mask.nii.gz`` with ``ga<weeks>`` in its name; ``<name>_parcellation.nii.gz`` is read from its folder.

    Raises
    ------
    InputError
        The file cannot be read, is not isotropic, or its name has no gestational age.
    """
    import SimpleITK as sitk

    path = Path(mask_path)
    weeks = re.search(r"ga(\d+)", path.name)
    if weeks is None:
        raise InputError(f"{path.name} has no gestational age in its name; expected a name like sb_ga31_mask.nii.gz.")
    if not path.is_file():
        raise InputError(f"{path} does not exist, so it cannot be read: check the path.")
    try:
        image = sitk.DICOMOrient(_image(path), "LPS")
        beside = parcellation_of(path)
        labels = None
        if beside is not None:
            labels = sitk.GetArrayFromImage(sitk.DICOMOrient(_image(beside), "LPS"))
    except RuntimeError:
        raise InputError(f"{path} cannot be read as an image; expected a NIfTI mask.") from None
    spacing = image.GetSpacing()
    if np.ptp(spacing) > 1e-3:
        raise InputError(f"{path} has spacing {spacing} mm; expected isotropic voxels, resample it first.")
    mask = sitk.GetArrayFromImage(image) > 0
    head = head_from_mask(mask, spacing[0], labels, bone_mm=bone_mm, degree=degree, base=base)
    # directions are +x, +y, +z after the reorientation, so that offsets can be added
    origin = tuple(float(a + b) for a, b in zip(image.GetOrigin(), head.origin_mm))
    return TemplateHead(head.shape, head.outline, float(weeks.group(1)), origin)


def _image(path: Path) -> sitk.Image:
    return read_pixels(image_reader(path, str(path)), str(path))


def _closed_distance(
    mask: np.ndarray, spacing_mm: float, length_mm: float, base_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance in mm (negative inside) of the closed mask, and the corner (x, y, z) of its crop in voxels."""
    pad = int(np.ceil(max(base_share, CLOSING_SHARE) * length_mm / spacing_mm)) + 6
    ranges = [np.nonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))[0] for axis in range(3)]
    crop = np.pad(mask[tuple(slice(r.min(), r.max() + 1) for r in ranges)], pad)
    outside = distance_transform_edt(~crop, sampling=spacing_mm)
    level = int(gaussian_filter1d(crop.sum(axis=(1, 2)).astype(float), 2.0).argmax())
    base = np.arange(len(crop)) < level - BASE_DEPTH_SHARE * length_mm / spacing_mm
    closed = _close(outside, CLOSING_SHARE * length_mm, spacing_mm)
    closed[base] |= _close(outside, base_share * length_mm, spacing_mm)[base]
    signed = distance_transform_edt(~closed, sampling=spacing_mm) - distance_transform_edt(closed, sampling=spacing_mm)
    return gaussian_filter(signed, 1.0), np.array([r.min() - pad for r in ranges[::-1]], float)


def _close(outside_mm: np.ndarray, radius_mm: float, spacing_mm: float) -> np.ndarray:
    """Morphological closing by a ball of the body whose outside distances are `outside_mm`."""
    return distance_transform_edt(outside_mm <= radius_mm, sampling=spacing_mm) > radius_mm
