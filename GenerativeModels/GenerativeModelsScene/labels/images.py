"""Hearts as arrays: the label map of the chosen structures in nodes, with its place in the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import slicer
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import (
    TOLERANCE,
    ijk_to_ras,
    matrix_array,
    require_right_angles,
    vtk_matrix,
)
from GenerativeModelsScene.nodes.volumes import image_values

__all__ = ["VALUES", "LabelImage", "is_empty", "label_images", "volume_ml"]

VALUES = {"lv": 3, "myo": 2, "rv": 1, "la": 4}
"""Structure -> its value in a `LabelImage`."""
SURFACE_VOXEL_MM = 1.0
"""Voxels of segments that are surfaces alone."""
SURFACE_MARGIN_MM = 15.0
_BINARY = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()

_SURFACE = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()


@dataclass(frozen=True, eq=False)
class LabelImage:
    """A label map taken out of a scene; later changes of the scene do not touch it.

    Attributes
    ----------
    values : (k, j, i) uint8, 3 cavity, 2 myocardium, 1 right ventricle, 4 left atrium, 0 anything else.
    to_ras : (4, 4) voxel index (i, j, k, 1) -> RAS mm of the world, linear parent transforms included.
    """

    values: np.ndarray
    to_ras: np.ndarray

    def bounds(self) -> np.ndarray:
        """(2, 3) lowest and highest RAS mm of the cavity's and the myocardium's voxels; NaN without any."""
        found = np.argwhere((self.values == VALUES["lv"]) | (self.values == VALUES["myo"]))[:, ::-1]
        if not len(found):
            return np.full((2, 3), np.nan)
        points = found @ self.to_ras[:3, :3].T + self.to_ras[:3, 3]
        return np.stack([points.min(0), points.max(0)])


def label_images(
    nodes: Sequence[slicer.vtkMRMLNode | None],
    chosen: Mapping[str, str],
    called: str,
    to_world: np.ndarray,
) -> list[LabelImage]:
    """The label maps of nodes of one kind, all on one grid: one node, or the items of a sequence.

    Parameters
    ----------
    nodes
        Segmentations or volumes; None is an item without a label.
    chosen
        Structure -> ID of the segment, or value as text.
    called
        Begins messages.
    to_world
        (4, 4) RAS of the nodes -> RAS of the world.

    Raises
    ------
    InputError
        Segments overlap or are surfaces that cannot be converted, items lie on different grids, or parent transforms
        are not linear or shear.
    """
    first = next(node for node in nodes if node is not None)
    if first.IsA("vtkMRMLSegmentationNode"):
        maps, own = _of_segmentations(nodes, chosen, called)
    else:
        maps, own = _of_volumes(nodes, chosen, called)
    to_ras = own if np.array_equal(to_world, np.eye(4)) else to_world @ own
    require_right_angles(to_ras, called)
    return [LabelImage(values, to_ras) for values in maps]


def is_empty(node: slicer.vtkMRMLNode, id: str) -> bool:
    """Whether a segment has no voxel, nor a surface; a value that a label map holds is never empty."""
    segment = node.GetSegmentation().GetSegment(id) if node.IsA("vtkMRMLSegmentationNode") else None
    if segment is None:
        return False
    image = segment.GetRepresentation(_BINARY)
    if image is not None:
        return image.IsEmpty() or not (image_values(image) == segment.GetLabelValue()).any()
    surface = segment.GetRepresentation(_SURFACE)
    return surface is None or not surface.GetNumberOfPoints()


def volume_ml(node: slicer.vtkMRMLNode, id: str, name: str = "") -> float:
    """Volume in ml of the voxels of a segment, or of a value as text, in the node's own space; 0 if it is not there.

    Segments that are surfaces alone are converted. One that is not there by its ID is looked up by its name.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        segment = _segment(_with_voxels(node, node.GetName()), id, name)
        image = None if segment is None else segment.GetRepresentation(_BINARY)
        if image is None or image.IsEmpty():
            return 0.0
        count, matrix = np.count_nonzero(image_values(image) == segment.GetLabelValue()), _image_to_ras(image)
    elif node.GetImageData() is None:
        return 0.0
    else:
        count, matrix = np.count_nonzero(image_values(node.GetImageData()) == int(id)), ijk_to_ras(node)
    return float(count) * abs(float(np.linalg.det(matrix[:3, :3]))) / 1000


