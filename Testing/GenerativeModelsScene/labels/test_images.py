"""Label maps out of nodes: every voxel where it is in the world, whatever the node, its grid and its transforms."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.labels.label_map import HeartLabels, LabelMap
from GenerativeModelsScene.labels.images import LabelImage, is_empty, label_images, volume_ml
from GenerativeModelsScene.nodes.geometry import parent_to_world
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import NAMES, add_label_map, add_segmentation, move, oriented
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised

PHANTOM = voxelised(bullet(), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis())
IDS = {name: f"id of {name}" for name in NAMES}
VALUES = {"lv": "3", "myo": "2", "rv": "1"}
SHIFT = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 7], [0, 0, 0, 1]])


def taken(node, chosen=None) -> LabelImage:
    chosen = chosen or (IDS if node.IsA("vtkMRMLSegmentationNode") else VALUES)
    return label_images([node], chosen, "ed", parent_to_world(node, "ed"))[0]


def points(image: LabelImage | LabelMap, value: int, to_world=None) -> np.ndarray:
    """(N, 3) RAS mm of the voxels of a value, in one order."""
    to_ras = image.to_ras if isinstance(image, LabelImage) else LPS_TO_RAS @ image.to_lps
    to_ras = to_ras if to_world is None else to_world @ to_ras
    found = np.argwhere(image.values == value)[:, ::-1] @ to_ras[:3, :3].T + to_ras[:3, 3]
    return found[np.lexsort(found.round(3).T)]


def rigid(turn, shift) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix(), shift
    return matrix


angle, length = st.floats(-180, 180), st.floats(-300, 300)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    first=st.tuples(angle, angle, angle),
    second=st.tuples(angle, angle, angle),
    shift=st.tuples(length, length, length),
    add=st.sampled_from([add_label_map, add_segmentation]),
)
def test_rigid_parents_move_the_heart_and_nothing_else(a_scene, first, second, shift, add) -> None:
    """The exported matrix is the transform of the input's own, for two transforms above each other."""
    node = add(a_scene, PHANTOM)
    upper, lower = rigid(first, shift), rigid(second, shift[::-1])
    below = move(node, lower)
    above = move(below, upper)
    image = taken(node)
    np.testing.assert_allclose(image.to_ras, upper @ lower @ LPS_TO_RAS @ PHANTOM.to_lps, atol=1e-9)
    np.testing.assert_array_equal(image.values, PHANTOM.values)
    for each in (node, below, above):
        a_scene.RemoveNode(each)


def test_segments_are_put_into_the_reference_geometry(a_scene) -> None:
    """Cropped segments would look like a heart that the stack does not cover."""
    node = add_segmentation(a_scene, PHANTOM)
    image = taken(node)
    np.testing.assert_array_equal(image.values, PHANTOM.values)
    np.testing.assert_allclose(image.to_ras, LPS_TO_RAS @ PHANTOM.to_lps, atol=1e-12)
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    node.GetSegmentation().SetConversionParameter(name, "")
    cropped = taken(node)
    assert cropped.values.size < PHANTOM.values.size
    for value in (1, 2, 3):
        np.testing.assert_allclose(points(cropped, value), points(PHANTOM, value), atol=1e-9)


def test_a_segment_beyond_the_reference_geometry_is_kept(a_scene) -> None:
    node = add_segmentation(a_scene, PHANTOM)
    small = slicer.vtkOrientedImageData()
    converter = slicer.vtkSegmentationConverter
    name = converter.GetReferenceImageGeometryParameterName()
    converter.DeserializeImageGeometry(node.GetSegmentation().GetConversionParameter(name), small, False)
    small.SetExtent(5, 8, 5, 8, 2, 3)
    node.GetSegmentation().SetConversionParameter(name, converter.SerializeImageGeometry(small))
    for value in (1, 2, 3):
        np.testing.assert_allclose(points(taken(node), value), points(PHANTOM, value), atol=1e-9)


def test_a_segment_on_another_grid_is_resampled_to_the_nearest_voxel(a_scene) -> None:
    node = add_segmentation(a_scene, PHANTOM, names={"lv": "LV", "rv": "RV"})
    fine = LPS_TO_RAS @ PHANTOM.to_lps
    fine[:3, :3] /= 3
    fine[:3, 3] -= fine[:3, :3] @ (1, 1, 1)  # each voxel of the map becomes 27
    mask = np.repeat(np.repeat(np.repeat(PHANTOM.mask("myo"), 3, 0), 3, 1), 3, 2)
    node.AddSegmentFromBinaryLabelmapRepresentation(oriented(mask, fine), "Myocardium", [1, 0, 0], "id of myo")
    np.testing.assert_array_equal(taken(node).values, PHANTOM.values)


