"""Synthetic images as volumes, named, described and tagged as synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from GenerativeModelsLib.image_files.reader import read_pixels
from GenerativeModelsLib.label_files.files import lps_matrix, opened, unreadable
from GenerativeModelsLib.synthesis.images.anatomy import OVERVIEW
from GenerativeModelsLib.synthesis.images.read_case import read_case
from GenerativeModelsScene.nodes.hierarchy import show_folder
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.sequences import ROLES, index_of_frames, show_image_sequence
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.tables import show_text_table
from GenerativeModelsScene.nodes.texts import show_bytes, show_text
from GenerativeModelsScene.nodes.volumes import default_display, fill_volume
from GenerativeModelsScene.synthesis.case_nodes import (
    FILE,
    IMAGE,
    PREVIEW,
    REPORT,
    RESULT,
    TABLE,
    SynthesisNodes,
    find_images,
)

__all__ = ["SYNTHETIC", "show_images", "show_preview"]

SYNTHETIC = "GenerativeModels.Synthetic"
"""Node attribute of volumes that show nobody."""
WINDOW_PERCENT = (0.5, 99.5)
"""Percentiles of the grey values at the ends of the window."""
FRAMES_PER_SECOND = 8.0


def show_images(scene: slicer.vtkMRMLScene, folder: Path, *, key: str, title: str) -> SynthesisNodes:
    """Show the folder of synthetic images; the nodes of the same key are brought up to date.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read; nothing is changed in the scene.
    """
    case = read_case(folder)
    read = [_read(path) for path in case.images]
    store = NodeStore(scene, key)
    store.drop(PREVIEW)
    roles: list[str] = []
    for number, (values, to_ras) in enumerate(read):
        name = f"{title} synthetic {number + 1}"
        made, node = _show_image(store, f"{IMAGE}{number:04d}", name, values, to_ras, case.result.get("frame_s"))
        _mark(node, case.result["method"], case.result["seed"])
        roles += made
    for name in (*(path.name for path in case.images), OVERVIEW):
        show_bytes(store, f"{FILE}{name}", case.folder / name, f"{title} {name} file")
        roles.append(f"{FILE}{name}")
    for role in (*store.roles(IMAGE), *store.roles(FILE)):
        if role not in roles:  # of an earlier run with more images
            store.drop(role)
    show_text(store, RESULT, case.folder / "result.json", title)
    show_text(store, REPORT, case.report, title)
    _show_table(store, case.result, title)
    show_folder(store, title)
    nodes = find_images(scene, key)
    for node in nodes.images.values():
        _tag_series(scene, node, case.result["method"])
    return nodes


def show_preview(
    scene: slicer.vtkMRMLScene, answer: Mapping[str, Any], *, key: str, title: str, method: str, seed: int
) -> slicer.vtkMRMLScalarVolumeNode:
    """Show the answer of the query `preview` as a volume of one slice; a second one takes its place."""
    store = NodeStore(scene, key)
    node, _ = store.obtain(PREVIEW, "vtkMRMLScalarVolumeNode", f"{title} synthetic preview")
    values = np.asarray(answer["values"])[None]
    at = np.eye(4)
    at[2, 3] = answer["slice"]
    fill_volume(node, values, LPS_TO_RAS @ np.asarray(answer["to_lps"]) @ at)
    _set_window(node, values)
    _mark(node, method, seed)
    show_folder(store, title)
    return node


def _mark(node: slicer.vtkMRMLVolumeNode, method: str, seed: int) -> None:
    """Say in attribute and description of a volume that it is synthetic."""
    node.SetAttribute(SYNTHETIC, "yes")
    node.SetDescription(f"SYNTHETIC image, not of a patient: drawn of a label map by {method}, seed {seed}")


def _tag_series(scene: slicer.vtkMRMLScene, node: slicer.vtkMRMLVolumeNode, method: str) -> None:
    """Tags for Slicer's own DICOM export, whose dialog takes them from the item of the subject hierarchy."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = tree.GetItemByDataNode(node)
    tags = {
        "SeriesDescription": f"Synthetic, derived by {method}: {node.GetName()}"[:64],
        "Modality": "MR",
        "Manufacturer": "GenerativeModels",
        "Model": "generative-models",
    }
    for name, text in tags.items():
        tree.SetItemAttribute(item, f"DICOM.{name}", text)


def _show_image(
    store: NodeStore, role: str, name: str, values: np.ndarray, to_ras: np.ndarray, frame_s: float | None
) -> tuple[list[str], slicer.vtkMRMLScalarVolumeNode]:
    """Roles of the nodes of an image (frames, k, j, i), and the volume that shows it."""
    if len(values) == 1:
        roles = [f"{role}.volume"]
        node, _ = store.obtain(roles[0], "vtkMRMLScalarVolumeNode", name)
        fill_volume(node, values[0], to_ras)
    else:
        index, times = index_of_frames(len(values), frame_s)
        _, node, _ = show_image_sequence(
            store,
            role,
            name,
            values,
            to_ras,
            index=index,
            values=times,
            frames_per_second=FRAMES_PER_SECOND,
        )
        roles = [f"{role}.{part}" for part in ROLES]
    _set_window(node, values)
    return roles, node


def _set_window(node: slicer.vtkMRMLScalarVolumeNode, values: np.ndarray) -> None:
    display = default_display(node)
    display.SetAutoWindowLevel(False)
    low, high = np.percentile(values, WINDOW_PERCENT)
    display.SetWindowLevelMinMax(float(low), float(max(high, low + 1e-3)))


def _show_table(store: NodeStore, result: Mapping[str, Any], title: str) -> None:
    labels = list((result["fidelity"] or {}).get("by_label", {}))
    rows = []
    for number, entry in enumerate(result["images"], start=1):
        near = entry["fidelity"] or {}
        found = [near.get("overall"), *(near.get("by_label", {}).get(label) for label in labels)]
        rows.append((f"synthetic {number}", *("–" if value is None else f"{value:.3f}" for value in found)))
    show_text_table(store, TABLE, f"{title} synthetic numbers", ("Image", "Distance from the style", *labels), rows)


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(frames, k, j, i) of an image, and (4, 4) index -> RAS mm."""
    import SimpleITK as sitk

    path, called, reader = opened(path, "image")
    try:
        image = read_pixels(reader, called)
    except RuntimeError as error:
        raise unreadable(called, error) from error
    values = sitk.GetArrayFromImage(image)
    return values.reshape(-1, *values.shape[-3:]), LPS_TO_RAS @ lps_matrix(image)