def _of_volumes(nodes: Sequence, chosen: Mapping[str, str], called: str) -> tuple[list, np.ndarray]:
    """(k, j, i) uint8 of each node, and the index -> RAS matrix (4, 4) of all."""
    first = next(node for node in nodes if node is not None and node.GetImageData() is not None)
    shape, own = image_values(first.GetImageData()).shape, ijk_to_ras(first)
    maps = []
    for number, node in enumerate(nodes):
        values = np.zeros(shape, np.uint8)
        if node is not None and node.GetImageData() is not None:
            voxels = image_values(node.GetImageData())
            if voxels.shape != shape or not _same_place(ijk_to_ras(node), own):
                raise _other_grid(number, called)
            for structure, id in chosen.items():
                values[voxels == int(id)] = VALUES[structure]
        maps.append(values)
    return maps, own


def _of_segmentations(nodes: Sequence, chosen: Mapping[str, str], called: str) -> tuple[list, np.ndarray]:
    """As `_of_volumes`, in the reference geometry, which is widened to hold all segments."""
    segmentations = [None if node is None else _with_voxels(node, called) for node in nodes]
    filled = [held for held in segmentations if held is not None and held.GetNumberOfSegments()]
    named = [
        held.GetSegment(id).GetName() if held.GetSegment(id) else id for held in filled[:1] for id in chosen.values()
    ]
    names = dict(zip(chosen, named))
    parts = [
        {} if held not in filled else _parts(held, chosen, names, number, called)
        for number, held in enumerate(segmentations)
    ]
    reference = _reference(filled, parts)
    extents = [_extent_in(reference, part) for some in parts for part, _ in some.values()]
    low, high = (np.array([reference.GetExtent(), *extents])[:, side::2] for side in (0, 1))
    reference.SetExtent(*np.stack([low.min(0), high.max(0)], axis=1).ravel().tolist())
    to_ras = _image_to_ras(reference)
    to_ras[:3, 3] += to_ras[:3, :3] @ low.min(0)
    return [_joined(some, reference, names, called) for some in parts], to_ras


def _with_voxels(node: slicer.vtkMRMLSegmentationNode, called: str) -> slicer.vtkSegmentation:
    """The segmentation with its voxels; one of surfaces alone is copied and converted, and the node not changed."""
    segmentation = node.GetSegmentation()
    if segmentation.ContainsRepresentation(_BINARY) or not segmentation.GetNumberOfSegments():
        return segmentation
    copy = slicer.vtkSegmentation()
    copy.DeepCopy(segmentation)
    if not copy.GetConversionParameter(slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()):
        _give_geometry(copy)
    if not copy.CreateRepresentation(_BINARY):
        raise InputError(
            f"{called} has no voxels, and its surfaces cannot be converted: create its Binary labelmap (module "
            "Segmentations, Representations)."
        )
    return copy


def _give_geometry(segmentation: slicer.vtkSegmentation) -> None:
    """Set a grid about all segments as the reference geometry."""
    bounds = np.zeros(6)
    segmentation.GetBounds(bounds)
    low, high = bounds[::2] - SURFACE_MARGIN_MM, bounds[1::2] + SURFACE_MARGIN_MM
    matrix = np.diag([*[SURFACE_VOXEL_MM] * 3, 1.0])
    matrix[:3, 3] = low
    last = np.ceil((high - low) / SURFACE_VOXEL_MM).astype(int)
    grid = slicer.vtkOrientedImageData()
    grid.SetImageToWorldMatrix(vtk_matrix(matrix))
    grid.SetExtent(*np.stack([0 * last, last], axis=1).ravel().tolist())
    converter = slicer.vtkSegmentationConverter
    segmentation.SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(grid)
    )


def _segment(segmentation: slicer.vtkSegmentation, id: str, name: str) -> slicer.vtkSegment | None:
    """The segment of that ID, else of that name; the items of a sequence may have IDs of their own."""
    return segmentation.GetSegment(id) or segmentation.GetSegment(segmentation.GetSegmentIdBySegmentName(name))


