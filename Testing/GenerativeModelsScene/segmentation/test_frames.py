"""The frame of a node that is on show."""

from __future__ import annotations

import numpy as np

from GenerativeModelsScene.labels.cines import browser_of
from GenerativeModelsScene.nodes.volumes import voxels
from GenerativeModelsScene.segmentation.frames import frame_on_show, node_on_show, show_frame
from Testing.helpers.heart_nodes import add_label_map


def test_a_sequence_without_a_browser_gets_one(film, frames) -> None:
    assert frame_on_show(film) == 0 and node_on_show(film) is None
    show_frame(film, 3)
    assert frame_on_show(film) == 3
    assert np.array_equal(voxels(node_on_show(film)), frames[3].values)
    browser = browser_of(film)
    browser.SetPlaybackActive(True)
    show_frame(film, 1)
    assert browser_of(film) is browser and not browser.GetPlaybackActive()
    assert np.array_equal(voxels(node_on_show(film)), frames[1].values)
    show_frame(film, 99)
    assert frame_on_show(film) == 7


def test_what_is_no_sequence_has_one_frame(a_scene, frames, film) -> None:
    node = add_label_map(a_scene, frames[0])
    show_frame(node, 2)
    assert frame_on_show(node) == 0 and node_on_show(node) is node
    a_scene.RemoveNode(film)
    show_frame(film, 1)
    show_frame(None, 1)
    assert frame_on_show(None) == frame_on_show(film) == 0
