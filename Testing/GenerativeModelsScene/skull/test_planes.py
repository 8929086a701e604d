"""Image nodes as planes: the pixels of the array, where they lie, and one sentence for what is no plane."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, vtk_matrix
from GenerativeModelsScene.skull.planes import plane_from_node, selection_problem, set_spacing

MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ROWS, COLUMNS = 80, 100


def placed(spacing=(0.3, 0.3, 1.0), origin=(5.0, -3.0, 2.0), rotation: Rotation | None = None) -> np.ndarray:
    """(4, 4) voxel -> RAS."""
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if rotation is None else rotation.as_matrix()) * np.asarray(spacing)
    matrix[:3, 3] = origin
    return matrix


def picture(rng: np.random.Generator, kind=np.uint8) -> np.ndarray:
    return rng.integers(0, 255, (1, ROWS, COLUMNS)).astype(kind)


def under(scene, node, matrix: np.ndarray, name: str = "moved"):
    """Put a linear transform over the node."""
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", name)
    transform.SetMatrixTransformToParent(vtk_matrix(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def world_point(node, index) -> np.ndarray:
    """RAS world of a voxel index (i, j, k), by the node and its transforms alone."""
    own = ijk_to_ras(node) @ np.append(index, 1.0)
    world = [0.0, 0.0, 0.0]
    node.TransformPointToWorld(own[:3], world)
    return np.array(world)


def test_pixels_are_rows_down_j_and_columns_along_i(add_volume, rng) -> None:
    array = picture(rng)
    plane = plane_from_node(add_volume(array, placed((0.3, 0.4, 1.0)), "head"), "axial")
    np.testing.assert_array_equal(plane.pixels, array[0])
    assert (plane.name, plane.label, plane.spacing_source) == ("axial", "head", "file")
    assert plane.spacing_mm == (0.4, 0.3)  # rows follow each other along j
    np.testing.assert_allclose(plane.to_ras @ [0, 0, 0, 1], [5, -3, 2, 1])
    np.testing.assert_allclose(plane.to_ras @ [1, 2, 0, 1], [6, -1, 2, 1])


@pytest.mark.parametrize("axis", [0, 1, 2], ids=["i", "j", "k"])
def test_the_slice_may_lie_along_any_axis(add_volume, rng, axis: int) -> None:
    """As in `skull.planes`: the lower of the two long axes counts the columns."""
    array = picture(rng)[0]
    node = add_volume(np.expand_dims(array, 2 - axis), placed((0.2, 0.3, 0.4)))
    plane = plane_from_node(node, "axial")
    column, row = (other for other in range(3) if other != axis)
    np.testing.assert_array_equal(plane.pixels, array)
    assert plane.spacing_mm == ((0.2, 0.3, 0.4)[row], (0.2, 0.3, 0.4)[column])
    index = np.zeros(3)
    index[[row, column]] = 7, 11
    here = plane.to_ras @ [11 * plane.spacing_mm[1], 7 * plane.spacing_mm[0], 0, 1]
    np.testing.assert_allclose(here[:3], world_point(node, index), atol=1e-9)


angles = st.tuples(*[st.floats(-180, 180)] * 3)
places = st.tuples(*[st.floats(-500, 500)] * 3)
sides = st.floats(0.4, 1.5).filter(lambda side: side != 1.0)  # a stand-in


@MANY
@given(
    turn=angles, origin=places, row=sides, column=sides, mirrored=st.booleans(), parent_turn=angles, parent_at=places,
    scale=st.floats(0.6, 1.6), parent_mirrored=st.booleans(), at=st.tuples(st.integers(0, 79), st.integers(0, 99)),
)  # fmt: skip
def test_a_pixel_lies_where_its_node_says(
    a_scene, add_volume, turn, origin, row, column, mirrored, parent_turn, parent_at, scale, parent_mirrored, at
) -> None:
    """Oblique, flipped, and under any similarity: the picture's millimetres are those of the world."""
    own = placed((column, row, 1.0), origin, Rotation.from_euler("xyz", turn, degrees=True))
    own[:3, 0] *= -1 if mirrored else 1
    parent = placed((scale,) * 3, parent_at, Rotation.from_euler("xyz", parent_turn, degrees=True))
    parent[:3, 2] *= -1 if parent_mirrored else 1
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), own)
    transform = under(a_scene, node, parent)
    plane = plane_from_node(node, "axial")
    a_scene.RemoveNode(node)
    here = plane.to_ras @ [at[1] * plane.spacing_mm[1], at[0] * plane.spacing_mm[0], 0, 1]
    np.testing.assert_allclose(here, parent @ own @ [at[1], at[0], 0, 1], atol=1e-3)
    np.testing.assert_allclose(plane.to_ras[:3, :3].T @ plane.to_ras[:3, :3], np.eye(3), atol=1e-9)
    assert np.linalg.det(plane.to_ras[:3, :3]) == pytest.approx(1.0)
    a_scene.RemoveNode(transform)


