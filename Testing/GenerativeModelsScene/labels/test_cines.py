"""Browsers of sequences of label maps."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.labels.cines import browse, browser_of, cine_images
from GenerativeModelsScene.labels.structures import structures_of
from GenerativeModelsScene.nodes.sequences import show_item
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence
from Testing.helpers.heart_phantoms import bullet, voxelised

SMALL = voxelised(bullet(), spacing_mm=(5.0, 5.0, 8.0))


@pytest.mark.parametrize("add", [add_label_map, add_segmentation])
def test_a_sequence_gets_a_browser_with_a_node_that_follows_it(a_scene, add) -> None:
    sequence = add_sequence(a_scene, [add(a_scene, SMALL) for _frame in range(3)], name="film")
    assert browser_of(sequence) is None
    browser = browse(sequence)
    shown = browser.GetProxyNode(sequence)
    assert browser_of(sequence) is browser and shown.GetName() == "film"
    assert shown.GetClassName() == sequence.GetNthDataNode(0).GetClassName() and shown.GetDisplayNode() is not None
    show_item(browser, 2)
    assert browser.GetSelectedItemNumber() == 2


def test_one_item_is_enough_where_it_is_asked_for(a_scene) -> None:
    sequence = add_sequence(a_scene, [add_label_map(a_scene, SMALL)], name="still")
    with pytest.raises(InputError, match="has one item: a heart cycle needs two or more"):
        structures_of(sequence, "cine")
    found = structures_of(sequence, "file", least=1)
    assert found.chosen["lv"] == "3"
    images = cine_images(sequence, {"lv": "3", "myo": "2"}, "file", least=1)
    assert len(images) == 1 and np.count_nonzero(images[0].values == 3) == SMALL.mask("lv").sum()
    empty = add_node(a_scene, "vtkMRMLSequenceNode", "nothing")
    with pytest.raises(InputError, match="'nothing' has no items: choose another sequence"):
        structures_of(empty, "file", least=1)


def test_other_structures_and_values_are_found(a_scene) -> None:
    view = {"lv": 1, "myo": 2, "la": 3}
    node = add_label_map(a_scene, SMALL)
    assert structures_of(node, "file", view).chosen == {"lv": "1", "myo": "2", "la": "3"}
    names = {"lv": "LV cavity", "myo": "Myocardium", "rv": "Left atrium"}
    found = structures_of(add_segmentation(a_scene, SMALL, names=names), "file", view)
    assert found.chosen == {"lv": "id of lv", "myo": "id of myo", "la": "id of rv"}
    assert structures_of(add_segmentation(a_scene, SMALL, names=names)).chosen["rv"] is None
