"""Pictures in space, their outlines, and slice views turned onto them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_queries import SurfaceQueries
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsScene.nodes.geometry import matrix_array
from GenerativeModelsScene.skull.planes_3d import sector_alone, whole_picture
from GenerativeModelsScene.skull.show import (
    planes_visible,
    set_outlines_visible,
    set_planes_visible,
    show_case,
    show_plane_in_view,
)
from Testing.helpers.finished_cases import MIRRORED, SIZE, SPACING, a_finished_case

NAMES = ("axial", "sagittal", "coronal")
RAS = np.array([-1.0, -1.0, 1.0])


def points_of(model) -> np.ndarray:
    return np.array(vtk_to_numpy(model.GetPolyData().GetPoints().GetData()))


def view_of(scene, name: str, size=(400, 300)):
    """(slice node, composite node) of a view."""
    found = []
    for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
        node = scene.GetSingletonNode(name, kind)
        if node is None:
            node = scene.CreateNodeByClass(kind)
            node.UnRegister(None)
            node.SetSingletonTag(name)
            node.SetLayoutName(name)
            node = scene.AddNode(node)
        found.append(node)
    found[0].SetDimensions(*size, 1)
    return found


def in_view(slice_node, points: np.ndarray) -> np.ndarray:
    """World points (..., 3) -> pixels (..., 3) of the view, x to the right, y upwards, third the depth."""
    matrix = np.linalg.inv(matrix_array(slice_node.GetXYToRAS()))
    return points @ matrix[:3, :3].T + matrix[:3, 3]


@pytest.mark.parametrize("name", NAMES)
def test_a_pixel_lies_where_the_placement_says(shown, a_case, name) -> None:
    placement = a_case.planes[name].placement
    matrix = vtk.vtkMatrix4x4()
    shown.planes[name].GetIJKToRASMatrix(matrix)
    for column, row in [(0, 0), (199, 0), (0, 149), (37, 91)]:
        uv = np.array([column * SPACING[1], row * SPACING[0]])
        found = np.array(matrix.MultiplyPoint((column, row, 0.0, 1.0)))[:3]
        np.testing.assert_allclose(found, placement.to_head(uv) * RAS, atol=1e-9)
    assert matrix.Determinant() > 0, "right-handed, for a mirrored picture too"


def test_the_sector_is_shown_without_holes_and_nothing_around_it(a_scene, tmp_path) -> None:
    pixels = np.zeros((60, 70), np.uint8)
    pixels[15:45, 15:55] = 90
    pixels[25:38, 25:38] = 0  # a hole
    pixels[20:40, 40:55] = 0  # a shadow, open to the side
    pixels[3:6, 60:68] = 255  # letters
    found = sector_alone(pixels)
    shown = np.zeros(pixels.shape, bool)
    shown[15:45, 15:55] = True
    np.testing.assert_array_equal(found >= 0, shown)
    np.testing.assert_array_equal(found[shown], pixels[shown])
    assert found.dtype == np.int16 and whole_picture(found).dtype == np.uint8
    np.testing.assert_array_equal(whole_picture(found), pixels)
    nodes = show_case(a_scene, read_case(a_finished_case(tmp_path / "case")), key="case", title="Head")
    for node in nodes.planes.values():
        assert node.GetDisplayNode().GetApplyThreshold()
        assert node.GetDisplayNode().GetLowerThreshold() == 0.0


def test_one_of_the_pictures_is_mirrored(a_case) -> None:
    assert a_case.planes[MIRRORED].placement.normal @ [1, 0, 0] > 0.5, "sagittal u x v points to the right by default"


@pytest.mark.parametrize("name", NAMES)
def test_the_outline_lies_in_its_plane_and_on_the_skull(shown, a_case, name) -> None:
    placement, points = a_case.planes[name].placement, points_of(shown.outlines[name])
    assert len(points) > 50
    assert np.abs((points * RAS - placement.origin_mm) @ placement.normal).max() < 1e-6
    assert np.abs(SurfaceQueries(a_case.surface).signed_distances(points * RAS)).max() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_band_lies_about_the_outline_in_the_same_plane(shown, a_case, name) -> None:
    placement, points = a_case.planes[name].placement, points_of(shown.bands[name])
    assert shown.bands[name].GetPolyData().GetNumberOfLines() == 2
    assert np.abs((points * RAS - placement.origin_mm) @ placement.normal).max() < 1e-6
    nearest = np.linalg.norm(points[:, None] - points_of(shown.outlines[name])[None], axis=2).min(axis=1)
    assert nearest.min() > 0.3 and nearest.max() < 5.0


def test_lines_show_in_no_slice_view_until_asked(shown) -> None:
    for model in (*shown.outlines.values(), *shown.bands.values()):
        display = model.GetDisplayNode()
        assert display.GetVisibility() and display.GetVisibility3D() and not display.GetVisibility2D()
        assert display.GetSliceDisplayMode() == slicer.vtkMRMLModelDisplayNode.SliceDisplayProjection


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(400, 300), (200, 500), (1000, 300)])
def test_a_slice_view_shows_the_picture_upright_whole_and_large(shown, a_scene, a_case, name, size) -> None:
    view, composite = view_of(a_scene, "Red", size)
    show_plane_in_view(a_scene, shown, name, view, composite)
    assert composite.GetBackgroundVolumeID() == shown.planes[name].GetID()
    placement, (rows, columns) = a_case.planes[name].placement, SIZE
    corners = np.array([[0, 0], [columns - 1, 0], [0, rows - 1], [columns - 1, rows - 1]]) * SPACING[::-1]
    first, right, below, last = in_view(view, placement.to_head(corners) * RAS)
    assert right[0] > first[0] and right[1] == pytest.approx(first[1], abs=1e-6)
    assert below[1] < first[1] and below[0] == pytest.approx(first[0], abs=1e-6)
    scale = (right[0] - first[0]) / ((columns - 1) * SPACING[1])
    assert (first[1] - below[1]) / ((rows - 1) * SPACING[0]) == pytest.approx(scale), "true aspect"
    for corner in (first, last):
        assert 0 <= corner[0] <= size[0] and 0 <= corner[1] <= size[1]
    assert max((right[0] - first[0]) / size[0], (first[1] - below[1]) / size[1]) > 0.9
    assert (first + last)[:2] / 2 == pytest.approx(np.array(size) / 2, abs=1.0)


def test_the_view_lies_in_the_plane_of_the_outline(shown, a_scene) -> None:
    view, composite = view_of(a_scene, "Red")
    show_plane_in_view(a_scene, shown, "coronal", view, composite)
    assert np.abs(in_view(view, points_of(shown.outlines["coronal"]))[:, 2]).max() < 1e-4
    assert view.GetSliceVisible() and np.linalg.det(matrix_array(view.GetSliceToRAS())[:3, :3]) == pytest.approx(1)


def test_lines_go_to_the_view_of_their_plane_and_to_3d_views_only(shown, a_scene) -> None:
    threed = a_scene.AddNewNodeByClass("vtkMRMLViewNode")
    red, green = view_of(a_scene, "Red"), view_of(a_scene, "Green")
    show_plane_in_view(a_scene, shown, "axial", *red)
    show_plane_in_view(a_scene, shown, "coronal", *green)
    for lines in (shown.outlines, shown.bands):
        seen = {name: set(model.GetDisplayNode().GetViewNodeIDs()) for name, model in lines.items()}
        assert seen["axial"] == {threed.GetID(), red[0].GetID()}
        assert seen["coronal"] == {threed.GetID(), green[0].GetID()}
        visible = {name: bool(model.GetDisplayNode().GetVisibility2D()) for name, model in lines.items()}
        assert visible == {"axial": True, "coronal": True, "sagittal": False}
    show_plane_in_view(a_scene, shown, "sagittal", *red)
    axial, sagittal = (shown.outlines[name].GetDisplayNode() for name in ("axial", "sagittal"))
    assert not axial.GetVisibility2D() and axial.IsDisplayableInView(threed.GetID())
    assert sagittal.GetVisibility2D() and sagittal.IsDisplayableInView(red[0].GetID())
    assert not sagittal.IsDisplayableInView(green[0].GetID())


def test_one_plane_may_show_in_two_views(shown, a_scene) -> None:
    red, green = view_of(a_scene, "Red"), view_of(a_scene, "Green")
    show_plane_in_view(a_scene, shown, "axial", *red)
    show_plane_in_view(a_scene, shown, "axial", *green)
    display = shown.outlines["axial"].GetDisplayNode()
    assert display.IsDisplayableInView(red[0].GetID()) and display.IsDisplayableInView(green[0].GetID())


def test_planes_and_outlines_can_be_hidden(shown, a_scene) -> None:
    red, green = view_of(a_scene, "Red"), view_of(a_scene, "Green")
    show_plane_in_view(a_scene, shown, "axial", *red)
    other = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "other")
    green[1].SetBackgroundVolumeID(other.GetID())
    green[0].SetSliceVisible(True)
    set_planes_visible(shown, False)
    assert not planes_visible(shown) and not red[0].GetSliceVisible()
    assert green[0].GetSliceVisible(), "a view of something else is left alone"
    show_plane_in_view(a_scene, shown, "coronal", *green)
    assert not green[0].GetSliceVisible(), "hidden is hidden for planes shown later, too"
    set_planes_visible(shown, True)
    assert planes_visible(shown) and red[0].GetSliceVisible() and green[0].GetSliceVisible()
    set_outlines_visible(shown, False)
    lines = [model.GetDisplayNode() for model in (*shown.outlines.values(), *shown.bands.values())]
    assert len(lines) == 6 and not any(display.GetVisibility() for display in lines)
    set_outlines_visible(shown, True)
    assert all(display.GetVisibility() for display in lines)


def test_a_plane_that_is_not_there_is_told(shown, a_scene) -> None:
    view, composite = view_of(a_scene, "Red")
    with pytest.raises(InputError, match="oblique plane of the case is not in the scene; show one of axial"):
        show_plane_in_view(a_scene, shown, "oblique", view, composite)
    a_scene.RemoveNode(shown.planes["axial"])
    with pytest.raises(InputError, match="axial plane of the case is not in the scene"):
        show_plane_in_view(a_scene, shown, "axial", view, composite)
    assert composite.GetBackgroundVolumeID() is None


def test_switches_do_nothing_in_a_closed_scene(shown, a_scene) -> None:
    a_scene.Clear(False)
    for switch in (set_planes_visible, set_outlines_visible):
        switch(shown, False)
        switch(shown, True)


def test_a_run_with_fewer_planes_takes_the_others_away(shown, a_scene, tmp_path) -> None:
    case = read_case(a_finished_case(tmp_path / "axial", planes=("axial",)))
    before = a_scene.GetNumberOfNodes()
    gone = [shown.planes["coronal"], shown.outlines["sagittal"], shown.bands["coronal"]]
    nodes = show_case(a_scene, case, key="case", title="Head")
    assert list(nodes.planes) == list(nodes.outlines) == list(nodes.bands) == ["axial"]
    assert nodes.planes["axial"] is shown.planes["axial"]
    assert all(node.GetScene() is None for node in gone)
    assert a_scene.GetNumberOfNodes() == before - 2 * 3 * 2, "two planes of three nodes, each with its display"
    with pytest.raises(InputError, match="show one of axial, or reconstruct again"):
        show_plane_in_view(a_scene, nodes, "coronal", *view_of(a_scene, "Red"))


def test_views_follow_a_second_run(shown, a_scene, tmp_path) -> None:
    """The view of a plane that is placed anew shows it in its new place."""
    folder = a_finished_case(tmp_path / "moved")
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    at = result["planes"]["axial"]["placement"]
    at["origin_mm"] = [value + 7.0 for value in at["origin_mm"]]
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    view, composite = view_of(a_scene, "Red")
    show_plane_in_view(a_scene, shown, "axial", view, composite)
    before = matrix_array(view.GetSliceToRAS())[:3, 3]
    nodes = show_case(a_scene, read_case(folder), key="case", title="Head")
    assert nodes.planes["axial"].GetID() == composite.GetBackgroundVolumeID()
    np.testing.assert_allclose(matrix_array(view.GetSliceToRAS())[:3, 3] - before, (-7, -7, 7), atol=1e-6)
