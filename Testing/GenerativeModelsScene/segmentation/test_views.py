"""Slice views that lead to the slices and places of a check."""

from __future__ import annotations

import numpy as np

from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.frames import node_on_show, show_frame
from GenerativeModelsScene.segmentation.views import go_to_slice, look_at_check, slice_on_show
from Testing.helpers.faulty_beat import HOLE


def offset(view, place) -> float:
    """Distance in mm of a place (LPS) from the plane of a view."""
    x, y, z = place
    return float((np.linalg.inv(matrix_array(view.GetSliceToRAS())) @ [-x, -y, z, 1.0])[2])


def test_labels_are_in_front_and_the_views_cut_along_and_across(a_scene, film, nodes, three_views) -> None:
    show_frame(film, 0)
    for _step in look_at_check(a_scene, nodes, film):
        pass
    assert {each.layers.GetLabelVolumeID() for each in three_views.values()} == {node_on_show(film).GetID()}
    normals = [matrix_array(each.view.GetSliceToRAS())[:3, 2] for each in three_views.values()]
    assert np.allclose(np.abs(np.array(normals) @ np.array(normals).T), np.eye(3), atol=1e-6)
    assert slice_on_show(a_scene, nodes) == 2


def test_a_violation_is_ringed_and_in_all_views(a_scene, film, nodes, three_views) -> None:
    for _step in look_at_check(a_scene, nodes, film):
        pass
    found = next(one for one in nodes.found if (one.frame, one.slice) == HOLE)
    go_to_slice(a_scene, nodes, *HOLE, found.where)
    assert slice_on_show(a_scene, nodes) == HOLE[1]
    assert all(abs(offset(each.view, found.where)) < 1e-6 for each in three_views.values())
    rings = NodeStore(a_scene, nodes.key).get("places")
    assert rings.GetPolyData().GetNumberOfPoints() > 0 and rings.GetDisplayNode().GetVisibility()
    before = matrix_array(three_views["Green"].view.GetSliceToRAS())
    go_to_slice(a_scene, nodes, 0, 4)
    assert slice_on_show(a_scene, nodes) == 4 and rings.GetPolyData().GetNumberOfPoints() == 0
    assert np.array_equal(matrix_array(three_views["Green"].view.GetSliceToRAS()), before)


def test_a_view_that_was_turned_is_turned_back(a_scene, film, nodes, three_views) -> None:
    for _step in look_at_check(a_scene, nodes, film):
        pass
    view = three_views["Red"].view
    view.SetOrientationToSagittal()
    assert slice_on_show(a_scene, nodes) is None
    go_to_slice(a_scene, nodes, *HOLE)
    assert slice_on_show(a_scene, nodes) == HOLE[1]


def test_a_place_out_of_sight_comes_into_the_middle(a_scene, film, nodes, three_views) -> None:
    for _step in look_at_check(a_scene, nodes, film):
        pass
    view = three_views["Red"].view
    view.SetFieldOfView(8.0, 6.0, 1.0)
    found = next(one for one in nodes.found if (one.frame, one.slice) == HOLE)
    x, y, z = found.where
    view.JumpSliceByCentering(-x + 60.0, -y, z)
    go_to_slice(a_scene, nodes, *HOLE, found.where)
    assert np.abs(np.linalg.inv(matrix_array(view.GetSliceToRAS())) @ [-x, -y, z, 1.0])[:2].max() < 3.0


def test_without_views_nothing_happens(a_scene, nodes) -> None:
    for _step in look_at_check(a_scene, nodes, None):
        pass
    go_to_slice(a_scene, nodes, *HOLE)
    assert slice_on_show(a_scene, nodes) is None