def test_transforms_above_each_other_count(a_scene, add_volume) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed())
    lower = under(a_scene, node, placed((1, 1, 1), (1, 2, 3), Rotation.from_euler("z", 30, degrees=True)), "lower")
    under(a_scene, lower, placed((1, 1, 1), (9, 0, 0), Rotation.from_euler("x", 50, degrees=True)), "upper")
    plane = plane_from_node(node, "axial")
    np.testing.assert_allclose(plane.to_ras[:3, 3], world_point(node, (0, 0, 0)), atol=1e-9)
    corner = plane.to_ras @ [99 * 0.3, 79 * 0.3, 0, 1]
    np.testing.assert_allclose(corner[:3], world_point(node, (99, 79, 0)), atol=1e-9)


def test_a_scaling_transform_scales_the_spacing(a_scene, add_volume) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed((0.3, 0.4, 1)))
    under(a_scene, node, placed((2, 2, 2)))
    assert plane_from_node(node, "axial").spacing_mm == pytest.approx((0.8, 0.6))


def test_a_rigid_transform_leaves_the_spacing_to_the_last_bit(a_scene, add_volume) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8))
    node.SetSpacing(0.22346, 0.3141, 1)
    under(a_scene, node, placed((1, 1, 1), (1, 2, 3), Rotation.from_euler("xyz", (10, 20, 30), degrees=True)))
    assert plane_from_node(node, "axial").spacing_mm == (0.3141, 0.22346)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_numbers_keep_value_and_type(add_volume, rng, kind) -> None:
    array = picture(rng, kind)
    array[0, 3, 4] = -7 if np.dtype(kind).kind != "u" else 3
    plane = plane_from_node(add_volume(array, placed()), "axial")
    assert plane.pixels.dtype == kind
    np.testing.assert_array_equal(plane.pixels, array[0])


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_stays_colour(add_volume, rng, channels: int) -> None:
    array = rng.integers(0, 255, (1, ROWS, COLUMNS, channels)).astype(np.uint8)
    plane = plane_from_node(add_volume(array, placed()), "axial")
    np.testing.assert_array_equal(plane.pixels, array[0])


def test_grey_with_alpha_of_a_picture_is_its_grey(a_scene, add_volume, rng) -> None:
    array = rng.integers(0, 255, (1, ROWS, COLUMNS, 2)).astype(np.uint8)
    node = add_volume(array, placed(), "overlay")
    with pytest.raises(InputError, match=r"'overlay' holds 2 numbers a pixel.*Vector to Scalar Volume"):
        plane_from_node(node, "axial")
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName("overlay.png")
    node.SetAndObserveStorageNodeID(storage.GetID())
    set_spacing(node, (0.3, 0.3))
    np.testing.assert_array_equal(plane_from_node(node, "axial").pixels, array[0, ..., 0])


