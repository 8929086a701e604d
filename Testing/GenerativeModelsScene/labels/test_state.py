"""Changes of labels are noticed, and what only looks like one is not."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsScene.labels.cines import browse
from GenerativeModelsScene.labels.state import ComputedFrom, labels_state, state_changed
from GenerativeModelsScene.nodes.sequences import show_item
from GenerativeModelsScene.nodes.volumes import image_values
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence
from Testing.helpers.heart_phantoms import bullet, voxelised

SMALL = voxelised(bullet(), spacing_mm=(5.0, 5.0, 8.0))


def film(scene, add):
    return add_sequence(scene, [add(scene, SMALL) for _frame in range(3)])


KINDS = {
    "label map": lambda scene: add_label_map(scene, SMALL),
    "segmentation": lambda scene: add_segmentation(scene, SMALL),
    "film": lambda scene: film(scene, add_label_map),
    "film of segmentations": lambda scene: film(scene, add_segmentation),
}


def image_of(node):
    if node.IsA("vtkMRMLSequenceNode"):
        return image_of(node.GetNthDataNode(1))
    if node.IsA("vtkMRMLSegmentationNode"):
        return node.GetSegmentation().GetSegment("id of lv").GetRepresentation("Binary labelmap")
    return node.GetImageData()


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_voxel_is_a_change_and_putting_it_back_is_none(a_scene, kind: str) -> None:
    node = KINDS[kind](a_scene)
    state = labels_state(node)
    assert not state_changed(state, node)
    image = image_of(node)
    values = image_values(image)
    before = values[1, 1, 1]
    values[1, 1, 1] = before + 1
    image.Modified()
    assert state_changed(state, node)
    values[1, 1, 1] = before
    image.Modified()
    assert not state_changed(state, node)
    node.SetName("another")
    assert not state_changed(state, node)


def test_stepping_is_no_change_and_a_removed_frame_is_one(a_scene) -> None:
    node = film(a_scene, add_label_map)
    state = labels_state(node)
    browser = browse(node)
    for number in (2, 0, 1):
        show_item(browser, number)
    assert not state_changed(state, node)
    node.RemoveDataNodeAtValue(node.GetNthIndexValue(2))
    assert state_changed(state, node)
    assert len(labels_state(node).times) == 2 and np.isfinite(labels_state(node).checksum)


def test_a_case_is_out_of_date_until_one_of_the_changed_labels_is_there(a_scene) -> None:
    node, known = add_label_map(a_scene, SMALL), ComputedFrom()
    known.ask("case", node, "check", "repair")
    known.done()
    image = image_of(node)
    image_values(image)[1, 1, 1] += 1
    image.Modified()
    assert known.changed("case", node, "check") and known.changed("case", node, "repair")
    assert not known.changed("case", None, "check") and not known.changed("other", node, "check")
    known.ask("case", node, "check")
    assert known.changed("case", node, "check"), "that check may fail or be cancelled"
    known.done()
    assert not known.changed("case", node, "check") and known.changed("case", node, "repair")
    known.forget()
    assert not known.changed("case", node, "repair")
