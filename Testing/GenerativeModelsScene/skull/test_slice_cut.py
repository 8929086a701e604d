"""The cut of a slice view: the voxels of the volume, where they lie, with square pixels of true size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import slicer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, vtk_matrix
from GenerativeModelsScene.skull.planes import NodeSpacing, plane_from_node, reset_spacing, set_spacing, spacing_of
from GenerativeModelsScene.skull.slice_cut import MAX_SIDE_PX, cut_volume

SIZES = (64, 60, 48)
"""Voxels along (i, j, k)."""
GRADIENT, OFFSET = np.array([0.7, -1.3, 2.1]), 500.0


def affine(linear: np.ndarray, at=(0.0, 0.0, 0.0)) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = linear, at
    return matrix


def turned(*degrees: float) -> np.ndarray:
    return Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()


def value_at(points: np.ndarray) -> np.ndarray:
    """A field linear in RAS (..., 3), which linear interpolation gives back exactly."""
    return points @ GRADIENT + OFFSET


def indices(sizes) -> np.ndarray:
    """(k, j, i, 4) homogeneous voxel indices (i, j, k, 1) of a volume with `sizes` (i, j, k)."""
    k, j, i = np.meshgrid(*(np.arange(size) for size in sizes[::-1]), indexing="ij")
    return np.stack([i, j, k, np.ones_like(i)], axis=-1)


@pytest.fixture
def a_linear_volume(a_scene, add_volume):
    """Function (ijk_to_ras, parent=None) -> volume whose voxels hold `value_at` of their place in the world."""

    def make(own: np.ndarray, parent: np.ndarray | None = None):
        world = own if parent is None else parent @ own
        points = indices(SIZES) @ world.T
        node = add_volume(value_at(points[..., :3]), own, "sweep")
        if parent is not None:
            transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
            transform.SetMatrixTransformToParent(vtk_matrix(parent))
            node.SetAndObserveTransformNodeID(transform.GetID())
        return node

    return make


def look(slice_view, rotation: np.ndarray, at) -> None:
    """Turn a slice view: the columns of `rotation` are its right, its up and its normal."""
    slice_view.GetSliceToRAS().DeepCopy(vtk_matrix(affine(rotation, at)))
    slice_view.UpdateMatrices()


def pixels_of(cut) -> np.ndarray:
    return slicer.util.arrayFromVolume(cut)


def test_a_cut_along_the_voxels_is_the_voxels(a_scene, a_slice_view, add_volume, rng) -> None:
    """In the standard axial view the patient's right is on the left and anterior on top: i and j run backwards."""
    array = rng.integers(0, 200, (48, 60, 64)).astype(np.int16)
    volume = add_volume(array, affine(np.diag([0.5, 0.5, 0.8]), (3, 4, 5)), "sweep")
    a_slice_view.SetSliceOffset(5 + 0.8 * 20)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    np.testing.assert_array_equal(pixels_of(cut), array[20:21, ::-1, ::-1])
    assert pixels_of(cut).dtype == np.int16
    np.testing.assert_allclose(cut.GetSpacing(), 0.5)
    corner = ijk_to_ras(cut) @ [0, 0, 0, 1]
    np.testing.assert_allclose(corner, [3 + 63 * 0.5, 4 + 59 * 0.5, 21, 1])


def test_a_cut_between_two_slices_is_their_mean(a_scene, a_slice_view, add_volume, rng) -> None:
    array = rng.random((48, 60, 64)).astype(np.float32)
    volume = add_volume(array, affine(np.diag([0.5, 0.5, 0.8])))
    a_slice_view.SetSliceOffset(0.8 * 20.5)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    np.testing.assert_allclose(pixels_of(cut)[0], (array[20] + array[21])[::-1, ::-1] / 2, rtol=1e-5)


