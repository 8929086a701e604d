"""Lines of equal value on a model."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsScene.nodes.isolines import LIFT_MM, show_isolines, update_isolines
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore
from Testing.helpers.shapes import lump


@pytest.fixture
def a_ball(a_scene):
    """(store, model): a lump coloured by its height above the origin in mm."""
    surface = lump()
    store = NodeStore(a_scene, "ball")
    model, _ = show_model(store, surface.with_data(height_mm=surface.points[:, 2]), "Ball")
    return store, model


def points_of(node) -> np.ndarray:
    return np.array(vtk_to_numpy(node.GetPolyData().GetPoints().GetData()), float)


def test_lines_lie_at_the_multiples_of_the_step_a_little_outside_the_surface(a_ball) -> None:
    store, model = a_ball
    node = show_isolines(store, model, "height_mm", 10.0, "Lines")
    points, surface = points_of(node), points_of(model)
    heights = np.round(points[:, 2] / 10) * 10
    assert np.abs(points[:, 2] - heights).max() < 2 * LIFT_MM
    low, high = surface[:, 2].min(), surface[:, 2].max()
    assert set(heights) == set(np.arange(np.ceil(low / 10), np.floor(high / 10) + 1) * 10)
    away = np.linalg.norm(points, axis=1)
    assert away.max() < np.linalg.norm(surface, axis=1).max() + 2 * LIFT_MM
    assert node.GetPolyData().GetNumberOfPolys() == 0 and node.GetPolyData().GetNumberOfLines() < 100, "joined"


def test_lines_lie_under_the_transform_of_the_model_and_cannot_be_picked(a_ball, a_scene) -> None:
    store, model = a_ball
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    model.SetAndObserveTransformNodeID(transform.GetID())
    node = show_isolines(store, model, "height_mm", 10.0, "Lines")
    assert node.GetParentTransformNode() is transform and not node.GetSelectable()
    display = node.GetDisplayNode()
    assert not display.GetLighting() and not display.GetVisibility2D() and not display.GetScalarVisibility()


def test_no_line_runs_along_unknown_values(a_ball) -> None:
    store, model = a_ball
    array = model.GetPolyData().GetPointData().GetArray("height_mm")
    values = vtk_to_numpy(array)
    values[points_of(model)[:, 0] > 0] = np.nan
    node = show_isolines(store, model, "height_mm", 10.0, "Lines")
    points = points_of(node)
    assert len(points) and np.isfinite(points).all() and points[:, 0].max() < 2 * LIFT_MM
    values[:] = np.nan
    assert show_isolines(store, model, "height_mm", 10.0, "Lines").GetPolyData().GetNumberOfLines() == 0


def test_lines_are_updated_in_place_only_where_there_are_some(a_ball, a_scene) -> None:
    store, model = a_ball
    assert update_isolines(store, model) is None
    node = show_isolines(store, model, "height_mm", 10.0, "Lines")
    node.GetDisplayNode().SetColor(1, 0, 0)
    vtk_to_numpy(model.GetPolyData().GetPointData().GetArray("height_mm"))[:] += 5
    before, count = points_of(node), a_scene.GetNumberOfNodes()
    assert update_isolines(store, model) is node and a_scene.GetNumberOfNodes() == count
    assert len(points_of(node)) != len(before) and node.GetDisplayNode().GetColor() == (1, 0, 0)
    assert np.abs((points_of(node)[:, 2] + 5) % 10 - 5).min() > 4


def test_lines_are_saved_with_the_scene(a_ball, a_scene, tmp_path) -> None:
    store, model = a_ball
    node = show_isolines(store, model, "height_mm", 10.0, "Lines")
    expected = points_of(node)
    assert a_scene.SaveSceneToSlicerDataBundleDirectory(str(tmp_path))
    fresh = slicer.vtkMRMLScene()
    a_scene.CopyRegisteredNodesToScene(fresh)
    fresh.SetURL(str(next(tmp_path.rglob("*.mrml"))))
    assert fresh.Connect()
    again = NodeStore(fresh, "ball")
    assert update_isolines(again, again.get("model")) is again.get("isolines")
    np.testing.assert_allclose(points_of(again.get("isolines")), expected, atol=1e-4)
