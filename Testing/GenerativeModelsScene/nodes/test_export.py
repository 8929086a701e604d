"""Models as files of other programs."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsScene.nodes.colours import colour_model, show_colours
from GenerativeModelsScene.nodes.export import colours_on_show, export_model
from GenerativeModelsScene.nodes.models import show_model
from GenerativeModelsScene.nodes.store import NodeStore
from Testing.helpers.shapes import lump


@pytest.fixture
def model(a_scene):
    """A lump coloured by the height above its lowest point, unknown at the first point."""
    surface, store = lump(), NodeStore(a_scene, "case")
    height = (surface.points[:, 2] - surface.points[:, 2].min()).astype(np.float32)
    height[0] = np.nan
    node, _ = show_model(store, surface.with_data(height_mm=height), "Lump")
    colour_model(
        node, show_colours(store, "Colours", (0.0, 1.0)), "height_mm", (0.0, float(np.nanmax(height))), made=True
    )
    return node


def place(model, turned: np.ndarray) -> None:
    transform = model.GetScene().AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(turned.ravel())
    transform.SetMatrixTransformToParent(matrix)
    model.SetAndObserveTransformNodeID(transform.GetID())


@pytest.mark.parametrize("suffix", [".stl", ".ply"])
def test_the_file_holds_the_surface_where_it_lies_in_the_world(model, tmp_path, suffix) -> None:
    moved = np.eye(4)
    moved[:3, 3] = 10, 20, 30
    place(model, moved)
    export_model(model, tmp_path / f"lump{suffix}")
    found = read_surface(tmp_path / f"lump{suffix}")
    expected = lump().points + np.array([-10, -20, 30])
    np.testing.assert_allclose(found.points.min(axis=0), expected.min(axis=0), atol=1e-4)
    np.testing.assert_allclose(found.points.max(axis=0), expected.max(axis=0), atol=1e-4)
    assert found.volume_mm3 == pytest.approx(lump().volume_mm3, rel=1e-4)


def test_glb_and_ply_have_the_colours_on_show(model, tmp_path) -> None:
    for name in ("lump.ply", "lump.glb"):
        export_model(model, tmp_path / name)
    assert b"property uchar red" in (tmp_path / "lump.ply").read_bytes()[:500]
    data = (tmp_path / "lump.glb").read_bytes()
    header = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    assert "COLOR_0" in header["meshes"][0]["primitives"][0]["attributes"]


def test_colours_follow_range_and_visibility(model) -> None:
    display, points = model.GetDisplayNode(), lump().points
    colours = colours_on_show(model)
    low, high = np.nanargmin(points[1:, 2]) + 1, np.nanargmax(points[1:, 2]) + 1
    function = display.GetColorNode().GetColorTransferFunction()
    np.testing.assert_allclose(colours[low], 255 * np.array(function.GetColor(0.0)), atol=3)
    np.testing.assert_allclose(colours[high], 255 * np.array(function.GetColor(1.0)), atol=3)
    display.SetScalarRange(0.0, 1e6)
    np.testing.assert_allclose(colours_on_show(model)[high], 255 * np.array(function.GetColor(0.0)), atol=3)
    display.SetScalarVisibility(False)
    display.SetColor(1.0, 0.0, 0.0)
    assert (colours_on_show(model) == (255, 0, 0)).all()


def test_what_cannot_be_exported_is_one_sentence(model, a_scene, tmp_path) -> None:
    with pytest.raises(InputError, match=r"give one of \.stl"):
        export_model(model, tmp_path / "lump.obj")
    warped = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")
    warped.SetAndObserveTransformToParent(slicer.vtkOrientedBSplineTransform())
    model.SetAndObserveTransformNodeID(warped.GetID())
    with pytest.raises(InputError, match="'Lump' is under the non-linear transform"):
        export_model(model, tmp_path / "lump.stl")
    a_scene.RemoveNode(model)
    for gone in (model, None):
        with pytest.raises(InputError, match="no longer holds this surface"):
            export_model(gone, tmp_path / "lump.stl")
    assert list(tmp_path.iterdir()) == []