@pytest.mark.parametrize("orientation", ["Axial", "Sagittal", "Coronal"])
def test_the_pixels_are_square_and_run_as_in_the_view(a_scene, a_slice_view, a_linear_volume, orientation) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.6, 1.5]), (-16, -18, -36)))
    a_slice_view.SetOrientation(orientation)
    a_slice_view.SetSliceOffset(0.0)
    cut = cut_volume(a_scene, volume, a_slice_view, "coronal")
    view = np.array([[a_slice_view.GetSliceToRAS().GetElement(r, c) for c in range(3)] for r in range(3)])
    directions = ijk_to_ras(cut)[:3, :3] / 0.5
    np.testing.assert_allclose(directions[:, 0], view[:, 0], atol=1e-9)  # columns to the right
    np.testing.assert_allclose(directions[:, 1], -view[:, 1], atol=1e-9)  # rows downwards
    assert np.linalg.det(directions) == pytest.approx(1)
    plane = plane_from_node(cut, "coronal")
    assert plane.spacing_mm == pytest.approx((0.5, 0.5))
    assert plane.positioned
    assert plane.spacing_source == "file"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    turn=st.tuples(*[st.floats(-180, 180)] * 3),
    at=st.tuples(*[st.floats(-4, 4)] * 3),
    mirrored=st.booleans(),
    own_turn=st.tuples(*[st.floats(-180, 180)] * 3),
)
def test_an_oblique_cut_holds_what_lies_there(
    a_scene, a_slice_view, a_linear_volume, turn, at, mirrored, own_turn
) -> None:
    """Volume turned, view turned and mirrored, a parent that turns, shears and scales: every pixel has its value."""
    own = affine(turned(*own_turn) @ np.diag([0.5, -0.6, 0.8]))
    parent = affine(turned(20, 30, 40) @ np.array([[1.1, 0.1, 0], [0, 0.9, 0], [0, 0, 1]]), (10, 20, -30))
    middle = parent @ own @ [*(np.array(SIZES) - 1) / 2, 1]
    volume = a_linear_volume(own, parent)
    rotation = turned(*turn)
    rotation[:, 0] *= -1 if mirrored else 1
    look(a_slice_view, rotation, middle[:3] + at)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")

    to_world = ijk_to_ras(cut)
    columns, rows, _ = cut.GetImageData().GetDimensions()
    world = indices((columns, rows, 1)) @ to_world.T
    index = (world @ np.linalg.inv(parent @ own).T)[..., :3]
    inside = np.all((index >= 0) & (index <= np.array(SIZES) - 1), axis=-1)
    outside = np.any((index < -0.51) | (index > np.array(SIZES) - 0.49), axis=-1)
    values = pixels_of(cut)
    np.testing.assert_allclose(values[inside], value_at(world[..., :3])[inside], rtol=1e-6)
    assert np.all(values[outside] == slicer.util.arrayFromVolume(volume).min())
    assert inside.sum() > 500
    np.testing.assert_allclose(rotation[:, 2] @ (world[..., :3] - middle[:3] - at)[..., None], 0, atol=1e-6)
    # Nothing of the volume in that plane is beyond the picture: one pixel further on all is outside.
    for column, row in ((-1, None), (columns, None), (None, -1), (None, rows)):
        line = indices((columns, 1, 1)) if column is None else indices((1, rows, 1))
        line[..., 0 if row is None else 1] = column if row is None else row
        beyond = (line @ to_world.T @ np.linalg.inv(parent @ own).T)[..., :3]
        assert not np.any(np.all((beyond >= -0.49) & (beyond <= np.array(SIZES) - 0.51), axis=-1))
    a_scene.RemoveNode(volume.GetParentTransformNode())
    a_scene.RemoveNode(volume)
    a_scene.RemoveNode(cut)


def test_the_cut_does_not_depend_on_what_the_view_shows(a_scene, a_slice_view, a_linear_volume) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    a_slice_view.SetSliceOffset(10)
    before = pixels_of(cut_volume(a_scene, volume, a_slice_view, "axial")).copy()
    a_slice_view.SetFieldOfView(5, 4, 1)
    a_slice_view.SetXYZOrigin(30, 0, 0)
    np.testing.assert_array_equal(pixels_of(cut_volume(a_scene, volume, a_slice_view, "axial")), before)


