"""Conversion between surfaces, label maps and signed distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import to_polydata
from GenerativeModelsLib.image_files.reader import image_reader, read_pixels

__all__ = [
    "SMOOTHING_VOXELS",
    "read_label_map",
    "signed_distance",
    "surface_from_image",
    "surface_from_mask",
    "voxelize",
]

SMOOTHING_VOXELS = 1.0
"""Standard deviation, in voxels along each axis, of the Gaussian that turns a mask into a smooth field."""


def voxelize(surface: Surface, grid: Grid) -> np.ndarray:
    """Label map (z, y, x) uint8 on `grid`: 1 where the voxel centre lies inside the closed `surface`."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkImagingStencil import vtkImageStencilToImage, vtkPolyDataToImageStencil

    stencil = vtkPolyDataToImageStencil()
    stencil.SetInputData(to_polydata(Surface(surface.points, surface.triangles)))
    stencil.SetOutputOrigin(grid.origin_mm)
    stencil.SetOutputSpacing(grid.spacing_mm)
    depth, height, width = grid.shape_zyx
    stencil.SetOutputWholeExtent(0, width - 1, 0, height - 1, 0, depth - 1)
    stencil.SetTolerance(0.0)
    image = vtkImageStencilToImage()
    image.SetInputConnection(stencil.GetOutputPort())
    image.SetInsideValue(1)
    image.SetOutsideValue(0)
    image.SetOutputScalarTypeToUnsignedChar()
    image.Update()
    return np.array(vtk_to_numpy(image.GetOutput().GetPointData().GetScalars())).reshape(grid.shape_zyx)


def signed_distance(
    mask: np.ndarray, spacing_zyx: tuple[float, float, float], *, smoothing_voxels: float = SMOOTHING_VOXELS
) -> np.ndarray:
    """Sub-voxel signed distance (z, y, x) in mm, negative inside, of a boolean or label `mask`; float32.

    Near the border the mask is smoothed by a Gaussian of `smoothing_voxels`; the probit of the result is linear across
    a flat border and is divided by its gradient. The zero level is then smooth and has sub-voxel position. Farther away
    the Euclidean distance transform, less half a voxel, is used. A border with radius of curvature r shrinks by about
    s^2 / r for a smoothing of s mm; walls thinner than two voxels are lost.

    Raises
    ------
    ValueError
        The mask is empty or fills the whole grid.
    """
    from scipy.ndimage import distance_transform_edt, gaussian_filter
    from scipy.special import ndtri

    inside = np.asarray(mask) > 0
    if inside.all() or not inside.any():
        raise ValueError(f"The mask holds {inside.sum()} of {inside.size} voxels: there is no border.")
    spacing = np.asarray(spacing_zyx, float)
    far = (distance_transform_edt(~inside, spacing) - distance_transform_edt(inside, spacing)).astype(np.float32)
    step = float(spacing.max())
    share = gaussian_filter(inside.astype(np.float32), smoothing_voxels, mode="nearest", truncate=5)
    level = -ndtri(np.clip(share, 1e-4, 1 - 1e-4))
    slope = np.sqrt(sum(g**2 for g in np.gradient(level, *spacing)))
    near = level / np.maximum(slope, 0.2 / step)
    far -= np.sign(far) * np.float32(spacing.min() / 2)
    weight = np.clip(2 - np.abs(level) / 1.2, 0.0, 1.0)  # 1 within 1.2 standard deviations, 0 beyond 2.4
    return (weight * near + (1 - weight) * far).astype(np.float32)


def surface_from_mask(mask: np.ndarray, grid: Grid, *, smoothing_voxels: float = SMOOTHING_VOXELS) -> Surface:
    """The closed surface of the largest part of `mask` (z, y, x) on `grid`, accurate to a few hundredths of a voxel.

    Raises
    ------
    ValueError
        The mask is empty.
    """
    grid.require(mask)
    inside = np.asarray(mask) > 0
    if not inside.any():
        raise ValueError("The mask is empty: there is no surface.")
    margin = 2 + int(np.ceil(4 * smoothing_voxels))
    ranges = [np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    first = np.array([found[0] for found in ranges])
    box = tuple(slice(found[0], found[-1] + 1) for found in ranges)
    cropped = np.pad(inside[box], margin)
    origin = np.array(grid.origin_mm) + (first[::-1] - margin) * grid.spacing_mm
    crop = Grid(tuple(origin), grid.spacing_mm, cropped.shape)
    distance = signed_distance(cropped, grid.spacing_zyx, smoothing_voxels=smoothing_voxels)
    return Surface.from_field(distance, crop)


def surface_from_image(image) -> Surface:
    """The closed surface, in LPS mm, of the nonzero voxels of a 3D SimpleITK label map of any orientation."""
    import SimpleITK as sitk

    grid = Grid((0.0, 0.0, 0.0), image.GetSpacing(), image.GetSize()[::-1])
    surface = surface_from_mask(sitk.GetArrayViewFromImage(image) != 0, grid)
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3))
    matrix[:3, 3] = image.GetOrigin()
    return surface.transformed(matrix)


def read_label_map(path: str | Path):
    """The 3D label map of a file (NIfTI, NRRD, MHA ...) as a SimpleITK image, with at least one nonzero voxel.

    Raises
    ------
    InputError
        The file is missing, unreadable or empty, its format differs from its suffix, it is not three-dimensional with
        one value per voxel, or its header names a file in another folder.
    """
    import SimpleITK as sitk

    path = Path(path)
    if not path.is_file():
        raise InputError(f"Label map {path} does not exist.")
    label = f"Label map {path}"
    try:
        image = read_pixels(image_reader(path, label), label)
    except RuntimeError as error:
        raise InputError(f"Label map {path} cannot be read; expected NIfTI, NRRD or MHA.") from error
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1 or min(image.GetSize()) < 2:
        raise InputError(
            f"Label map {path} has size {image.GetSize()} and {image.GetNumberOfComponentsPerPixel()} values a voxel; "
            "expected a 3D volume with one."
        )
    if not np.any(sitk.GetArrayViewFromImage(image)):
        raise InputError(f"Label map {path} is empty: every voxel is 0.")
    return image