def test_the_plane_outlives_its_node(a_scene, add_volume, rng) -> None:
    array = picture(rng)
    node = add_volume(array, placed())
    plane = plane_from_node(node, "axial")
    slicer.util.arrayFromVolume(node)[:] = 0
    a_scene.RemoveNode(node)
    np.testing.assert_array_equal(plane.pixels, array[0])


@pytest.mark.parametrize(
    ("matrix", "positioned"),
    [
        (np.diag([0.3, 0.3, 1, 1]), False),
        (np.diag([-0.3, -0.3, 1, 1]), False),  # what Slicer makes of a PNG: ITK's LPS axes
        (placed(origin=(0, 0, 30)), True),
        (placed(origin=(0, 0, 0), rotation=Rotation.from_euler("x", 90, degrees=True)), True),
        (np.diag([0.3, -0.3, 1, 1]), True),
    ],
)
def test_positioned_is_what_no_picture_reader_makes_up(add_volume, matrix, positioned: bool) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), matrix)
    assert plane_from_node(node, "axial").positioned is positioned


@pytest.mark.parametrize(("file", "positioned"), [("a.png", False), ("a.nrrd", True), (None, True)])
def test_the_middle_of_the_world_is_where_slicer_centres_pictures(a_scene, add_volume, file, positioned) -> None:
    middle = (-0.15 * COLUMNS, -0.15 * ROWS, 0)
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed(origin=middle))
    if file:
        storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(file)
        node.SetAndObserveStorageNodeID(storage.GetID())
    set_spacing(node, (0.3, 0.3))
    assert plane_from_node(node, "axial").positioned is positioned


@pytest.mark.parametrize("channels", [(), (3,)])
def test_numbered_pictures_that_became_a_stack_are_named(a_scene, add_volume, channels) -> None:
    node = add_volume(np.zeros((2, ROWS, COLUMNS, *channels), np.uint8), name="216_HC")
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName("216_HC.png")
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert "'216_HC' is a stack of 2 pictures" in selection_problem({"axial": node})
    assert "Single File" in selection_problem({"axial": node})
    storage.SetFileName("pages.tif")
    assert "is a 3D volume" in selection_problem({"axial": node})
    storage.AddFileName("1.tif")
    storage.AddFileName("2.tif")
    assert "is a stack of 2 pictures" in selection_problem({"axial": node})


def test_a_transform_positions_a_picture(a_scene, add_volume) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), np.diag([0.3, 0.3, 1, 1]))
    transform = under(a_scene, node, np.eye(4))
    assert not plane_from_node(node, "axial").positioned
    transform.SetMatrixTransformToParent(vtk_matrix(placed((1, 1, 1))))
    assert plane_from_node(node, "axial").positioned


def bent(scene, node) -> None:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonTransforms import vtkThinPlateSplineTransform

    points, targets = vtkPoints(), vtkPoints()
    for point in ([0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 9, 9]):
        points.InsertNextPoint(point)
        targets.InsertNextPoint([value**2 / 8 for value in point])
    spline = vtkThinPlateSplineTransform()
    spline.SetBasisToR()
    spline.SetSourceLandmarks(points)
    spline.SetTargetLandmarks(targets)
    transform = scene.AddNewNodeByClass("vtkMRMLTransformNode", "warp")
    transform.SetAndObserveTransformToParent(spline)
    node.SetAndObserveTransformNodeID(transform.GetID())


def sheared(scene, node) -> None:
    matrix = np.eye(4)
    matrix[0, 1] = 0.2
    under(scene, node, matrix, "skew")


def stretched(scene, node) -> None:
    under(scene, node, np.diag([1, 1.3, 1, 1]), "skew")


