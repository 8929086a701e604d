"""A finished repair in a scene, and before and after side by side."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.nodes.geometry import ijk_to_ras, matrix_array
from GenerativeModelsScene.nodes.models import LPS_TO_RAS
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.segmentation.case_nodes import find_check
from GenerativeModelsScene.segmentation.compare import show_one, show_side_by_side
from GenerativeModelsScene.segmentation.frames import node_on_show, show_frame
from GenerativeModelsScene.segmentation.repair import RepairNodes, find_repair, show_repair
from GenerativeModelsScene.segmentation.save import save_repair
from GenerativeModelsScene.shows import show_case_folder
from Testing.helpers.faulty_beat import HOLE
from Testing.helpers.heart_nodes import add_segmentation, add_sequence


@pytest.fixture
def repaired(a_scene, film, mended):
    for _step in show_repair(a_scene, mended, key=film.GetID(), title="Beat"):
        pass
    return find_repair(a_scene, film.GetID())


def test_repaired_labels_are_a_sequence_with_the_index_of_the_first(film, faulty, frames, repaired) -> None:
    assert repaired.sequence.GetName() == "Beat repaired sequence" and repaired.sequence.GetNumberOfDataNodes() == 8
    assert (repaired.sequence.GetIndexUnit(), repaired.sequence.GetNthIndexValue(1)) == ("s", film.GetNthIndexValue(1))
    for frame in range(8):
        repaired.show(frame)
        changed = np.unique(np.argwhere(voxels(repaired.labels) != frames[frame].values)[:, 0]).tolist()
        assert changed == ([HOLE[1]] if frame == HOLE[0] else [])
    assert np.allclose(ijk_to_ras(repaired.labels), LPS_TO_RAS @ faulty.to_lps)
    assert [(change.frame, change.slice) for change in repaired.changes] == [HOLE]


def test_the_folder_of_a_repair_is_shown_as_a_repair(a_scene, mended) -> None:
    nodes = show_case_folder("repair", mended, scene=a_scene, title="Beat")
    assert isinstance(nodes, RepairNodes) and nodes.sequence.GetNumberOfDataNodes() == 8
    assert nodes.sequence is find_repair(a_scene, "Beat").sequence
    assert find_check(a_scene, nodes.sequence.GetID()).result["violating"] == 0


def test_before_and_after_have_a_check_each(a_scene, film, repaired) -> None:
    before, after = (find_check(a_scene, node.GetID()) for node in (film, repaired.sequence))
    assert (before.result["violating"], after.result["violating"]) == (1, 0)
    assert after.title == "Beat repaired"


def test_a_second_repair_updates_the_nodes(a_scene, film, mended, repaired) -> None:
    count = a_scene.GetNumberOfNodes()
    for _step in show_repair(a_scene, mended, key=film.GetID(), title="Beat"):
        pass
    assert a_scene.GetNumberOfNodes() == count and find_repair(a_scene, film.GetID()).sequence is repaired.sequence


def test_a_part_that_was_deleted_or_edited(a_scene, film, repaired) -> None:
    repaired.changes_text.SetText("frame,slice\n1\n")
    with pytest.raises(InputError, match=r"changes\.csv is broken"):
        _ = find_repair(a_scene, film.GetID()).changes
    a_scene.RemoveNode(repaired.labels)
    assert find_repair(a_scene, film.GetID()) is None


def test_one_slice_before_after_and_both(a_scene, film, repaired, three_views) -> None:
    show_frame(film, 0)
    check = find_check(a_scene, film.GetID())
    show_side_by_side(a_scene, check, film, repaired, 3)
    before, after = node_on_show(film).GetID(), repaired.labels.GetID()
    assert [three_views[name].layers.GetLabelVolumeID() for name in ("Red", "Yellow", "Green")] == [
        before,
        after,
        after,
    ]
    assert three_views["Green"].layers.GetForegroundVolumeID() == before
    assert three_views["Green"].view.GetUseLabelOutline() and not three_views["Yellow"].view.GetUseLabelOutline()
    planes = [matrix_array(each.view.GetSliceToRAS()) for each in three_views.values()]
    assert np.allclose(planes[0], planes[1]) and np.allclose(planes[0], planes[2])
    show_one(a_scene, check, film)
    assert {each.layers.GetLabelVolumeID() for each in three_views.values()} == {before}
    assert three_views["Green"].layers.GetForegroundVolumeID() is None
    assert not three_views["Green"].view.GetUseLabelOutline()


def test_a_segmentation_before_is_not_drawn_over_the_labels_after(a_scene, frames, repaired, film, three_views) -> None:
    segments = add_sequence(a_scene, [add_segmentation(a_scene, frame) for frame in frames], name="Segments")
    show_frame(segments, 0)
    display = node_on_show(segments).GetDisplayNode()
    check = find_check(a_scene, film.GetID())
    show_side_by_side(a_scene, check, segments, repaired, 1)
    shown = {name: display.IsDisplayableInView(each.view.GetID()) for name, each in three_views.items()}
    assert shown == {"Red": True, "Yellow": False, "Green": True}
    show_one(a_scene, check, segments)
    assert all(display.IsDisplayableInView(each.view.GetID()) for each in three_views.values())


def test_the_saved_repair_is_that_of_the_command_line(a_scene, film, mended, repaired, tmp_path) -> None:
    folder = save_repair(a_scene, find_check(a_scene, film.GetID()), tmp_path / "saved")
    files = {path.relative_to(mended) for path in mended.rglob("*") if path.is_file()}
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == files
    assert all((folder / name).read_bytes() == (mended / name).read_bytes() for name in files)
    a_scene.RemoveNode(repaired.file)
    with pytest.raises(InputError, match="no whole repair of this segmentation: repair it again"):
        save_repair(a_scene, find_check(a_scene, film.GetID()), tmp_path / "again")
    assert not (tmp_path / "again").exists()
