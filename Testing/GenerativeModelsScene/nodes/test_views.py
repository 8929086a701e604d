"""Cameras and slice views."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.views import (
    arrange_four_up,
    draw_slices_again,
    look_from,
    node_of_view,
    set_section,
    sphere_about,
)
from Testing.helpers.shapes import lump


def test_a_sphere_contains_all_models(a_scene) -> None:
    store, shift = NodeStore(a_scene, "case"), np.eye(4)
    shift[0, 3] = 100.0
    models = [show_model(store, lump(), "One", "one")[0], show_model(store, lump().transformed(shift), "Two", "two")[0]]
    centre, radius = sphere_about(models)
    points = np.concatenate([lump().points, lump().transformed(shift).points]) * (-1, -1, 1)
    distances = np.linalg.norm(points - centre, axis=1)
    assert distances.max() <= radius < 1.5 * distances.max()


def test_a_camera_sees_the_sphere(a_scene) -> None:
    camera = a_scene.AddNewNodeByClass("vtkMRMLCameraNode")
    look_from(a_scene, np.array([1.0, 2.0, 3.0]), 50.0, (0, -2, 0), (0, 0, 1))
    assert camera.GetFocalPoint() == pytest.approx((1, 2, 3)) and camera.GetViewUp() == pytest.approx((0, 0, 1))
    distance = 50.0 / np.sin(np.radians(camera.GetViewAngle() / 2))
    assert camera.GetPosition() == pytest.approx((1, 2 - distance, 3))


def test_a_slice_view_is_set_to_a_plane(a_scene, a_slice_view) -> None:
    set_section(a_slice_view, np.array([1.0, 2.0, 3.0]), 40.0, np.array([[0, 0, -1], [-1, 0, 0], [0, 1, 0]]))
    matrix = a_slice_view.GetSliceToRAS()
    rows = [[matrix.GetElement(row, column) for column in range(4)] for row in range(3)]
    np.testing.assert_allclose(rows, [[0, 0, -1, 1], [-1, 0, 0, 2], [0, 1, 0, 3]], atol=1e-12)
    assert a_slice_view.GetFieldOfView()[0] == pytest.approx(2 * 40.0 * 1.15)
    assert node_of_view(a_scene, "vtkMRMLSliceNode", "Red") is a_slice_view
    assert node_of_view(a_scene, "vtkMRMLSliceNode", "Blue") is None
    set_section(a_slice_view, np.zeros(3), 20.0)
    assert matrix.GetElement(1, 0) == -1 and matrix.GetElement(0, 3) == 0 and a_slice_view.GetFieldOfView()[0] == 46.0
    heard = []
    a_slice_view.AddObserver("ModifiedEvent", lambda *_: heard.append(1))
    draw_slices_again(a_scene)
    assert heard


def test_a_scene_without_a_layout_is_left_alone(a_scene) -> None:
    before = a_scene.GetNumberOfNodes()
    arrange_four_up(a_scene)
    assert a_scene.GetNumberOfNodes() == before