def flattened(scene, node) -> None:
    under(scene, node, np.diag([1, 0, 1, 1]), "flat")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (bent, "non-linear transform 'warp': harden it"),
        (sheared, "'skew', which shears it or scales its sides differently: harden it"),
        (stretched, "'skew', which shears it or scales its sides differently: harden it"),
        (flattened, "'flat', which flattens space: harden it"),
        (lambda scene, node: scene.RemoveNode(node), "no longer in the scene: load it again"),
        (lambda scene, node: node.SetAndObserveImageData(None), "is empty, it has no pixels"),
        (lambda scene, node: node.GetImageData().SetDimensions(0, 0, 0), "is empty, it has no pixels"),
        (lambda scene, node: node.GetImageData().GetPointData().SetScalars(None), "is empty, it has no pixels"),
        (lambda scene, node: node.SetSpacing(1, 1, 1), "came without a pixel spacing .*: give its spacing in mm"),
        (lambda scene, node: node.SetSpacing(0.001, 0.001, 1), "0.001 x 0.001 mm: expected 0.01 to 5 mm"),
        (lambda scene, node: node.SetSpacing(2, 0.3, 1), "no more than 4 times apart"),
        (lambda scene, node: node.SetSpacing(0.1, 0.1, 1), "would show 8 x 10 mm"),
        (lambda scene, node: node.SetIJKToRASDirections(1, 0.3, 0, 0, 1, 0, 0, 0, 1), "not at right angles"),
    ],
)
def test_a_sentence_for_what_cannot_be_used(a_scene, add_volume, spoil, sentence: str) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed((0.5, 0.5, 1)), "scan")
    spoil(a_scene, node)
    with pytest.raises(InputError, match=f"The sagittal image 'scan'.*{sentence}") as raised:
        plane_from_node(node, "sagittal")
    assert str(raised.value).count("\n") == 0
    assert str(raised.value).endswith(".")
    chosen = {"axial": add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed((0.5, 0.5, 1))), "sagittal": node}
    assert selection_problem(chosen) == str(raised.value)


def test_a_volume_is_no_plane(add_volume) -> None:
    node = add_volume(np.zeros((36, 40, 50), np.uint8), placed(), "volume")
    with pytest.raises(InputError, match="'volume' is a 3D volume of 50 x 40 x 36 voxels: show the plane in a slice"):
        plane_from_node(node, "axial")


def test_a_tiny_image_is_no_plane(add_volume) -> None:
    with pytest.raises(InputError, match="has 20 x 50 pixels: expected at least 32"):
        plane_from_node(add_volume(np.zeros((1, 20, 50), np.uint8), placed()), "axial")


def test_other_nodes_are_no_planes(a_scene) -> None:
    with pytest.raises(InputError, match="'skull' is a Model: expected an image volume"):
        plane_from_node(a_scene.AddNewNodeByClass("vtkMRMLModelNode", "skull"), "axial")
    with pytest.raises(InputError, match="The axial image is a str: expected a volume node"):
        plane_from_node("axial", "axial")
    with pytest.raises(InputError, match="No coronal image is chosen"):
        plane_from_node(None, "coronal")


def test_a_selection_needs_an_axial_image_and_different_nodes(add_volume) -> None:
    one, other = (add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), placed(), name) for name in ("one", "other"))
    assert selection_problem({}).startswith("No axial image is chosen: choose the plane of the head circumference")
    assert selection_problem({"axial": None, "sagittal": one}).startswith("No axial image is chosen")
    assert selection_problem({"axial": one}) is None
    assert selection_problem({"axial": one, "sagittal": None, "coronal": other}) is None
    same = selection_problem({"axial": one, "sagittal": other, "coronal": one})
    assert same == "'one' is chosen as axial and as coronal image: each plane is an image of its own."


def test_refusing_leaves_the_node_alone(a_scene, add_volume) -> None:
    node = add_volume(np.zeros((1, ROWS, COLUMNS), np.uint8), np.eye(4))
    before, count = node.GetMTime(), a_scene.GetNumberOfNodes()
    assert selection_problem({"axial": node}) is not None
    assert (node.GetMTime(), a_scene.GetNumberOfNodes()) == (before, count)
