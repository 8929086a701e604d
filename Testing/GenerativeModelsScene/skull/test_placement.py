"""The skull lies where its axial image lies."""

from __future__ import annotations

import numpy as np
import pytest
import vtk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.skull.placement import head_to_image
from GenerativeModelsScene.skull.planes import PlaneInput, plane_from_node
from GenerativeModelsScene.skull.show import (
    has_axial_position,
    set_on_axial_image,
    show_case,
    show_plane_in_view,
)
from Testing.helpers.finished_cases import SIZE, SPACING
from Testing.helpers.shapes import rigid
from Testing.helpers.skull_nodes import placement_matrix

OBLIQUE = rigid((35, -20, 70), (12, -45, 130))
FLIPS = {"as it is": (1, 1), "mirrored": (-1, 1), "upside down": (1, -1), "turned round": (-1, -1)}
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
UV = np.array([[0.0, 0.0], [119.4, 0.0], [0.0, 119.2], [33.0, 71.5]])


def an_image(flip=(1, 1), positioned: bool = True) -> PlaneInput:
    """An axial image that lies askew in the world, its axes flipped."""
    to_ras = OBLIQUE.copy()
    to_ras[:3, 0] *= flip[0]
    to_ras[:3, 1] *= flip[1]
    to_ras[:3, 2] = np.cross(to_ras[:3, 0], to_ras[:3, 1])
    return PlaneInput("axial", "axial", np.zeros(SIZE, np.uint8), SPACING, "file", to_ras, positioned)


@pytest.mark.parametrize("plane", ["axial", "sagittal"])
@pytest.mark.parametrize("flip", FLIPS.values(), ids=FLIPS)
def test_the_placed_picture_comes_to_lie_on_the_image(a_case, plane, flip) -> None:
    """Also where the picture is mirrored in the head, or in the world, or in both; sagittal is the mirrored one."""
    placement, image = a_case.planes[plane].placement, an_image(flip)
    matrix = head_to_image(placement, image.to_ras)
    head = placement.to_head(UV) * (-1, -1, 1)
    world = np.concatenate([UV, np.zeros((4, 1)), np.ones((4, 1))], axis=1) @ image.to_ras.T
    np.testing.assert_allclose(head @ matrix[:3, :3].T + matrix[:3, 3], world[:, :3], atol=1e-9)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1, abs=1e-12), "a rotation, never a reflection"


@pytest.mark.parametrize("flip", FLIPS.values(), ids=FLIPS)
def test_every_node_of_the_case_goes_onto_the_image(a_scene, a_case, flip) -> None:
    image = an_image(flip)
    nodes = show_case(a_scene, a_case, inputs={"axial": image}, key="case", title="Head")
    moved = [nodes.model, nodes.segmentation, nodes.uncertainty, nodes.label_map]
    moved += [*nodes.planes.values(), *nodes.outlines.values(), *nodes.bands.values()]
    assert len(moved) == 13 and all(node.GetParentTransformNode() is nodes.placement for node in moved)
    matrix, ijk_to_ras = placement_matrix(nodes), vtk.vtkMatrix4x4()
    nodes.planes["axial"].GetIJKToRASMatrix(ijk_to_ras)
    for column, row in [(0, 0), (199, 0), (0, 149)]:
        pixel = matrix @ matrix_array(ijk_to_ras) @ [column, row, 0, 1]
        expected = image.to_ras @ [column * SPACING[1], row * SPACING[0], 0, 1]
        np.testing.assert_allclose(pixel, expected, atol=1e-9)


