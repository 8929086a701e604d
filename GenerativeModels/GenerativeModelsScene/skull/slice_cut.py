"""The cut that a slice view shows of a 3D volume, as an image volume of its own."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.planes.image import MIN_SIDE_PX
from GenerativeModelsScene.nodes.geometry import (
    CUT_ATTRIBUTE,
    ijk_to_ras,
    matrix_array,
    parent_to_world,
    plane_geometry,
    vtk_matrix,
)
from GenerativeModelsScene.skull.spacing import give_spacing, mark_spacing, user_correction, volume_spacing_known

SOURCE_ROLE = "GenerativeModels.CutVolume"
"""Node reference from a cut to the volume it was cut from."""
MAX_SIDE_PX = 2048
"""Pixels a side above which the pixels of a cut become larger than the voxels."""


def cut_volume(scene, volume_node, slice_node, name: str):
    """The plane of a slice view through a 3D volume, as a one-slice volume in the scene.

    It reaches as far as the volume does, not only as far as the view shows, has square pixels as large as the smallest
    side of a voxel, its rows run down the view, and it lies where it was cut. Pixels outside the volume get its lowest
    value. The cut of the same volume for the same plane is used again, not doubled, and keeps a spacing that the user
    gave for it.

    Parameters
    ----------
    scene
        Scene of all these nodes.
    volume_node
        Scalar volume; its parent transforms must be linear, they may scale and shear.
    slice_node
        vtkMRMLSliceNode of the view.
    name
        "axial", "sagittal" or "coronal": what the cut is for.

    Returns
    -------
    vtkMRMLScalarVolumeNode
        (1, rows, columns) in the number type of the volume.

    Raises
    ------
    InputError
        No volume, one that is no 3D grey volume, no slice view, a view that misses the volume or only grazes it.
    """
    image = _volume_image(scene, volume_node, name)
    called = f"The volume '{volume_node.GetName()}'"
    if slice_node is None or slice_node.GetScene() is not scene or not slice_node.IsA("vtkMRMLSliceNode"):
        raise InputError(f"The slice view for the {name} image is not there: choose another view.")
    world = parent_to_world(volume_node, called) @ ijk_to_ras(volume_node)
    frame = _view_frame(slice_node)
    box = _section_box(np.linalg.inv(frame) @ world, image.GetDimensions())
    if box is None:
        raise InputError(f"{called} is not cut by the slice view {slice_node.GetName()}: move the slice into it.")
    low, high = box
    pixel_mm = max(float(np.linalg.norm(world[:3, :3], axis=0).min()), float((high - low).max()) / MAX_SIDE_PX)
    # A cut along the voxels must give the voxels, so a rest of rounding errors makes no further row.
    columns, rows = (max(1, int(np.ceil(side / pixel_mm - 1e-4))) for side in high - low)
    if min(rows, columns) < MIN_SIDE_PX:
        raise InputError(
            f"{called} is cut by the slice view {slice_node.GetName()} in {rows} x {columns} pixels only: expected at "
            f"least {MIN_SIDE_PX} a side, move or turn the slice."
        )
    first = (low + high - pixel_mm * (np.array([columns, rows]) - 1)) / 2
    to_ras = frame @ np.array(
        [[pixel_mm, 0, 0, first[0]], [0, pixel_mm, 0, first[1]], [0, 0, pixel_mm, 0], [0, 0, 0, 1]]
    )
    pixels = _resliced(image, np.linalg.inv(world) @ to_ras, columns, rows)
    cut = _cut_node(scene, volume_node, name)
    correction = user_correction(cut)
    modified = cut.StartModify()
    cut.SetAndObserveTransformNodeID(None)
    cut.SetIJKToRASMatrix(vtk_matrix(to_ras))
    cut.SetAndObserveImageData(pixels)
    mark_spacing(cut, "volume" if volume_spacing_known(volume_node) else "unknown")
    cut.EndModify(modified)
    if correction:
        geometry = plane_geometry(cut, pixels.GetDimensions(), f"The {name} cut")
        give_spacing(cut, geometry, (pixel_mm * correction[1], pixel_mm * correction[0]))
    return cut


def _volume_image(scene, volume_node, name: str):
    """The vtkImageData of a 3D grey volume."""
    if volume_node is None:
        raise InputError(f"No volume to take the {name} image from: show a 3D volume in the slice view.")
    called = f"The volume '{volume_node.GetName()}'"
    if volume_node.GetScene() is not scene:
        raise InputError(f"{called} is no longer in the scene: load it again or choose another.")
    image = volume_node.GetImageData() if volume_node.IsA("vtkMRMLVolumeNode") else None
    if image is None or min(image.GetDimensions()) < 1 or image.GetPointData().GetScalars() is None:
        raise InputError(f"{called} is empty, it has no voxels: load it again or choose another.")
    sizes = image.GetDimensions()
    if min(sizes) < 2:
        raise InputError(
            f"{called} of {sizes[0]} x {sizes[1]} x {sizes[2]} voxels is a plane already: choose it as {name} image."
        )
    channels = image.GetNumberOfScalarComponents()
    if channels != 1:
        raise InputError(
            f"{called} holds {channels} numbers a voxel: expected grey levels, convert it in the module Vector to "
            f"Scalar Volume."
        )
    return image


def _view_frame(slice_node) -> np.ndarray:
    """(4, 4): (right, down, depth) in mm of a slice view -> RAS world; a proper rigid motion, origin in its plane."""
    view = matrix_array(slice_node.GetSliceToRAS())
    right, down = view[:3, 0] / np.linalg.norm(view[:3, 0]), -view[:3, 1] / np.linalg.norm(view[:3, 1])
    frame = np.eye(4)
    frame[:3] = np.stack([right, down, np.cross(right, down), view[:3, 3]], axis=1)
    return frame


def _section_box(to_frame: np.ndarray, sizes: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray] | None:
    """Least and greatest (right, down) of where the plane depth = 0 cuts the voxels; None where it misses them.

    `to_frame` (4, 4) takes voxel indices to the frame; a voxel reaches half an index about its centre.
    """
    steps = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    corners = (steps * np.array(sizes) - 0.5) @ to_frame[:3, :3].T + to_frame[:3, 3]
    depth = np.where(np.abs(corners[:, 2]) < 1e-9 * np.ptp(corners, axis=0).max(), 0.0, corners[:, 2])
    points = list(corners[depth == 0, :2])
    for one in range(8):
        for other in range(one + 1, 8):
            if np.abs(steps[one] - steps[other]).sum() == 1 and depth[one] * depth[other] < 0:
                share = depth[one] / (depth[one] - depth[other])
                points.append(corners[one, :2] + share * (corners[other, :2] - corners[one, :2]))
    return (np.min(points, axis=0), np.max(points, axis=0)) if points else None


def _resliced(image, to_ijk: np.ndarray, columns: int, rows: int):
    """vtkImageData (columns, rows, 1), interpolated linearly; `to_ijk` (4, 4) takes its indices to those of `image`."""
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkImagingCore import vtkImageReslice

    reslice = vtkImageReslice()
    reslice.SetInputData(image)
    reslice.SetResliceAxes(vtk_matrix(to_ijk))
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputExtent(0, columns - 1, 0, rows - 1, 0, 0)
    reslice.SetInterpolationModeToLinear()
    reslice.SetBackgroundLevel(image.GetScalarRange()[0])
    reslice.Update()
    cut = vtkImageData()
    cut.ShallowCopy(reslice.GetOutput())
    return cut


def _cut_node(scene, volume_node, name: str):
    """The node of an earlier cut of the volume for this plane, else a new one shown as the volume is."""
    kind = "vtkMRMLScalarVolumeNode"
    for index in range(scene.GetNumberOfNodesByClass(kind)):
        node = scene.GetNthNodeByClass(index, kind)
        if node.GetAttribute(CUT_ATTRIBUTE) == name and node.GetNodeReference(SOURCE_ROLE) is volume_node:
            return node
    node = scene.AddNewNodeByClass(kind, f"{volume_node.GetName()} {name} cut")
    node.SetAttribute(CUT_ATTRIBUTE, name)
    node.SetNodeReferenceID(SOURCE_ROLE, volume_node.GetID())
    node.CreateDefaultDisplayNodes()
    shown, display = volume_node.GetDisplayNode(), node.GetDisplayNode()
    if shown and display and shown.IsA("vtkMRMLScalarVolumeDisplayNode"):
        display.SetAutoWindowLevel(False)
        display.SetWindowLevel(shown.GetWindow(), shown.GetLevel())
    return node
