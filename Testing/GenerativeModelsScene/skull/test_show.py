"""A finished case as nodes: all of it, once, and nothing of it when the scene closes."""

from __future__ import annotations

import json
import time

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsScene.nodes.store import NodeStore, nodes_of_case
from GenerativeModelsScene.skull.case_nodes import MEASURES, SkullNodes, case_key, show_alone
from GenerativeModelsScene.skull.show import find_case, set_outlines_visible, show_case, show_case_steps
from Testing.helpers.finished_cases import REPORT, a_finished_case


def run(steps, count: int | None = None) -> SkullNodes | None:
    """Take `count` steps, or all; the nodes at the end."""
    taken = 0
    while count is None or taken < count:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        taken += 1
    return None


def test_the_case_has_all_its_nodes(shown, a_scene) -> None:
    single = [shown.placement, shown.model, shown.colours, shown.legend, shown.segmentation, shown.uncertainty]
    single += [shown.label_map, shown.table, shown.result, shown.report]
    assert all(node is not None and node.GetScene() is a_scene for node in single)
    assert tuple(shown.planes) == tuple(shown.outlines) == tuple(shown.bands) == PLANES
    assert tuple(shown.charts) == MEASURES and shown.folder_item > 0 and shown.key == "case"


def test_names_begin_with_the_title(shown, a_scene) -> None:
    names = [node.GetName() for node in nodes_of_case(a_scene, "case")]
    named = [name for name in names if name.startswith("Head ")]
    assert {"Head skull", "Head segmentation", "Head axial plane", "Head axial outline", "Head biometry"} <= set(named)
    assert len(names) - len(named) == 3 * 7, "all but the series, whose names the legends of the plots show"


def test_the_texts_are_the_files_to_the_byte(shown, a_case) -> None:
    assert shown.result.GetText().encode("utf-8") == (a_case.folder / "result.json").read_bytes()
    assert shown.report.GetText() == REPORT
    assert json.loads(shown.result.GetText()) == a_case.result


def test_a_second_run_makes_no_new_nodes(shown, a_scene, a_case) -> None:
    before = {a_scene.GetNthNode(index).GetID() for index in range(a_scene.GetNumberOfNodes())}
    again = show_case(a_scene, a_case, key="case", title="Head")
    assert {a_scene.GetNthNode(index).GetID() for index in range(a_scene.GetNumberOfNodes())} == before
    assert again == shown


def test_every_deleted_node_comes_back(shown, a_scene, a_case) -> None:
    for role in NodeStore(a_scene, "case").roles():
        store = NodeStore(a_scene, "case")
        assert store.get(role) is not None, f"the {role} did not come back"
        a_scene.RemoveNode(store.get(role))
        again = show_case(a_scene, a_case, key="case", title="Head")
        assert find_case(a_scene, "case") == again
    assert all(getattr(again, name) is not None for name in ("model", "colours", "legend", "uncertainty", "placement"))
    assert again.uncertainty.GetDisplayNode().GetColorNode() is again.colours
    assert again.model.GetParentTransformNode() is again.placement
    assert again.legend.GetPrimaryDisplayNode() is again.model.GetDisplayNode()


def test_two_keys_are_two_cases(shown, a_scene, a_case) -> None:
    count = len(nodes_of_case(a_scene, "case"))
    other = show_case(a_scene, a_case, key="other", title="Other")
    assert len(nodes_of_case(a_scene, "other")) == len(nodes_of_case(a_scene, "case")) == count
    set_outlines_visible(other, False)
    assert shown.outlines["axial"].GetDisplayNode().GetVisibility()
    assert find_case(a_scene, "case") == shown and find_case(a_scene, "other") == other


def test_there_is_no_case_where_none_was_shown(a_scene) -> None:
    assert find_case(a_scene, "case") is None


def test_what_the_user_deleted_is_none(shown, a_scene) -> None:
    a_scene.RemoveNode(shown.legend)
    a_scene.RemoveNode(shown.planes["axial"])
    found = find_case(a_scene, "case")
    assert found.legend is None and tuple(found.planes) == ("sagittal", "coronal") and found.model is shown.model