def test_surfaces_become_voxels_and_the_node_is_left_as_it_is(a_scene) -> None:
    from vtkmodules.vtkFiltersSources import vtkSphereSource

    node = add_node(a_scene, "vtkMRMLSegmentationNode", "ED")
    converter = slicer.vtkSegmentationConverter
    node.GetSegmentation().SetSourceRepresentationName(converter.GetSegmentationClosedSurfaceRepresentationName())
    balls = {"lv": (3, 20.0, 0.0), "myo": (2, 12.0, 60.0)}
    for structure, (_, radius, place) in balls.items():
        ball = vtkSphereSource()
        ball.SetRadius(radius)
        ball.SetCenter(place, 0, 0)
        ball.SetThetaResolution(60)
        ball.SetPhiResolution(60)
        ball.Update()
        node.AddSegmentFromClosedSurfaceRepresentation(ball.GetOutput(), structure, [1, 0, 0], f"id of {structure}")
    assert not is_empty(node, "id of lv")
    image = taken(node, {"lv": "id of lv", "myo": "id of myo"})
    for value, radius, place in balls.values():
        assert (image.values == value).sum() == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.02), "of 1 mm"
        np.testing.assert_allclose(points(image, value).mean(0), (place, 0, 0), atol=0.1)
    binary = converter.GetSegmentationBinaryLabelmapRepresentationName()
    assert not node.GetSegmentation().ContainsRepresentation(binary)
    assert not node.GetSegmentation().GetConversionParameter("Reference image geometry")


def test_segments_on_grids_of_their_own_are_all_kept(a_scene) -> None:
    """Without a reference geometry the grid is that of the first, widened to the others."""
    node = add_node(a_scene, "vtkMRMLSegmentationNode", "ED")
    block = np.ones((4, 5, 6), bool)
    for structure, spacing, place in (("lv", 2.0, 0.0), ("myo", 4.0, -51.0)):
        to_ras = np.diag([spacing] * 3 + [1.0])
        to_ras[0, 3] = place
        node.AddSegmentFromBinaryLabelmapRepresentation(oriented(block, to_ras), structure, [1, 0, 0], structure)
    image = taken(node, {"lv": "lv", "myo": "myo"})
    assert (image.values == 3).sum() == block.sum()
    assert (image.values == 2).sum() * 2.0**3 == pytest.approx(block.sum() * 4.0**3, rel=0.3)
    np.testing.assert_allclose(points(image, 2).mean(0), (-51 + 10, 8, 6), atol=1.01)


def test_overlapping_segments_are_named(a_scene) -> None:
    lv, myo = PHANTOM.mask("lv"), PHANTOM.mask("myo")
    masks = {"lv": lv, "myo": lv | myo, "rv": PHANTOM.mask("rv")}
    words = rf"^ed has the segments 'LV cavity' and 'Myocardium' overlapping in {lv.sum()} voxels: subtract"
    with pytest.raises(InputError, match=words):
        taken(add_segmentation(a_scene, PHANTOM, masks=masks))


def test_a_segment_that_is_not_chosen_may_overlap(a_scene) -> None:
    masks = {name: PHANTOM.mask(name) for name in NAMES} | {"rv": PHANTOM.values > 0}
    node = add_segmentation(a_scene, PHANTOM, masks=masks)
    image = taken(node, {name: IDS[name] for name in ("lv", "myo")})
    np.testing.assert_array_equal(image.values, np.where(PHANTOM.values > 1, PHANTOM.values, 0))


def test_values_are_translated(a_scene) -> None:
    other = voxelised(
        bullet(), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis(), labels=HeartLabels(lv=500, myo=7, rv=9)
    )
    image = taken(add_label_map(a_scene, other), {"lv": "500", "myo": "7", "rv": "9"})
    np.testing.assert_array_equal(image.values, PHANTOM.values)


def test_later_changes_of_the_node_do_not_matter(a_scene) -> None:
    node = add_label_map(a_scene, PHANTOM)
    image = taken(node)
    move(node, SHIFT)
    from GenerativeModelsScene.nodes.volumes import image_values

    image_values(node.GetImageData())[:] = 0
    np.testing.assert_array_equal(image.values, PHANTOM.values)


def test_transforms_that_no_file_can_hold_are_refused(a_scene) -> None:
    skew = np.eye(4)
    skew[0, 1] = 0.3
    flat = np.diag([1.0, 1.0, 0.0, 1.0])
    for matrix, words in ((skew, "not at right angles"), (flat, "flattens space")):
        for add in (add_label_map, add_segmentation):
            node = add(a_scene, PHANTOM)
            move(node, matrix, "strange")
            with pytest.raises(InputError, match=words):
                taken(node)
    bent = add_node(a_scene, "vtkMRMLBSplineTransformNode", "warp")
    node = add_label_map(a_scene, PHANTOM)
    node.SetAndObserveTransformNodeID(bent.GetID())
    with pytest.raises(InputError, match=r"^ed is under the non-linear transform 'warp'"):
        taken(node)


def test_scaling_scales_the_heart(a_scene) -> None:
    node = add_label_map(a_scene, PHANTOM)
    move(node, np.diag([2.0, 2.0, 2.0, 1.0]))
    np.testing.assert_allclose(taken(node).to_ras[:3, :3], 2 * (LPS_TO_RAS @ PHANTOM.to_lps)[:3, :3])


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_volumes_are_those_of_the_voxels(a_scene, add) -> None:
    node = add(a_scene, PHANTOM)
    ids = VALUES if add is add_label_map else IDS
    for structure, id in ids.items():
        assert volume_ml(node, id) == pytest.approx(PHANTOM.volume_ml(structure), rel=1e-9)


def test_an_empty_segment_is_empty(a_scene) -> None:
    masks = {name: PHANTOM.mask(name) for name in NAMES} | {"rv": PHANTOM.values > 99}
    node = add_segmentation(a_scene, PHANTOM, masks=masks)
    assert is_empty(node, "id of rv") and not is_empty(node, "id of lv")
    assert volume_ml(node, "id of rv") == 0
