"""The overview of a check: what every cell says, and which curves are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from GenerativeModelsLib.segmentation.overview import curves_on_show, overview


@dataclass
class Broken:
    frame: int
    slice: int | None
    acquisition: bool = False


def test_a_cell_is_a_fault_before_a_shift_and_a_shift_before_its_role():
    roles = [["base", "mid", None], ["base", None, "apex"]]
    broken = [Broken(0, 0), Broken(0, 0), Broken(0, 1, True), Broken(1, 0), Broken(1, 0, True), Broken(1, None)]
    cells = overview(roles, broken)
    assert [[cell.state for cell in row] for row in cells] == [
        ["fault", "fault"],
        ["shift", "empty"],
        ["empty", "fine"],
    ]
    assert [cells[0][0].count, cells[0][1].count, cells[1][0].count] == [2, 1, 0]
    assert cells[0][0].words == "frame 0, slice 0: basal, 2 faults"
    assert cells[0][1].words == "frame 1, slice 0: basal, 1 fault"
    assert cells[2][0].words == "frame 0, slice 2: not labelled"


def test_curves_need_three_known_frames():
    columns = {"lv_ml": [1.0, 2.0, 3.0], "rv_ml": [1.0, None, 2.0], "wall_mm": [1.0, 2.0, float("nan"), 4.0]}
    assert [*curves_on_show(columns, "short-axis")] == ["lv_ml", "wall_mm"]
    assert curves_on_show({"lv_ml": [1.0, 2.0]}, "short-axis") == {}


def test_areas_of_a_stack_are_left_out_where_there_are_volumes():
    columns = {"lv_ml": [1.0] * 3, "lv_area_mm2": [1.0] * 3, "myo_area_mm2": [1.0] * 3}
    assert [*curves_on_show(columns, "short-axis")] == ["lv_ml", "myo_area_mm2"]
    assert [*curves_on_show(columns, "apical")] == ["lv_ml", "lv_area_mm2", "myo_area_mm2"]