def test_the_key_is_the_axial_nodes(a_scene) -> None:
    node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "axial")
    assert case_key(node) == node.GetID()


def test_looks_that_the_user_chose_outlive_a_second_run(shown, a_scene, a_case) -> None:
    shown.model.GetDisplayNode().SetOpacity(0.5)
    shown.outlines["axial"].GetDisplayNode().SetColor(1, 0, 0)
    show_case(a_scene, a_case, key="case", title="Head")
    assert shown.model.GetDisplayNode().GetOpacity() == 0.5
    assert shown.outlines["axial"].GetDisplayNode().GetColor() == (1, 0, 0)


def test_no_step_freezes_an_interface(a_scene, tmp_path) -> None:
    steps = show_case_steps(a_scene, read_case(a_finished_case(tmp_path / "case")), key="case", title="Head")
    slowest, names = 0.0, []
    while True:
        start = time.process_time()
        try:
            names.append(next(steps))
        except StopIteration:
            break
        slowest = max(slowest, time.process_time() - start)
    assert len(names) == len(set(names)) > 12 and slowest < 0.15


def steps_of(scene, case) -> int:
    return sum(1 for _ in show_case_steps(scene, case, key="counted", title="counted"))


def test_a_scene_closed_between_steps_is_told_once_and_left_empty(a_scene, a_case) -> None:
    count = steps_of(a_scene, a_case)
    for taken in range(1, count + 1):
        a_scene.Clear(False)
        steps = show_case_steps(a_scene, a_case, key="case", title="Head")
        assert run(steps, taken) is None
        a_scene.Clear(False)
        kept = a_scene.GetNumberOfNodes()
        with pytest.raises(InputError, match="The scene was closed"):
            next(steps)
        assert a_scene.GetNumberOfNodes() == kept and find_case(a_scene, "case") is None
        assert list(steps) == [], "a generator that raised is over"
    assert show_case(a_scene, a_case, key="case", title="Head").model.GetScene() is a_scene


def test_nodes_deleted_between_steps_come_back_or_wait_for_the_next_run(a_scene, a_case) -> None:
    for taken in range(1, steps_of(a_scene, a_case) + 1):
        steps = show_case_steps(a_scene, a_case, key="case", title="Head")
        assert run(steps, taken) is None
        for role in NodeStore(a_scene, "case").roles():
            if role != "placement":
                a_scene.RemoveNode(NodeStore(a_scene, "case").get(role))
        assert isinstance(run(steps), SkullNodes)
    complete = show_case(a_scene, a_case, key="case", title="Head")
    assert complete.model is not None and tuple(complete.bands) == PLANES


def test_an_abandoned_run_is_completed_by_the_next(a_scene, a_case) -> None:
    steps = show_case_steps(a_scene, a_case, key="case", title="Head")
    run(steps, 4)
    steps.close()
    half = find_case(a_scene, "case")
    assert half.model is not None and half.report is None and half.folder_item == 0
    whole = show_case(a_scene, a_case, key="case", title="Head")
    assert whole.model is half.model and whole.report is not None and whole.folder_item > 0


def test_a_missing_file_of_the_case_is_named(a_scene, tmp_path) -> None:
    case = read_case(a_finished_case(tmp_path / "case"))
    (tmp_path / "case" / "uncertainty.nii.gz").unlink()
    with pytest.raises(InputError, match=r"uncertainty\.nii\.gz is missing"):
        show_case(a_scene, case, key="case", title="Head")


def test_two_heads_do_not_stand_in_one_place(a_scene, a_case, shown) -> None:
    other = show_case(a_scene, a_case, key="other", title="Other")
    show_alone(a_scene, other)
    assert not shown.model.GetDisplayNode().GetVisibility() and not shown.legend.GetVisibility()
    assert not shown.outlines["axial"].GetDisplayNode().GetVisibility()
    assert other.model.GetDisplayNode().GetVisibility() and other.legend.GetVisibility()
    show_alone(a_scene, shown)
    assert shown.model.GetDisplayNode().GetVisibility() and shown.legend.GetVisibility()
    assert not other.model.GetDisplayNode().GetVisibility() and not other.legend.GetVisibility()
