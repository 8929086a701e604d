"""Nodes of label maps as inputs: which may be one, which will do, and their label maps."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.labels.images import VALUES
from GenerativeModelsScene.labels.inputs import holds_ventricle, labelled_images, require_labels
from GenerativeModelsScene.nodes.store import CASE
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence
from Testing.helpers.heart_phantoms import bullet, voxelised

SMALL = voxelised(bullet(), spacing_mm=(5.0, 5.0, 8.0))
CHOSEN = {"lv": "3", "myo": "2"}
VIEW = {"lv": 1, "myo": 2, "la": 3}


def test_a_node_of_the_users_with_cavity_and_wall_may_be_an_input(a_scene) -> None:
    assert holds_ventricle(add_label_map(a_scene, SMALL)) and holds_ventricle(add_segmentation(a_scene, SMALL))
    still = add_sequence(a_scene, [add_label_map(a_scene, SMALL)], name="still")
    assert holds_ventricle(still, least=1) and not holds_ventricle(still)
    cavity = add_label_map(a_scene, SMALL, values=np.where(SMALL.values == 3, 3, 0))
    assert not holds_ventricle(cavity)
    hidden, made = add_label_map(a_scene, SMALL), add_label_map(a_scene, SMALL)
    hidden.SetHideFromEditors(True)
    made.SetAttribute(CASE, "case")
    assert not holds_ventricle(hidden) and not holds_ventricle(made)


def test_values_have_the_meaning_that_is_usual_in_the_view(a_scene) -> None:
    node = add_label_map(a_scene, SMALL, values=np.array([0, 3, 2, 1])[SMALL.values])
    assert holds_ventricle(node, VIEW)
    assert not holds_ventricle(add_label_map(a_scene, SMALL, values=np.where(SMALL.values == 2, 2, 0)), VIEW)


def test_a_segment_without_a_voxel_is_said_without_reading_the_others(a_scene) -> None:
    masks = {"lv": SMALL.mask("lv"), "myo": SMALL.mask("myo"), "rv": np.zeros(SMALL.values.shape, bool)}
    node = add_segmentation(a_scene, SMALL, masks=masks)
    ids = {name: f"id of {name}" for name in masks}
    require_labels(node, {name: ids[name] for name in ("lv", "myo")}, "file")
    for refuse in (require_labels, labelled_images):
        with pytest.raises(InputError, match="has no voxel of the right ventricle") as caught:
            refuse(node, ids, "file")
        assert caught.value.field == "file"


def test_the_label_maps_are_those_of_the_frames_or_the_one_of_the_node(a_scene) -> None:
    count = SMALL.mask("lv").sum()
    (image,) = labelled_images(add_label_map(a_scene, SMALL), CHOSEN, "ed")
    assert (image.values == VALUES["lv"]).sum() == count
    nothing = add_label_map(a_scene, SMALL, values=np.zeros_like(SMALL.values))
    film = add_sequence(a_scene, [nothing, add_label_map(a_scene, SMALL)], name="film")
    frames = labelled_images(film, CHOSEN, "cine")
    assert [(frame.values == VALUES["lv"]).sum() for frame in frames] == [0, count], "one frame with labels is enough"
    with pytest.raises(InputError, match="has no voxel of the right ventricle"):
        labelled_images(film, {**CHOSEN, "rv": "9"}, "cine")
