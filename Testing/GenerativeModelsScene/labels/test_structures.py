"""Which segment or value of a node is cavity, wall or right ventricle, and how that was found."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.labels.structures import chosen_in, structures_of
from GenerativeModelsScene.nodes.store import add_node
from Testing.helpers.heart_nodes import NAMES, add_label_map, add_segmentation, add_sequence
from Testing.helpers.heart_phantoms import bullet, short_axis, terminology, voxelised

PHANTOM = voxelised(bullet(), spacing_mm=(3.0, 3.0, 9.0), grid_axes=short_axis())
ACDC = {"lv": "3", "myo": "2", "rv": "1"}


def refused(node, field: str = "ed") -> str:
    with pytest.raises(InputError) as caught:
        structures_of(node, field)
    return str(caught.value)


def test_segments_are_found_by_name(a_scene) -> None:
    found = structures_of(add_segmentation(a_scene, PHANTOM))
    assert found.choices == tuple((f"id of {structure}", name) for structure, name in NAMES.items())
    assert found.chosen == {name: f"id of {name}" for name in NAMES}
    assert found.how == dict.fromkeys(NAMES, "name")


def test_segments_without_telling_names_are_found_by_their_terminology(a_scene) -> None:
    node = add_segmentation(a_scene, PHANTOM, names={"lv": "Segment_1", "myo": "Segment_2", "rv": "right ventricle"})
    for structure, code in {"lv": "87878005", "myo": "74281007"}.items():
        segment = node.GetSegmentation().GetSegment(f"id of {structure}")
        entry = terminology("SCT", code, "x").removeprefix("TerminologyEntry:")
        segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), entry)
    found = structures_of(node)
    assert found.chosen == {name: f"id of {name}" for name in NAMES}
    assert found.how == {"lv": "terminology", "myo": "terminology", "rv": "name"}


def test_nothing_is_guessed(a_scene) -> None:
    names = {"lv": "LV cavity", "myo": "Segment_2", "rv": "LV blood pool"}
    found = structures_of(add_segmentation(a_scene, PHANTOM, names=names))
    assert found.chosen == dict.fromkeys(NAMES) == found.how, "two may be the cavity, and nothing is the wall"


@pytest.mark.parametrize("kind", ["vtkMRMLLabelMapVolumeNode", "vtkMRMLScalarVolumeNode"])
def test_the_values_of_the_acdc_data_are_known(a_scene, kind: str) -> None:
    found = structures_of(add_label_map(a_scene, PHANTOM, kind=kind))
    assert found.choices == (("1", "1"), ("2", "2"), ("3", "3"))
    assert (found.chosen, found.how) == (ACDC, dict.fromkeys(NAMES, "value"))
    alone = structures_of(add_label_map(a_scene, PHANTOM, values=np.where(PHANTOM.values > 1, PHANTOM.values, 0)))
    assert alone.chosen == {**ACDC, "rv": None} and alone.how["rv"] is None


def test_values_are_those_of_the_voxels(a_scene) -> None:
    array = np.full_like(PHANTOM.values, 5)
    array[:, 0] = -4
    for kind in (np.int32, float):
        node = add_label_map(a_scene, PHANTOM, values=array.astype(kind))
        assert structures_of(node).choices == (("-4", "-4"), ("5", "5"))


@pytest.mark.parametrize("values", [(1, 2, 5), (1, 2, 3, 4), (1, 2)])
def test_other_values_are_not_guessed(a_scene, values: tuple[int, ...]) -> None:
    array = np.zeros_like(PHANTOM.values)
    array[1, 1, : len(values)] = values
    found = structures_of(add_label_map(a_scene, PHANTOM, values=array))
    assert found.choices == tuple((str(value), str(value)) for value in values)
    assert found.chosen == dict.fromkeys(NAMES) == found.how


def test_a_colour_table_may_name_the_values(a_scene) -> None:
    node = add_label_map(a_scene, PHANTOM)
    node.CreateDefaultDisplayNodes()
    colours = add_node(a_scene, "vtkMRMLColorTableNode", "heart colours")
    colours.SetTypeToUser()
    colours.SetNumberOfColors(4)
    for value, name in enumerate(("background", "LV", "RV", "Myocardium")):
        colours.SetColor(value, name, 0.1 * value, 0.5, 0.5, 1.0)
    node.GetDisplayNode().SetAndObserveColorNodeID(colours.GetID())
    found = structures_of(node)
    assert found.choices == (("1", "1 LV"), ("2", "2 RV"), ("3", "3 Myocardium"))
    assert (found.chosen, found.how) == ({"lv": "1", "rv": "2", "myo": "3"}, dict.fromkeys(NAMES, "name"))


def test_a_sequence_holds_what_its_first_labelled_item_does(a_scene) -> None:
    empty = add_label_map(a_scene, PHANTOM, values=np.zeros_like(PHANTOM.values))
    assert structures_of(add_sequence(a_scene, [empty, add_label_map(a_scene, PHANTOM)]), "cine").chosen == ACDC
    segmentations = add_sequence(a_scene, [add_segmentation(a_scene, PHANTOM) for _ in range(2)])
    assert structures_of(segmentations, "cine").how == dict.fromkeys(NAMES, "name")


def test_what_is_no_label_map_is_refused_with_the_remedy(a_scene, rng) -> None:
    def volume(values):
        return add_label_map(a_scene, PHANTOM, "MR", "vtkMRMLScalarVolumeNode", values)

    grid = PHANTOM.values.shape
    assert refused(None) == "ed is missing: choose a segmentation or a label map."
    assert "ed 'MR' is an image, its values are not whole numbers: convert it to a label" in refused(
        volume(rng.uniform(0, 9, grid))
    )
    assert "an image, with more than 20 different values" in refused(volume(rng.integers(0, 300, grid)))
    assert "es 'MR' is empty" in refused(add_node(a_scene, "vtkMRMLScalarVolumeNode", "MR"), "es")
    assert "is a Model: choose" in refused(add_node(a_scene, "vtkMRMLModelNode", "MR"))
    assert "has no segments: add them" in refused(add_node(a_scene, "vtkMRMLSegmentationNode", "MR"))
    assert "is a str: give a node" in refused("MR")
    gone = add_label_map(a_scene, PHANTOM, "gone")
    a_scene.RemoveNode(gone)
    assert "ed 'gone' is no longer in the scene" in refused(gone)


def test_label_maps_may_hold_more_values_than_scalar_volumes(a_scene) -> None:
    values = PHANTOM.values.copy()
    values[0, 0, :20] = range(10, 30)
    assert len(structures_of(add_label_map(a_scene, PHANTOM, values=values)).choices) == 23
    assert "more than 20" in refused(add_label_map(a_scene, PHANTOM, "x", "vtkMRMLScalarVolumeNode", values))


def test_a_sequence_without_a_cycle_is_refused(a_scene) -> None:
    assert "cine 'none' has no items: a heart cycle needs two or more" in refused(
        add_sequence(a_scene, [], "none"), "cine"
    )
    one = add_sequence(a_scene, [add_label_map(a_scene, PHANTOM)], "one")
    assert "cine 'one' has one item" in refused(one, "cine")
    nothing = [add_label_map(a_scene, PHANTOM, values=np.zeros_like(PHANTOM.values)) for _ in range(2)]
    assert "has 2 items without any label" in refused(add_sequence(a_scene, nothing), "cine")
    models = [add_node(a_scene, "vtkMRMLModelNode", "x") for _ in range(2)]
    assert "holds a Model as item 0" in refused(add_sequence(a_scene, models), "cine")


@pytest.mark.parametrize(
    ("structures", "words"),
    [
        ({"lv": "LV cavity"}, r"has nothing that is known as the myocardium \(myo\); it holds 'LV cavity', 'Myoc"),
        ({"lv": "LV cavity", "myo": "wall"}, r"has no 'wall' for the myocardium"),
        (
            {"lv": "LV cavity", "myo": "id of lv"},
            r"has 'LV cavity' chosen as cavity \(lv\) and as myocardium \(myo\)",
        ),
    ],
)
def test_a_choice_is_checked(a_scene, structures: dict, words: str) -> None:
    found = structures_of(add_segmentation(a_scene, PHANTOM))
    with pytest.raises(InputError, match=f"^ed {words}"):
        chosen_in(found, "ed", structures)


def test_a_choice_is_an_id_a_name_or_a_value(a_scene) -> None:
    found = structures_of(add_segmentation(a_scene, PHANTOM))
    by_name = chosen_in(found, "ed", {"lv": "LV cavity", "myo": "id of myo", "rv": None})
    assert by_name == {"lv": "id of lv", "myo": "id of myo"}
    assert chosen_in(structures_of(add_label_map(a_scene, PHANTOM)), "ed", {"lv": 2, "myo": 3}) == {
        "lv": "2",
        "myo": "3",
    }
