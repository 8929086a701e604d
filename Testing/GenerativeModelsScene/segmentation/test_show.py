"""A finished check in a scene: its violations as a table, and rings about their places."""

from __future__ import annotations

import numpy as np
from vtk.util.numpy_support import vtk_to_numpy

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.segmentation.anatomy import SEGMENTATION
from GenerativeModelsLib.segmentation.case.read import FoundViolation, read_case
from GenerativeModelsLib.segmentation.request import SegmentationRequest
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.segmentation.places import show_places, violations_at
from GenerativeModelsScene.segmentation.show import show_check
from Testing.helpers.segmentation_phantoms import cine, maps_of, write_maps


def found(frame: int, slice_: int | None, where=(0.0, 0.0, 0.0)) -> FoundViolation:
    return FoundViolation(frame, slice_, "lv", "lv_hole", 1.0, 0.0, "mm2", where, False, "A hole.")


def test_the_table_has_a_row_for_each_violation(a_scene, tmp_path):
    values = cine(3, 5)
    middle = [round(float(v)) for v in np.argwhere(values[1, 2] == 1).mean(axis=0)]
    values[1, 2, middle[0] - 2 : middle[0] + 3, middle[1] - 2 : middle[1] + 3] = 0
    path = write_maps(tmp_path / "beat.nii.gz", maps_of(values))
    run_case(SEGMENTATION, SegmentationRequest(path, output=tmp_path / "checked"))
    nodes = show_check(a_scene, tmp_path / "checked", key="case", title="Beat")
    table = NodeStore(a_scene, "case").get("violations")
    case = read_case(tmp_path / "checked")
    assert table.GetNumberOfRows() == len(case.violations) > 0 and table.GetName() == "Beat violations"
    rows = [[table.GetCellText(row, column) for column in range(3)] for row in range(len(case.violations))]
    texts = {one.slice: one.text for one in case.violations if one.criterion != "lv_hole"}
    assert [row for row in rows if "hole" in row[2]] == [
        ["1", "2", "The cavity of the left ventricle has a hole of 48 mm²."]
    ]
    assert [row for row in rows if row[1] == "–"] == [["1", "–", texts[None]]]
    assert nodes.result.GetText().startswith("{") and nodes.report is not None


def test_rings_lie_about_their_places_in_slice_views_alone(a_scene):
    store = NodeStore(a_scene, "case")
    model = show_places(store, [(10.0, 20.0, 30.0), (-10.0, 0.0, 5.0)], "Beat")
    points = vtk_to_numpy(model.GetPolyData().GetPoints().GetData())
    near = np.minimum(np.linalg.norm(points - (-10, -20, 30), axis=1), np.linalg.norm(points - (10, 0, 5), axis=1))
    assert np.allclose(near, 6.0, atol=1e-3)
    display = model.GetDisplayNode()
    assert display.GetVisibility2D() and not display.GetVisibility3D()
    assert show_places(store, [], "Beat") is model and model.GetPolyData().GetNumberOfPoints() == 0


def test_a_violation_of_a_whole_frame_belongs_to_the_slice_of_its_place():
    maps = maps_of(cine(3, 5))
    violations = [found(1, 2), found(1, None, maps.point_lps(3, 5, 5)), found(2, 3)]
    assert violations_at(violations, maps, 1, 2) == violations[:1]
    assert violations_at(violations, maps, 1, 3) == violations[1:2]
    assert violations_at(violations, maps, 0, 2) == []
