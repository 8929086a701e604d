"""Nodes as the request of a check: what is written, and what is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.repair.request import RepairRequest
from GenerativeModelsScene.nodes.store import add_node
from GenerativeModelsScene.segmentation.inputs import (
    check_problem,
    check_request,
    check_title,
    interval_ms,
    structures_in,
    usual_values,
)
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_the_command_line_reads_what_the_nodes_hold(a_scene, frames, faulty, tmp_path, add) -> None:
    film = add_sequence(a_scene, [add(a_scene, frame) for frame in frames], name="Beat")
    assert check_problem(film, "short-axis") is None
    request = check_request(film, workspace=tmp_path, title="Beat")
    maps = read_label_maps(request)
    assert maps.frame_s == pytest.approx(0.05) and request.file.name == "Beat.nrrd"
    origin = np.linalg.solve(maps.to_lps, faulty.to_lps[:, 3])[:3].round().astype(int)  # segments may be cropped
    place = tuple(slice(start, start + size) for start, size in zip(origin[::-1], faulty.values.shape[1:]))
    assert np.array_equal(maps.values[(slice(None), *place)], faulty.values)


def test_a_repair_is_asked_for_in_the_same_way(film, tmp_path) -> None:
    request = check_request(film, workspace=tmp_path, kind=RepairRequest, most_change=20.0, keep_frames="2")
    assert isinstance(request, RepairRequest) and (request.most_change, request.kept) == (20.0, (2,))


@pytest.mark.parametrize(("unit", "expected"), [("s", 50.0), ("ms", 0.05), ("", None), ("mm", None)])
def test_the_interval_is_that_of_the_index(film, unit: str, expected: float | None) -> None:
    film.SetIndexUnit(unit)
    assert interval_ms(film) == (None if expected is None else pytest.approx(expected))


def test_a_cine_without_time_asks_for_it_and_takes_it(film, tmp_path) -> None:
    film.SetIndexUnit("")
    assert "no time in its index" in check_problem(film, "short-axis")
    assert check_problem(film, "short-axis", frame_interval_ms=40.0) is None
    request = check_request(film, workspace=tmp_path, frame_interval_ms=40.0)
    assert read_label_maps(request).frame_s == pytest.approx(0.04)
    film.SetIndexUnit("ms")
    assert "is 0.05: give milliseconds" in check_problem(film, "short-axis")


def test_one_stack_needs_no_time(a_scene, frames, tmp_path) -> None:
    node = add_label_map(a_scene, frames[0], "Stack")
    assert check_problem(node, "short-axis") is None and check_title(node) == "Stack"
    assert read_label_maps(check_request(node, workspace=tmp_path)).frames == 1


def test_a_stack_is_no_apical_view(a_scene, frames, tmp_path) -> None:
    node = add_label_map(a_scene, frames[0])
    with pytest.raises(InputError, match="is a stack of slices: an apical view is one slice"):
        check_request(node, view="apical", workspace=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_structures_follow_the_view(a_scene, frames) -> None:
    node = add_label_map(a_scene, frames[0])
    assert structures_in(node, "short-axis").chosen == {"lv": "3", "myo": "2", "rv": "1"}
    assert structures_in(node, "apical").chosen == {"lv": "1", "myo": "2", "la": "3"}
    assert set(usual_values("apical")) == {"lv", "myo", "la"}


def test_what_cannot_be_checked_is_a_sentence_in_the_words_of_a_window(a_scene, frames) -> None:
    lungs = add_node(a_scene, "vtkMRMLSegmentationNode", "Lungs")
    lungs.GetSegmentation().AddEmptySegment("", "left lung")
    assert check_problem(lungs, "short-axis").startswith(
        "The label map 'Lungs' has nothing that is known as the cavity"
    )
    hollow = add_node(a_scene, "vtkMRMLSegmentationNode", "Hollow")
    for name in ("LV cavity", "Myocardium"):
        hollow.GetSegmentation().AddEmptySegment("", name)
    assert "'Hollow' has no voxel of the cavity (lv)" in check_problem(hollow, "short-axis")
    assert "no items" in check_problem(add_node(a_scene, "vtkMRMLSequenceNode", "Nothing"), "short-axis")
    assert "is missing: choose a segmentation" in check_problem(None, "short-axis")
    same = {"lv": "3", "myo": "3"}
    assert "each is one of its own" in check_problem(add_label_map(a_scene, frames[0]), "short-axis", same)
