"""Views of a heart."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsScene.heart.show import show_heart
from GenerativeModelsScene.heart.views import look_at_heart


@pytest.fixture
def views(a_scene, a_slice_view) -> dict:
    """A slice view, the camera and the layout."""
    a_scene.RegisterNodeClass(slicer.vtkMRMLLayoutNode())
    layout = a_scene.AddNewNodeByClass("vtkMRMLLayoutNode")
    layout.AddLayoutDescription(layout.SlicerLayoutFourUpView, "<layout></layout>")
    return {"Red": a_slice_view, "camera": a_scene.AddNewNodeByClass("vtkMRMLCameraNode"), "layout": layout}


def test_the_heart_is_seen_from_septum_and_front_with_the_apex_down(a_scene, a_heart, a_folder, views) -> None:
    assert len(list(look_at_heart(a_scene, a_heart))) >= 3
    assert views["layout"].GetViewArrangement() == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
    to_heart = np.linalg.inv(a_heart.to_patient)
    ras = np.diag([-1.0, -1.0, 1.0])
    eye, focus, up = (
        np.array(getattr(views["camera"], f"Get{what}")()) for what in ("Position", "FocalPoint", "ViewUp")
    )
    direction = to_heart[:3, :3] @ ras @ (eye - focus)
    assert direction[0] > 0 and direction[1] > 0, "septum and anterior wall face the camera"
    np.testing.assert_allclose(to_heart[:3, :3] @ ras @ up, (0, 0, 1), atol=1e-6)
    points = np.concatenate([read_surface(a_folder / f"{phase}.vtp").points for phase in ("ed", "es")]) @ ras
    assert np.linalg.norm(points - focus, axis=1).max() < np.linalg.norm(eye - focus) * np.sin(np.radians(15))


def test_slice_views_keep_their_direction_and_show_the_middle_of_the_heart(a_scene, a_heart, views) -> None:
    before = views["Red"].GetOrientation()
    list(look_at_heart(a_scene, a_heart))
    matrix = views["Red"].GetSliceToRAS()
    centre = [matrix.GetElement(row, 3) for row in range(3)]
    np.testing.assert_allclose(centre, views["camera"].GetFocalPoint(), atol=1e-6)
    assert views["Red"].GetOrientation() == before == "Axial"
    assert 80 < min(views["Red"].GetFieldOfView()[:2]) < 250


def test_two_hearts_do_not_stand_in_one_place(a_scene, a_heart, a_folder) -> None:
    other = show_heart(a_scene, a_folder, key="other", title="Other")
    list(look_at_heart(a_scene, other))
    assert not any(model.GetDisplayNode().GetVisibility() for model in a_heart.case.models.values())
    assert other.case.models["ed.vtp"].GetDisplayNode().GetVisibility()


def test_a_heart_without_its_surfaces_or_result_is_no_error(a_scene, a_heart, views) -> None:
    a_scene.RemoveNode(a_heart.case.result)
    list(look_at_heart(a_scene, a_heart))
    for model in a_heart.case.models.values():
        a_scene.RemoveNode(model)
    list(look_at_heart(a_scene, a_heart))
