"""The sentence of a panel whose inputs cannot be analysed, and the title of a case."""

from __future__ import annotations

import pytest

from GenerativeModelsScene.heart.inputs import heart_key, heart_title, selection_problem
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import NAMES, add_label_map, add_segmentation, add_sequence
from Testing.helpers.heart_phantoms import bullet, short_axis, voxelised

PHANTOM = voxelised(bullet(), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis())
ED = "The label map at end diastole 'ED'"


@pytest.fixture
def ed(a_scene):
    return add_segmentation(a_scene, PHANTOM)


@pytest.fixture
def cine(a_scene):
    return add_sequence(a_scene, [add_label_map(a_scene, PHANTOM) for _ in range(2)])


def test_what_can_be_analysed_is_no_problem(a_scene, ed, cine) -> None:
    assert selection_problem(ed) is None
    assert selection_problem(ed, add_label_map(a_scene, PHANTOM), None, height_cm=170, weight_kg=70) is None
    assert selection_problem(cine=cine, ed_frame=0) is None


def test_the_choice_is_checked_in_the_words_of_a_window(a_scene, ed, cine) -> None:
    image = add_label_map(a_scene, PHANTOM, "MR", "vtkMRMLScalarVolumeNode", PHANTOM.values + 0.5)
    one = add_sequence(a_scene, [add_label_map(a_scene, PHANTOM)], "one")
    for arguments, sentence in (
        ({}, "The label map at end diastole is missing: give"),
        ({"es": ed}, "The label map at end diastole is missing beside the label map at end systole"),
        ({"ed": ed, "es": ed}, "'ED' is chosen as the label map at end diastole and as the label map at end systole"),
        ({"ed": ed, "cine": cine}, "The cine of label maps and the label map at end diastole are given"),
        ({"ed": image}, "The label map at end diastole 'MR' is an image, its values are not whole numbers: convert it"),
        ({"ed": ed, "structures": {"lv": "id of lv"}}, f"{ED} has nothing that is known as the myocardium"),
        (
            {"ed": ed, "structures": {"lv": "id of lv", "myo": "id of lv"}},
            f"{ED} has 'LV cavity' chosen as cavity (lv) and as myocardium (myo)",
        ),
        ({"cine": one}, "The cine of label maps 'one' has one item"),
        ({"ed": ed, "weight_kg": 70.0}, "The height is missing beside the weight"),
        ({"ed": ed, "weight_kg": 70.0, "height_cm": 3.0}, "The height is 3 cm"),
        ({"cine": cine, "ed_frame": None, "sex": "x"}, "The sex is 'x'"),
    ):
        assert (selection_problem(**arguments) or "").startswith(sentence), selection_problem(**arguments)


def test_an_empty_segment_is_found_before_the_run(a_scene) -> None:
    masks = {name: PHANTOM.mask(name) & (name != "myo") for name in NAMES}
    node = add_segmentation(a_scene, PHANTOM, masks=masks)
    assert selection_problem(node).startswith(f"{ED} has no voxel of the myocardium (myo): label it, or choose another")


@pytest.mark.parametrize("add", [add_segmentation, add_label_map])
def test_a_non_linear_transform_is_found_before_the_run(a_scene, add) -> None:
    node = add(a_scene, PHANTOM)
    node.SetAndObserveTransformNodeID(add_node(a_scene, "vtkMRMLBSplineTransformNode", "warp").GetID())
    assert selection_problem(node).startswith(f"{ED} is under the non-linear transform 'warp': harden it")


def test_a_non_linear_transform_of_a_cine_is_found_before_the_run(a_scene, cine) -> None:
    browser, proxy = add_node(a_scene, "vtkMRMLSequenceBrowserNode", "browser"), add_label_map(a_scene, PHANTOM)
    browser.SetAndObserveMasterSequenceNodeID(cine.GetID())
    browser.AddProxyNode(proxy, cine, False)
    proxy.SetAndObserveTransformNodeID(add_node(a_scene, "vtkMRMLBSplineTransformNode", "warp").GetID())
    assert "is under the non-linear transform 'warp'" in selection_problem(cine=cine)


def test_a_node_that_was_deleted_is_a_problem(a_scene, ed) -> None:
    a_scene.RemoveNode(ed)
    assert selection_problem(ed).startswith(f"{ED} is no longer in the scene")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Patient 7 ED", "Patient 7"),
        ("ed", "Heart"),
        ("p104_end-diastole", "p104"),
        ("End diastolic labels", "labels"),
        ("Edward", "Edward"),
        ("cine", "cine"),
    ],
)
def test_a_case_has_the_name_of_its_node_without_the_phase(a_scene, name: str, title: str) -> None:
    node = add_label_map(a_scene, PHANTOM, name)
    assert heart_title(node) == title and heart_key(node) == node.GetID()
