"""Label maps of hearts as nodes of a scene: segmentations, label map volumes and sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import slicer

from GenerativeModelsLib.heart.labels.label_map import LabelMap
from GenerativeModelsScene.nodes.geometry import vtk_matrix
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import add_node
from GenerativeModelsScene.nodes.volumes import fill_volume

NAMES = {"lv": "LV cavity", "myo": "Myocardium", "rv": "Right ventricle"}


def from_file(path: Path) -> LabelMap:
    """The label map of a file, whole and as it is."""
    import SimpleITK as sitk

    from GenerativeModelsLib.heart.labels.label_map import parse_labels
    from GenerativeModelsLib.label_files.files import lps_matrix

    image = sitk.ReadImage(str(path))
    return LabelMap(sitk.GetArrayFromImage(image), parse_labels("acdc"), lps_matrix(image), path.name)


def add_label_map(
    scene,
    label_map: LabelMap,
    name: str = "ED",
    kind: str = "vtkMRMLLabelMapVolumeNode",
    values: np.ndarray | None = None,
):
    """A volume node with the values of a label map, or other `values` (k, j, i) on its grid."""
    node = add_node(scene, kind, name)
    array = label_map.values if values is None else values
    fill_volume(node, array.astype(np.int16) if array.dtype.kind in "iub" else array, LPS_TO_RAS @ label_map.to_lps)
    return node


def add_segmentation(
    scene,
    label_map: LabelMap,
    name: str = "ED",
    names: Mapping[str, str] = NAMES,
    masks: Mapping[str, np.ndarray] | None = None,
):
    """A segmentation node of binary label maps by structure, with the label map's grid as reference geometry.

    Parameters
    ----------
    names
        Structure -> name of its segment; its ID is "id of " and the structure.
    masks
        Structure -> (k, j, i) bool; None = those of the label map.
    """
    node = add_node(scene, "vtkMRMLSegmentationNode", name)
    to_ras = LPS_TO_RAS @ label_map.to_lps
    converter = slicer.vtkSegmentationConverter
    size = label_map.values.shape[::-1]
    whole = slicer.vtkOrientedImageData()
    whole.SetImageToWorldMatrix(vtk_matrix(to_ras))
    whole.SetExtent(0, size[0] - 1, 0, size[1] - 1, 0, size[2] - 1)
    node.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(whole)
    )
    for structure, called in names.items():
        mask = label_map.mask(structure) if masks is None else masks[structure]
        node.AddSegmentFromBinaryLabelmapRepresentation(
            oriented(mask, to_ras), called, [0.5, 0.5, 0.5], f"id of {structure}"
        )
    return node


def oriented(mask: np.ndarray, to_ras: np.ndarray):
    """vtkOrientedImageData of a mask (k, j, i), cropped to its voxels as Slicer keeps segments."""
    from vtkmodules.util.numpy_support import numpy_to_vtk

    image = slicer.vtkOrientedImageData()
    image.SetImageToWorldMatrix(vtk_matrix(to_ras))
    found = np.argwhere(mask)
    if not len(found):
        image.SetExtent(0, -1, 0, -1, 0, -1)
        return image
    low, high = found.min(0), found.max(0)
    image.SetExtent(*np.stack([low, high], axis=1)[::-1].ravel().tolist())
    cut = mask[tuple(slice(a, b + 1) for a, b in zip(low, high))]
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(cut).astype(np.uint8).ravel(), deep=True))
    return image


def add_sequence(scene, nodes: Sequence, name: str = "cine", index: Sequence[str] | None = None, unit: str = "s"):
    """A sequence node of copies of `nodes`, which are taken out of the scene."""
    sequence = add_node(scene, "vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit(unit)
    if index is not None and not all(text.replace(".", "").isdigit() for text in index):
        sequence.SetIndexType(sequence.TextIndex)
    for number, node in enumerate(nodes):
        sequence.SetDataNodeAtValue(node, index[number] if index is not None else f"{0.05 * number:g}")
        scene.RemoveNode(node)
    return sequence


def move(node, matrix: np.ndarray, name: str = "moved"):
    """Put a node under a linear transform (4, 4) RAS -> RAS."""
    transform = add_node(node.GetScene(), "vtkMRMLLinearTransformNode", name)
    transform.SetMatrixTransformToParent(vtk_matrix(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform
