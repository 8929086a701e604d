"""Models and label maps over steps."""

from __future__ import annotations

import numpy as np
import slicer

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.nodes.sequences import (
    drop_sequence,
    index_of_frames,
    show_item,
    show_label_sequence,
    show_model_sequence,
)
from GenerativeModelsScene.nodes.store import NodeStore
from GenerativeModelsScene.nodes.volumes import voxels
from Testing.helpers.shapes import lump


def test_a_sequence_shows_its_steps_and_keeps_the_users_rate(a_scene) -> None:
    count = a_scene.GetNumberOfNodes()

    def show(*shifts: float):
        matrices = [np.diag([1.0, 1.0, 1.0, 1.0]) + np.outer([1, 0, 0, 0], [0, 0, 0, shift]) for shift in shifts]
        surfaces = [lump().transformed(matrix) for matrix in matrices]
        values = [str(number) for number in range(len(surfaces))]
        return show_model_sequence(
            NodeStore(a_scene, "case"),
            *("steps", "Steps", surfaces),
            index=("step", ""),
            values=values,
            frames_per_second=4.0,
        )

    def shift() -> float:
        found = from_polydata(model.GetPolyData()).points * (-1, -1, 1) - lump().points
        return round(float(found[:, 0].mean()), 3)

    browser, model, made = show(1.0, 2.0, 3.0)
    assert made and shift() == 1.0 and browser.GetPlaybackRateFps() == 4.0
    show_item(browser, 2)
    assert shift() == 3.0 and model.GetName() == "Steps"
    model.SetAndObservePolyData(model.GetPolyData().NewInstance())
    show_item(browser, 1)
    show_item(browser, 2)
    assert shift() == 3.0, "what the user did to the model is not written into the steps"
    browser.SetPlaybackRateFps(9.0)
    again, same, made = show(5.0)
    assert (again, same, made) == (browser, model, False) and shift() == 5.0
    assert browser.GetPlaybackRateFps() == 9.0 and browser.GetNumberOfItems() == 1
    drop_sequence(NodeStore(a_scene, "case"), "steps")
    assert a_scene.GetNumberOfNodes() == count
    assert slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene) is not None


def test_label_maps_are_shown_frame_by_frame(a_scene) -> None:
    frames = np.arange(24, dtype=np.uint8).reshape(3, 2, 2, 2)
    browser, labels, made = show_label_sequence(
        NodeStore(a_scene, "case"),
        *("beat", "Beat", frames, np.diag([2.0, 3.0, 4.0, 1.0])),
        index=("time", "s"),
        values=["0", "0.1", "0.2"],
        frames_per_second=8.0,
    )
    assert made and browser.GetNumberOfItems() == 3 and np.array_equal(voxels(labels), frames[0])
    show_item(browser, 2)
    assert np.array_equal(voxels(labels), frames[2]) and labels.GetSpacing() == (2.0, 3.0, 4.0)
    count = a_scene.GetNumberOfNodes()
    drop_sequence(NodeStore(a_scene, "case"), "beat")
    assert labels.GetScene() is None and a_scene.GetNumberOfNodes() < count


def test_frames_are_numbered_where_their_time_is_not_known() -> None:
    assert index_of_frames(3, 0.04) == (("time", "s"), ["0", "0.04", "0.08"])
    assert index_of_frames(3, None) == (("frame", ""), ["0", "1", "2"])
