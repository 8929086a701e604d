"""From loaded nodes to a heart in the scene and back out of the latent space, as a script does it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.heart import console
from GenerativeModelsScene.heart.exploration import STANDALONE_KEY
from GenerativeModelsScene.heart.inputs import heart_key
from Testing.helpers.heart_nodes import add_label_map, add_segmentation, add_sequence, from_file
from Testing.helpers.tiny_hearts import write_tiny_heart_bundle


@pytest.fixture(scope="module")
def a_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny heart model, instead of the shipped one."""
    return write_tiny_heart_bundle(tmp_path_factory.mktemp("tiny") / "heart")


@pytest.fixture
def with_tiny_model(ship, a_bundle) -> None:
    """The shipped model is the tiny one."""
    ship(a_bundle)


@pytest.fixture
def phases(a_scene, sample_heart) -> dict:
    return {
        name: add_label_map(a_scene, from_file(sample_heart / f"{name}.nii.gz"), name.upper()) for name in ("ed", "es")
    }


def test_five_lines_make_a_heart_and_walk_with_it(
    a_scene, phases, with_tiny_model, nothing_left, monkeypatch, capsys
) -> None:
    """The example of the module, as it stands there."""
    import slicer.util

    monkeypatch.setattr(slicer, "mrmlScene", a_scene, raising=False)
    example = [line for line in console.__doc__.splitlines() if line.startswith("    ")]
    assert len(example) == 5
    space = {"slicer": slicer}
    exec(textwrap.dedent("\n".join(example)), space)
    printed = capsys.readouterr().out
    heart, explorer = space.pop("heart"), space.pop("explorer")
    assert str(heart.result["ef_percent"]) in printed and heart.result["indexed"] is not None
    assert heart.nodes.case.models["ed.vtp"].GetScene() is a_scene
    assert heart.warnings == heart.result["warnings"]
    assert heart.nodes.key == heart_key(phases["ed"]) and explorer.exploration.frames > 1


def test_the_same_nodes_again_update_their_case(a_scene, phases, with_tiny_model, nothing_left) -> None:
    told = []
    options = {"scene": a_scene, "device": "cpu", "progress": lambda message, share: told.append(share)}
    first = console.analyse_heart(**phases, **options)
    count = a_scene.GetNumberOfNodes()
    second = console.analyse_heart(**phases, **options)
    assert a_scene.GetNumberOfNodes() == count
    assert second.nodes.case.models["ed.vtp"] is first.nodes.case.models["ed.vtp"]
    assert second.result["edv_ml"] == first.result["edv_ml"] and told[-1] == 1.0


def test_segmentations_and_a_cine_are_analysed_too(a_scene, sample_heart, with_tiny_model, nothing_left) -> None:
    maps = {name: from_file(sample_heart / f"{name}.nii.gz") for name in ("ed", "es")}
    nodes = {name: add_segmentation(a_scene, one, name) for name, one in maps.items()}
    of_phases = console.analyse_heart(**nodes, scene=a_scene, device="cpu")
    same_grid = maps["es"].values.shape == maps["ed"].values.shape
    if not same_grid:
        pytest.fail("the sample's phases share a grid, as the frames of a cine must")
    cine = add_sequence(a_scene, [add_label_map(a_scene, one, name) for name, one in maps.items()])
    of_cine = console.analyse_heart(cine=cine, scene=a_scene, device="cpu")
    assert of_cine.result["frames"] == {"ed": 0, "es": 1, "count": 2}
    for key in ("edv_ml", "esv_ml", "latent"):
        assert of_cine.result[key] == of_phases.result[key], key
    shown = {heart.nodes.case.models["ed.vtp"].GetDisplayNode().GetVisibility() for heart in (of_phases, of_cine)}
    assert shown == {0, 1}, "two hearts would stand in one place"


def test_a_wrong_choice_leaves_the_scene_alone(a_scene, phases, with_tiny_model, nothing_left) -> None:
    count = a_scene.GetNumberOfNodes()
    for options, sentence in (
        ({}, "^ed is missing"),
        ({"ed": phases["ed"], "height_cm": 3.0, "weight_kg": 70.0}, r"^height_cm is 3 cm"),
        ({"ed": phases["ed"], "es": phases["ed"]}, "chosen as ed and as es"),
        ({"ed": phases["ed"], "model": "no such folder"}, "no such folder"),
        ({"ed": phases["es"], "es": phases["ed"]}, "swapped"),
        ({"ed": phases["ed"], "scene": slicer.vtkMRMLScene()}, "is in another scene"),
    ):
        with pytest.raises(InputError, match=sentence) as refused:
            console.analyse_heart(**{"scene": a_scene, "device": "cpu", **options})
        assert "--" not in str(refused.value)
    assert a_scene.GetNumberOfNodes() == count


