"""What a synthesis takes out of a scene, for modules and scripts: labels and style, checked, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.label_files.values import labels_text
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsScene.labels.files import file_stem, write_label_images
from GenerativeModelsScene.labels.images import VALUES
from GenerativeModelsScene.labels.inputs import holds_ventricle, labelled_images, require_labels
from GenerativeModelsScene.labels.structures import (
    USUAL_VALUES,
    LabelStructures,
    called,
    chosen_in,
    structures_of,
)
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, parent_to_world, require_right_angles
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.volumes import image_values

__all__ = [
    "may_be_drawn",
    "structures_in",
    "synthesis_key",
    "synthesis_problem",
    "synthesis_request",
    "synthesis_title",
]

FIELD, STYLE = "labels", "style"
"""Fields of the request that are nodes."""
_LEAST = 1
"""Number of items that a sequence needs."""
_MODALITY = "DICOM.Modality"
"""Attribute of an item of the subject hierarchy that Slicer's DICOM module loaded."""


def synthesis_key(node: slicer.vtkMRMLNode) -> str:
    """Key of the case of a node of labels: drawing twice updates it and makes no second one."""
    return node.GetID()


def synthesis_title(node: slicer.vtkMRMLNode) -> str:
    """Title of the case of a node."""
    return node.GetName() or IMAGES.title


def structures_in(node: slicer.vtkMRMLNode | None) -> LabelStructures:
    """The structures in a node; raises as `structures_of`."""
    return structures_of(node, FIELD, USUAL_VALUES, _LEAST)


def may_be_drawn(node: slicer.vtkMRMLNode) -> bool:
    """Whether a node of the user's holds cavity and wall of a left ventricle."""
    return holds_ventricle(node, USUAL_VALUES, _LEAST)


def synthesis_problem(
    labels: slicer.vtkMRMLNode | None,
    style: slicer.vtkMRMLNode | None = None,
    structures: Mapping[str, Any] | None = None,
    **options: Any,
) -> str | None:
    """The one sentence why nodes or options cannot be used, in the words of a window; None if they can.

    Compares no voxels, so that it may be asked at each change of the scene; see `synthesis_request` for the parameters.
    """
    try:
        chosen = _chosen(labels, structures)
        ImageSynthesisRequest(labels=Path(FIELD), style=None if style is None else Path(STYLE), **options)
        require_labels(labels, chosen, FIELD)
        if style is not None:
            _style_to_world(style)
    except InputError as problem:
        return IMAGES.in_window_words(problem)
    return None


def synthesis_request(
    labels: slicer.vtkMRMLNode | None,
    style: slicer.vtkMRMLNode | None = None,
    *,
    structures: Mapping[str, Any] | None = None,
    workspace: Path,
    title: str | None = None,
    identity: Mapping[str, str | None] | None = None,
    language: str = DEFAULT,
    **options: Any,
) -> ImageSynthesisRequest:
    """Write the labels and the style of nodes into `workspace` and ask for their images in `workspace`/case.

    They lie in the world of the scene. The nodes may change or go afterwards.

    Parameters
    ----------
    labels
        Segmentation, label map, or sequence of either.
    style
        Scalar volume of MR whose grey values are taken; None = a style is drawn.
    structures
        "lv", "myo" and "rv" -> the ID or name of a segment, or the value in a label map; None = by name, terminology
        and value, as `structures_in` finds them. What is not chosen is background.
    title, language
        As `ImageSynthesisRequest`.
    identity
        `case_id`, `examination_date`, `operator`, `institution`; what is missing is left empty.
    options
        `method`, `n`, `seed`, `model` and `device` of the request.

    Raises
    ------
    InputError
        A node or a value cannot be used; nothing is written.
    """
    chosen = _chosen(labels, structures)
    workspace = Path(workspace)
    path = workspace / "labels" / f"{file_stem(labels, 'labels')}.nrrd"
    style_path = None if style is None else workspace / "style" / f"{file_stem(style, 'style')}.nrrd"
    request = ImageSynthesisRequest(
        labels=path,
        style=style_path,
        label_values=labels_text({structure: VALUES[structure] for structure in chosen}),
        output=workspace / "case",
        title=title,
        language=language,
        **(identity or {}),
        **options,
    )
    images = labelled_images(labels, chosen, FIELD, _LEAST)
    to_ras = None if style is None else _style_to_world(style)
    write_label_images(path, images)
    if style_path is not None and to_ras is not None:
        _write_volume(style, to_ras, style_path)
    return request


def _chosen(labels: slicer.vtkMRMLNode | None, structures: Mapping[str, Any] | None) -> dict[str, str]:
    """Structure -> ID of its segment or value as text."""
    found = structures_in(labels)
    return chosen_in(found, called(labels, FIELD), structures)


def _style_to_world(style: slicer.vtkMRMLNode) -> np.ndarray:
    """(4, 4) voxel index -> RAS mm of the world of a style.

    Raises
    ------
    InputError
        It is gone, empty, a label map, in colour, of another modality, or under a transform that cannot be used.
    """
    start = called(style, STYLE)
    if style.GetScene() is None:
        raise InputError(f"{start} is no longer in the scene: load it again or choose another.")
    if not style.IsA("vtkMRMLScalarVolumeNode") or style.IsA("vtkMRMLLabelMapVolumeNode"):
        raise InputError(f"{start} is a {style.GetNodeTagName()}: choose a grey volume of cine MR.")
    image = style.GetImageData()
    if image is None or min(image.GetDimensions()) < 1 or image.GetPointData().GetScalars() is None:
        raise InputError(f"{start} is empty, it has no voxels: load it again or choose another.")
    if image.GetNumberOfScalarComponents() != 1:
        raise InputError(f"{start} is in colour: choose a grey volume of cine MR.")
    modality = _modality(style)
    if modality not in ("", "MR"):
        raise InputError(f"{start} is of the DICOM modality {modality}: choose an image of cine MR.")
    to_ras = parent_to_world(style, start) @ ijk_to_ras(style)
    require_right_angles(to_ras, start)
    return to_ras


def _modality(node: slicer.vtkMRMLNode) -> str:
    """Modality of a volume that was loaded from DICOM; "" where it is not known."""
    tree = node.GetScene().GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = 0 if tree is None else tree.GetItemByDataNode(node)
    return (tree.GetItemAttribute(item, _MODALITY) or "") if item else ""


def _write_volume(node: slicer.vtkMRMLScalarVolumeNode, to_ras: np.ndarray, path: Path) -> None:
    import SimpleITK as sitk

    path.parent.mkdir(parents=True, exist_ok=True)
    to_lps = LPS_TO_RAS @ to_ras
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    image = sitk.GetImageFromArray(image_values(node.GetImageData()))
    image.SetSpacing(spacing.tolist())
    image.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(to_lps[:3, 3].tolist())
    sitk.WriteImage(image, str(path), useCompression=True)