def test_the_mesh_lands_where_an_oblique_mirrored_node_is(a_scene, a_case, add_volume) -> None:
    """From the node itself, its parent transform included: pixel (row, column) of node and of placed plane coincide."""
    directions = rigid((10, 50, -30))[:3, :3] @ np.diag([1, -1, -1])
    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = directions * (SPACING[1], SPACING[0], 1.0)
    ijk_to_ras[:3, 0] *= -1
    ijk_to_ras[:3, 3] = (30, -70, 15)
    node = add_volume(a_case.planes["axial"].pixels[None].copy(), ijk_to_ras, "axial")
    parent = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    above = vtk.vtkMatrix4x4()
    above.DeepCopy(rigid((0, 0, 40), (5, 6, 7)).ravel())
    parent.SetMatrixTransformToParent(above)
    node.SetAndObserveTransformNodeID(parent.GetID())
    inputs = {"axial": plane_from_node(node, "axial")}
    nodes = show_case(a_scene, a_case, inputs=inputs, key=node.GetID(), title="Head")
    in_head = vtk.vtkMatrix4x4()
    nodes.planes["axial"].GetIJKToRASMatrix(in_head)
    for column, row in [(0, 0), (199, 0), (0, 149), (80, 40)]:
        expected = rigid((0, 0, 40), (5, 6, 7)) @ ijk_to_ras @ [column, row, 0, 1]
        found = placement_matrix(nodes) @ matrix_array(in_head) @ [column, row, 0, 1]
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("inputs", [None, {}, {"axial": an_image(positioned=False)}], ids=["none", "empty", "picture"])
def test_an_image_without_a_position_leaves_the_head_in_its_own_frame(a_scene, a_case, inputs) -> None:
    nodes = show_case(a_scene, a_case, inputs=inputs, key="case", title="Head")
    np.testing.assert_array_equal(placement_matrix(nodes), np.eye(4))
    assert not has_axial_position(nodes)
    set_on_axial_image(nodes, False)
    with pytest.raises(InputError, match="axial image does not say where in the patient it lies"):
        set_on_axial_image(nodes, True)


def test_the_skull_can_be_taken_off_the_image_and_put_back(a_scene, a_case) -> None:
    inputs = {"axial": an_image()}
    nodes = show_case(a_scene, a_case, inputs=inputs, key="case", title="Head")
    onto = placement_matrix(nodes)
    expected = head_to_image(a_case.planes["axial"].placement, an_image().to_ras)
    np.testing.assert_allclose(onto, expected, atol=1e-9)
    set_on_axial_image(nodes, False)
    np.testing.assert_array_equal(placement_matrix(nodes), np.eye(4))
    assert has_axial_position(nodes)
    nodes = show_case(a_scene, a_case, inputs=inputs, key="case", title="Head")
    np.testing.assert_array_equal(placement_matrix(nodes), np.eye(4), "the user's choice outlives a second run")
    set_on_axial_image(nodes, True)
    np.testing.assert_array_equal(placement_matrix(nodes), onto)
    nodes = show_case(a_scene, a_case, key="case", title="Head")
    assert not has_axial_position(nodes), "the image has lost its place"
    nodes = show_case(a_scene, a_case, inputs=inputs, key="case", title="Head")
    np.testing.assert_array_equal(placement_matrix(nodes), onto)


def test_views_of_placed_planes_follow(a_scene, a_case, a_slice_view) -> None:
    nodes = show_case(a_scene, a_case, inputs={"axial": an_image()}, key="case", title="Head")
    composite = a_scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
    composite.SetLayoutName(a_slice_view.GetLayoutName())
    show_plane_in_view(a_scene, nodes, "coronal", a_slice_view, composite)
    on = matrix_array(a_slice_view.GetSliceToRAS())
    set_on_axial_image(nodes, False)
    off = matrix_array(a_slice_view.GetSliceToRAS())
    set_on_axial_image(nodes, True)
    np.testing.assert_allclose(matrix_array(a_slice_view.GetSliceToRAS()), on, atol=1e-9)
    np.testing.assert_allclose(placement_matrix(nodes) @ off, on, atol=1e-9)
    axes = np.stack([a_case.planes["coronal"].placement.u_axis, -a_case.planes["coronal"].placement.v_axis], axis=1)
    np.testing.assert_allclose(off[:3, :2], LPS_TO_RAS[:3, :3] @ axes, atol=1e-9)


def test_switching_in_a_closed_scene_does_nothing(a_scene, a_case) -> None:
    nodes = show_case(a_scene, a_case, inputs={"axial": an_image()}, key="case", title="Head")
    a_scene.Clear(False)
    set_on_axial_image(nodes, True)
    set_on_axial_image(nodes, False)