def _parts(
    segmentation: slicer.vtkSegmentation, chosen: Mapping[str, str], names: Mapping[str, str], number: int, called: str
) -> dict[str, tuple]:
    """Structure -> (image, value) of its segment, by ID and else by name; segments without a voxel are left out."""
    found = {}
    for structure, id in chosen.items():
        segment = _segment(segmentation, id, names[structure])
        if segment is None:
            raise InputError(
                f"{called} has no segment '{names[structure]}' in item {number}: name the segments alike in all items."
            )
        image = segment.GetRepresentation(_BINARY)
        if image is not None and not image.IsEmpty():
            found[structure] = image, segment.GetLabelValue()
    return found


def _reference(segmentations: Sequence, parts: Sequence[Mapping]) -> slicer.vtkOrientedImageData:
    """The first reference geometry that is stated; else that of the first segment."""
    converter = slicer.vtkSegmentationConverter
    reference = slicer.vtkOrientedImageData()
    for segmentation in segmentations:
        text = segmentation.GetConversionParameter(converter.GetReferenceImageGeometryParameterName())
        if text and converter.DeserializeImageGeometry(text, reference, False):
            return reference
    image = next((part for some in parts for part, _ in some.values()), None)
    if image is not None:
        reference.SetImageToWorldMatrix(vtk_matrix(_image_to_ras(image)))
        reference.SetExtent(image.GetExtent())
    return reference


def _extent_in(reference: slicer.vtkOrientedImageData, image: slicer.vtkOrientedImageData) -> list[int]:
    """The extent of `image` in voxels of `reference`."""
    low, high = np.array(image.GetExtent()).reshape(3, 2).T
    corners = np.stack(np.meshgrid(*np.stack([low, high], axis=1)), axis=-1).reshape(-1, 3)
    change = np.linalg.inv(_image_to_ras(reference)) @ _image_to_ras(image)
    found = corners @ change[:3, :3].T + change[:3, 3]
    ends = np.stack([np.floor(found.min(0) + TOLERANCE), np.ceil(found.max(0) - TOLERANCE)], axis=1)
    return ends.astype(int).ravel().tolist()


def _joined(
    parts: Mapping[str, tuple],
    reference: slicer.vtkOrientedImageData,
    names: Mapping[str, str],
    called: str,
) -> np.ndarray:
    """(k, j, i) values of the segments in the extent of `reference`."""
    start = np.array(reference.GetExtent()[::2])
    values = np.zeros(reference.GetDimensions()[::-1], np.uint8)
    for structure, (image, value) in parts.items():
        mask = image_values(image) == value
        place = values
        if _matches(image, reference):
            low = np.array(image.GetExtent()[::2]) - start
            place = values[tuple(slice(a, a + n) for a, n in zip(low[::-1], mask.shape))]
        else:
            mask = _resampled(image, mask, reference)
        shared = mask & (place != 0)
        if shared.any():
            number = int(np.bincount(place[shared]).argmax())
            other = next(names[name] for name in parts if VALUES[name] == number)
            raise InputError(
                f"{called} has the segments '{other}' and '{names[structure]}' overlapping in "
                f"{int(shared.sum())} voxels: subtract one from the other (Segment Editor, Logical operators)."
            )
        place[mask] = VALUES[structure]
    return values


def _resampled(image, mask: np.ndarray, reference: slicer.vtkOrientedImageData) -> np.ndarray:
    """`mask`, on the grid of `image`, on that of `reference`, by the nearest voxel."""
    one, placed = slicer.vtkOrientedImageData(), slicer.vtkOrientedImageData()
    one.SetImageToWorldMatrix(vtk_matrix(_image_to_ras(image)))
    one.SetExtent(image.GetExtent())
    one.GetPointData().SetScalars(numpy_to_vtk(mask.astype(np.uint8).ravel(), True, VTK_UNSIGNED_CHAR))
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(one, reference, placed)
    return image_values(placed) > 0


def _image_to_ras(image: slicer.vtkOrientedImageData) -> np.ndarray:
    matrix = vtk_matrix(np.eye(4))
    image.GetImageToWorldMatrix(matrix)
    return matrix_array(matrix)


def _matches(image, reference) -> bool:
    return _same_place(_image_to_ras(image), _image_to_ras(reference))


def _same_place(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two index -> RAS matrices (4, 4) are the same grid."""
    return bool(np.allclose(one, other, rtol=0, atol=TOLERANCE))


def _other_grid(number: int, called: str) -> InputError:
    return InputError(
        f"{called} has item {number} on another grid than the items before: resample all items onto one grid."
    )
