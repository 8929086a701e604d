"""A check saved out of its nodes, also out of a loaded scene."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.segmentation.case_nodes import find_check
from GenerativeModelsScene.segmentation.save import save_check


def test_the_files_are_those_of_the_command_line(a_scene, nodes, checked, tmp_path) -> None:
    folder = save_check(a_scene, nodes, tmp_path / "case")
    for name in ("result.json", "report.html", "violations.csv", "curves.csv"):
        assert (folder / name).read_bytes() == (checked / name).read_bytes()


def test_what_was_deleted_is_named_and_nothing_is_written(a_scene, nodes, tmp_path) -> None:
    a_scene.RemoveNode(nodes.texts["curves.csv"])
    with pytest.raises(InputError, match=r"no longer holds the file curves\.csv of this case"):
        save_check(a_scene, find_check(a_scene, nodes.key), tmp_path / "case")
    assert not (tmp_path / "case").exists()


def test_nodes_of_a_check_are_found_again_and_a_deleted_result_is_none(a_scene, nodes) -> None:
    again = find_check(a_scene, nodes.key)
    assert (again.title, again.found, again.grid) == ("Beat", nodes.found, nodes.grid)
    assert [again.table.GetCellText(0, column) for column in range(2)] == ["Slices that break a rule", "1"]
    nodes.texts["violations.csv"].SetText("frame\nx\n")
    with pytest.raises(InputError, match=r"violations\.csv is broken"):
        _ = find_check(a_scene, nodes.key).found
    a_scene.RemoveNode(nodes.case.result)
    assert find_check(a_scene, nodes.key) is None and find_check(a_scene, "another") is None
