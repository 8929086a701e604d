"""Label maps of a check in a scene: frames, colours, slice views, places."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsScene.nodes.geometry import ijk_to_ras, matrix_array
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.store import NodeStore, add_node
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.segmentation.maps import (
    look_at_slice,
    move_to_slice,
    nearest_slice,
    show_maps,
    structure_at,
)
from Testing.helpers.segmentation_phantoms import cine, maps_of


@pytest.fixture(scope="module")
def maps():
    return maps_of(cine(4, 5))


@pytest.fixture
def view(a_scene):
    node = add_node(a_scene, "vtkMRMLSliceNode", "view")
    node.SetDimensions(400, 200, 1)
    return node


def test_every_frame_is_shown_with_its_values_and_place(a_scene, maps):
    nodes = show_maps(NodeStore(a_scene, "case"), maps, "Beat")
    assert nodes.browser.GetNumberOfItems() == 4 and nodes.labels.GetName() == "Beat labels"
    for frame in (2, 0, 3):
        nodes.show(frame)
        assert np.array_equal(voxels(nodes.labels), maps.values[frame])
        assert np.allclose(ijk_to_ras(nodes.labels), LPS_TO_RAS @ maps.to_lps)
    colours = nodes.labels.GetDisplayNode().GetColorNode()
    assert colours.GetColorName(1) == "cavity (lv)" and colours.GetNumberOfColors() == 5
    sequence = nodes.browser.GetMasterSequenceNode()
    assert (sequence.GetIndexUnit(), sequence.GetNthIndexValue(1)) == ("s", "0.04")


def test_other_maps_take_the_place_of_the_first_and_a_pair_is_numbered(a_scene, maps):
    store = NodeStore(a_scene, "case")
    before = show_maps(store, maps, "Beat")
    pair = maps_of(maps.values[:2], frame_s=None)
    after = show_maps(store, pair, "Pair")
    assert after.labels is before.labels and after.browser.GetNumberOfItems() == 2
    assert after.browser.GetMasterSequenceNode().GetNthIndexValue(1) == "1"
    beside = show_maps(store, maps, "Beat", role="repaired")
    assert beside.labels is not after.labels and after.browser.GetNumberOfItems() == 2


def test_a_slice_view_shows_a_slice_as_it_was_drawn_with_all_labels_in_sight(view, maps):
    look_at_slice(view, maps, 3)
    matrix = matrix_array(view.GetSliceToRAS())
    index = np.linalg.inv(LPS_TO_RAS @ maps.to_lps) @ matrix
    assert index[0, 0] > 0 > index[1, 1] and abs(index[2, 3] - 3) < 1e-6, "columns right, rows down, through slice 3"
    rows, columns = np.nonzero((maps.values != 0).any(axis=(0, 1)))
    width, height, _ = view.GetFieldOfView()
    for row, column in zip((rows.min(), rows.max()), (columns.min(), columns.max()), strict=True):
        x, y, z = maps.point_lps(3, row, column)
        across, up = (np.linalg.inv(matrix) @ [-x, -y, z, 1])[:2]
        assert abs(across) < width / 2 and abs(up) < height / 2
    assert height < 3 * (rows.max() - rows.min()) * maps.pixel_mm[0]


def test_a_slice_view_moves_along_its_normal_alone(view, maps):
    look_at_slice(view, maps, 1)
    before = matrix_array(view.GetSliceToRAS())
    move_to_slice(view, maps, 4)
    moved = matrix_array(view.GetSliceToRAS()) - before
    assert np.allclose(moved[:3, :3], 0) and np.allclose(np.abs(moved[:3, 3]), (0, 0, 3 * maps.slice_mm))


def test_places_and_structures(maps):
    assert [nearest_slice(maps, maps.point_lps(k, 10, 10)) for k in range(5)] == [0, 1, 2, 3, 4]
    assert nearest_slice(maps, maps.point_lps(9, 0, 0)) == 4
    row, column = (int(v) for v in np.argwhere(maps.values[2, 1] == 2)[0])
    assert structure_at(maps, 2, maps.point_lps(1, row, column)) == "myocardium (myo)"
    assert structure_at(maps, 2, maps.point_lps(1, 0, 0)) == "not labelled"
    assert structure_at(maps, 2, maps.point_lps(99, 0, 0)) == "not labelled"