def test_cutting_again_updates_the_cut(a_scene, a_slice_view, a_linear_volume) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    a_slice_view.SetSliceOffset(10)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    cut.SetName("mine")
    count, first = a_scene.GetNumberOfNodes(), pixels_of(cut).copy()
    a_slice_view.SetSliceOffset(14)
    assert cut_volume(a_scene, volume, a_slice_view, "axial") is cut
    assert a_scene.GetNumberOfNodes() == count
    assert cut.GetName() == "mine"
    assert not np.array_equal(pixels_of(cut), first)
    assert cut_volume(a_scene, volume, a_slice_view, "sagittal") is not cut


def test_a_cut_that_was_moved_is_put_back(a_scene, a_slice_view, a_linear_volume) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    a_slice_view.SetSliceOffset(10)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    before = plane_from_node(cut, "axial").to_ras
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(vtk_matrix(affine(turned(5, 6, 7), (1, 2, 3))))
    cut.SetAndObserveTransformNodeID(transform.GetID())
    cut_volume(a_scene, volume, a_slice_view, "axial")
    np.testing.assert_allclose(plane_from_node(cut, "axial").to_ras, before)


def test_a_spacing_given_for_a_cut_outlasts_the_next_cut(a_scene, a_slice_view, a_linear_volume) -> None:
    """A volume without a true spacing must not ask for it again at each Apply."""
    volume = a_linear_volume(np.eye(4))
    a_slice_view.SetSliceOffset(10)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    assert spacing_of(cut).source == "unknown"
    set_spacing(cut, (0.4, 0.5))
    a_slice_view.SetSliceOffset(12)
    cut_volume(a_scene, volume, a_slice_view, "axial")
    assert spacing_of(cut) == NodeSpacing((0.4, 0.5), "user")
    reset_spacing(cut)
    assert spacing_of(cut) == NodeSpacing((1.0, 1.0), "unknown")
    cut_volume(a_scene, volume, a_slice_view, "axial")
    assert spacing_of(cut).source == "unknown"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(side=st.floats(0.05, 1.5), at=st.tuples(*[st.floats(-300, 300)] * 3))
def test_rounding_makes_no_further_row(a_scene, a_slice_view, add_volume, side: float, at) -> None:
    volume = add_volume(np.zeros(SIZES[::-1], np.uint8), affine(np.diag([side] * 3), at))
    a_slice_view.SetSliceOffset(at[2] + 20 * side)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    assert cut.GetImageData().GetDimensions() == (*SIZES[:2], 1)
    a_scene.RemoveNode(volume)
    a_scene.RemoveNode(cut)


def test_the_cut_is_shown_as_its_volume(a_scene, a_slice_view, a_linear_volume) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    volume.CreateDefaultDisplayNodes()
    volume.GetDisplayNode().SetAutoWindowLevel(False)
    volume.GetDisplayNode().SetWindowLevel(120, 510)
    a_slice_view.SetSliceOffset(10)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    assert cut.GetName() == "sweep axial cut"
    assert (cut.GetDisplayNode().GetWindow(), cut.GetDisplayNode().GetLevel()) == (120, 510)


@pytest.mark.parametrize(("file", "source"), [(None, "unknown"), ("sweep.nrrd", "file"), ("stack.tif", "unknown")])
def test_one_millimetre_is_true_only_when_the_volume_states_it(
    a_scene, a_slice_view, a_linear_volume, file, source
) -> None:
    volume = a_linear_volume(np.eye(4))
    if file:
        storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(file)
        volume.SetAndObserveStorageNodeID(storage.GetID())
    a_slice_view.SetSliceOffset(10)
    assert spacing_of(cut_volume(a_scene, volume, a_slice_view, "axial")).source == source