def test_the_node_may_go_during_the_run(a_scene, phases, with_tiny_model, nothing_left) -> None:
    def delete(message: str, share: float) -> None:
        a_scene.RemoveNode(phases["ed"])

    heart = console.analyse_heart(**phases, scene=a_scene, progress=delete)
    assert heart.nodes.case.models["ed.vtp"].GetScene() is a_scene


def shown_points(scene, key: str) -> np.ndarray:
    """(N, 3) LPS mm of the explored shape at end diastole."""
    from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
    from GenerativeModelsScene.nodes.store import NodeStore

    return from_polydata(NodeStore(scene, key).get("latent.model.ed").GetPolyData()).points * (-1, -1, 1)


def test_exploring_shows_each_answer_where_the_heart_lies(a_scene, a_heart) -> None:
    explorer = console.explore_heart(a_heart, scene=a_scene, device="cpu")
    z_top = a_heart.result["latent"]["z_top"]
    frame = a_heart.result["inputs"]["ed"]["frame"]

    def placed(answer) -> np.ndarray:
        return answer["surfaces"]["ed"]["points"] @ np.array(frame["axes_lps"]) + frame["origin_lps_mm"]

    own = explorer.shape_at(z_top)
    np.testing.assert_allclose(own["z_top"], z_top)
    assert own["hcm_probability"] == pytest.approx(a_heart.result["hcm_probability"], abs=1e-6)
    assert set(own["surfaces"]) == {"ed", "es"}
    np.testing.assert_allclose(shown_points(a_scene, a_heart.key), placed(own), atol=1e-3)
    count = a_scene.GetNumberOfNodes()
    calls = (
        lambda: explorer.shape_at([z_top[0] + 0.1, z_top[1]]),
        lambda: explorer.shape_at(z_top, [{"level": 1, "dimension": 0, "sd": 2.0}]),
        lambda: explorer.class_mean("hcm"),
    )
    for call in calls:
        answer = call()
        np.testing.assert_allclose(shown_points(a_scene, a_heart.key), placed(answer), atol=1e-3)
        assert np.abs(placed(answer) - placed(own)).max() > 1e-3
    assert a_scene.GetNumberOfNodes() == count
    assert "wall_difference_mm" in explorer.difference()["surfaces"]["ed"]
    latent_map = explorer.latent_map()
    assert latent_map["x"][0] <= z_top[0] <= latent_map["x"][1]
    patient = a_heart.case.models["ed.vtp"].GetDisplayNode()
    assert not patient.GetVisibility()
    again = explorer.back_to_patient()
    np.testing.assert_array_equal(again["surfaces"]["ed"]["points"], own["surfaces"]["ed"]["points"])
    assert patient.GetVisibility()


def test_a_walk_starts_at_the_heart(a_scene, a_heart) -> None:
    explorer = console.explore_heart(a_heart, scene=a_scene, device="cpu")
    walked = explorer.walk("hcm", steps=4)
    np.testing.assert_allclose(walked["shapes"][0]["z_top"], a_heart.result["latent"]["z_top"], atol=1e-6)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") >= 1
    with pytest.raises(InputError, match="towards"):
        explorer.walk("thin")


def test_the_model_can_be_explored_without_a_heart(a_scene) -> None:
    explorer = console.explore_heart(scene=a_scene, device="cpu")
    answer = explorer.shape_at([0.0, 0.0])
    np.testing.assert_allclose(shown_points(a_scene, STANDALONE_KEY), answer["surfaces"]["ed"]["points"], atol=1e-4)
    for call in (explorer.back_to_patient, lambda: explorer.walk("hcm")):
        with pytest.raises(InputError, match=r"There is no heart to .*: give an analysed one to explore_heart"):
            call()
    with pytest.raises(InputError, match="z_top"):
        explorer.shape_at([0.0, 0.0, 0.0])


def test_a_heart_without_its_detail_is_not_walked_with(a_scene, a_heart) -> None:
    text = a_heart.case.result
    text.SetText(text.GetText().replace('"z":', '"zz":'))
    with pytest.raises(InputError, match="analysed by an earlier version: analyse it again to walk"):
        console.explore_heart(a_heart, scene=a_scene, device="cpu").walk("hcm")
    nodes = replace(a_heart, case=replace(a_heart.case, result=None))
    with pytest.raises(InputError, match="has lost its result"):
        console.explore_heart(nodes, scene=a_scene)


@pytest.mark.parametrize(
    ("options", "words"), [({"device": "tpu"}, "device is 'tpu'"), ({"model": "no such"}, "no such")]
)
def test_what_cannot_be_explored_with_is_refused(a_scene, options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        console.explore_heart(scene=a_scene, **options)
