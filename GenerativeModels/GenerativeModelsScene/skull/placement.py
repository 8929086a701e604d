"""Where the head lies in the world: the transform above the nodes of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import matrix_array, vtk_matrix
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.skull.planes_3d import shown_planes, turn_view

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.case.read import SkullCase
    from GenerativeModelsLib.skull.locate.placement import Placement
    from GenerativeModelsScene.skull.case_nodes import SkullNodes
    from GenerativeModelsScene.skull.planes import PlaneInput

_ON_AXIAL = "GenerativeModels.HeadToAxialImage"
"""Attribute: the sixteen numbers of the transform onto the axial image, row after row; absent where it has no place."""


def show_placement(
    store: NodeStore, case: SkullCase, inputs: Mapping[str, PlaneInput] | None, title: str
) -> slicer.vtkMRMLLinearTransformNode:
    """The transform node of the case: head frame (RAS) to the axial image in the world, or else identity."""
    node, made = store.obtain("placement", "vtkMRMLLinearTransformNode", f"{title} placement")
    kept_in_head = not made and _stored(node) is not None and not _is_at(node, _stored(node))
    axial = (inputs or {}).get("axial")
    if axial is not None and axial.positioned:
        matrix = head_to_image(case.planes["axial"].placement, axial.to_ras)
        node.SetAttribute(_ON_AXIAL, " ".join(repr(float(value)) for value in matrix.ravel()))
        _set_matrix(node, np.eye(4) if kept_in_head else matrix)
    else:
        node.RemoveAttribute(_ON_AXIAL)
        _set_matrix(node, np.eye(4))
    return node


def head_to_image(placement: Placement, image_to_ras: np.ndarray) -> np.ndarray:
    """(4, 4): head frame (RAS) -> world, so that the placed picture comes to lie on the image itself.

    Origin on origin, u on u, v on v, and u x v on u x v: always a rotation, also where both are mirrored.

    Parameters
    ----------
    image_to_ras
        (4, 4): (u mm, v mm, 0, 1) of the image -> world.
    """
    head = _frame(placement.origin_mm, placement.u_axis, placement.v_axis)
    return _frame(*(np.asarray(image_to_ras, float)[:3, column] for column in (3, 0, 1))) @ np.linalg.inv(
        LPS_TO_RAS @ head
    )


def has_axial_position(nodes: SkullNodes) -> bool:
    """Whether the axial image says where in the world it lies, so that the skull can be laid onto it."""
    return nodes.placement is not None and _stored(nodes.placement) is not None


def set_on_axial_image(nodes: SkullNodes, on: bool) -> None:
    """Lay the skull and its planes onto the axial image as it lies in the world, or back into the head frame.

    Slice views that show a placed plane go with it.

    Raises
    ------
    InputError
        `on`, but the axial image has no position of its own.
    """
    if on and not has_axial_position(nodes):
        raise InputError(
            "The axial image does not say where in the patient it lies, as picture files never do; "
            "the skull stays in the frame of the head."
        )
    if nodes.placement is None or nodes.placement.GetScene() is None:
        return
    _set_matrix(nodes.placement, _stored(nodes.placement) if on else np.eye(4))
    for name, view in shown_planes(nodes.placement.GetScene(), nodes):
        turn_view(view, nodes.planes[name])


def _stored(node: slicer.vtkMRMLLinearTransformNode) -> np.ndarray | None:
    """(4, 4) from the head frame onto the axial image; None when that has no place."""
    text = node.GetAttribute(_ON_AXIAL)
    return None if text is None else np.array([float(value) for value in text.split()]).reshape(4, 4)


def _is_at(node: slicer.vtkMRMLLinearTransformNode, matrix: np.ndarray) -> bool:
    now = vtk.vtkMatrix4x4()
    node.GetMatrixTransformToParent(now)
    return bool(np.allclose(matrix_array(now), matrix, rtol=0, atol=1e-6))


def _set_matrix(node: slicer.vtkMRMLLinearTransformNode, matrix: np.ndarray) -> None:
    node.SetMatrixTransformToParent(vtk_matrix(matrix))


def _frame(origin: np.ndarray, u_axis: np.ndarray, v_axis: np.ndarray) -> np.ndarray:
    """(4, 4) rigid: (u, v, w, 1) -> origin + u u_axis + v v_axis + w (u x v), rounding errors of the axes removed."""
    u = np.asarray(u_axis, float) / np.linalg.norm(u_axis)
    v = np.asarray(v_axis, float) - (u @ v_axis) * u
    v /= np.linalg.norm(v)
    frame = np.eye(4)
    frame[:3] = np.stack([u, v, np.cross(u, v), np.asarray(origin, float)], axis=1)
    return frame