def test_a_cut_is_found_again_in_a_loaded_scene(a_scene, a_slice_view, a_linear_volume, tmp_path: Path) -> None:
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    a_slice_view.SetSliceOffset(10)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    for node in (volume, cut):
        storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(str(tmp_path / f"{node.GetID()}.nrrd"))
        node.SetAndObserveStorageNodeID(storage.GetID())
        assert storage.WriteData(node)
    a_scene.SetURL(str(tmp_path / "scene.mrml"))
    assert a_scene.Commit()
    again = slicer.vtkMRMLScene()
    again.SetURL(str(tmp_path / "scene.mrml"))
    again.Connect()
    loaded, view = again.GetFirstNodeByName("sweep axial cut"), again.GetFirstNodeByName("Red")
    assert plane_from_node(loaded, "axial").spacing_source == "file"
    assert cut_volume(again, again.GetFirstNodeByName("sweep"), view, "axial") is loaded


def test_a_large_volume_gives_larger_pixels(a_scene, a_slice_view, add_volume) -> None:
    size = MAX_SIDE_PX + 500
    volume = add_volume(np.zeros((2, 100, size), np.uint8), affine(np.diag([0.1, 0.1, 10])))
    a_slice_view.SetSliceOffset(5)
    cut = cut_volume(a_scene, volume, a_slice_view, "axial")
    columns, rows, _ = cut.GetImageData().GetDimensions()
    assert columns == MAX_SIDE_PX
    assert cut.GetSpacing()[0] == pytest.approx(0.1 * size / MAX_SIDE_PX)
    assert cut.GetSpacing()[1] == pytest.approx(cut.GetSpacing()[0])
    assert rows == int(np.ceil(10 / cut.GetSpacing()[1]))


def test_what_cannot_be_cut_is_said_and_leaves_the_scene_alone(a_scene, a_slice_view, a_linear_volume, add_volume):
    volume = a_linear_volume(affine(np.diag([0.5, 0.5, 0.5])))
    flat = add_volume(np.zeros((1, 60, 64), np.uint8), name="flat")
    colour = add_volume(np.zeros((48, 60, 64, 3), np.uint8), name="colour")
    empty = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    warped = add_volume(np.zeros((48, 60, 64), np.uint8), name="warped")
    grid = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "warp")
    from vtkmodules.vtkCommonTransforms import vtkThinPlateSplineTransform

    grid.SetAndObserveTransformToParent(vtkThinPlateSplineTransform())
    warped.SetAndObserveTransformNodeID(grid.GetID())
    gone = add_volume(np.zeros((48, 60, 64), np.uint8), name="gone")
    a_scene.RemoveNode(gone)
    a_slice_view.SetSliceOffset(10)
    count = a_scene.GetNumberOfNodes()
    for node, sentence in (
        (None, "No volume to take the axial image from"),
        (flat, "'flat' of 64 x 60 x 1 voxels is a plane already: choose it as axial image"),
        (colour, "'colour' holds 3 numbers a voxel: expected grey levels"),
        (empty, "'empty' is empty, it has no voxels"),
        (gone, "'gone' is no longer in the scene"),
        (warped, "'warped' is under the non-linear transform 'warp'"),
        (a_slice_view, "'Red' is empty, it has no voxels"),
    ):
        with pytest.raises(InputError, match=sentence):
            cut_volume(a_scene, node, a_slice_view, "axial")
    for view in (None, volume):
        with pytest.raises(InputError, match="The slice view for the axial image is not there"):
            cut_volume(a_scene, volume, view, "axial")
    a_slice_view.SetSliceOffset(500)
    with pytest.raises(InputError, match="'sweep' is not cut by the slice view Red: move the slice into it"):
        cut_volume(a_scene, volume, a_slice_view, "axial")
    look(a_slice_view, turned(0, 45, 0), (0.5, 0, 0.5))
    with pytest.raises(InputError, match="pixels only: expected at least 32 a side"):
        cut_volume(a_scene, volume, a_slice_view, "axial")
    assert a_scene.GetNumberOfNodes() == count
