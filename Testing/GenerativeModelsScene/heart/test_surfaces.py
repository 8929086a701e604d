"""Which surfaces of a heart are visible, and their colours."""

from __future__ import annotations

import json

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.heart.anatomy import THICKNESS_RANGE_MM
from GenerativeModelsLib.page.colours import PLAIN
from GenerativeModelsScene.heart.latent_shape import show_latent_shape
from GenerativeModelsScene.heart.show import (
    colour_by,
    find_heart,
    set_patient_visible,
    set_thickness_range,
    show_heart,
    show_surfaces,
    thickness_range,
)
from GenerativeModelsScene.nodes.models import set_array
from Testing.helpers.saved_scenes import saved_and_loaded


def displays(nodes) -> dict:
    models = {file: model for file, model in nodes.case.models.items() if model.GetScene() is not None}
    return {file: model.GetDisplayNode() for file, model in models.items()}


def shown(nodes) -> dict[str, float]:
    return {file: round(d.GetOpacity(), 2) for file, d in displays(nodes).items() if d.GetVisibility()}


def legend_in_view(scene) -> list[str]:
    """Titles of the legends that a view draws: visible ones of a visible display."""
    legends = [
        scene.GetNthNodeByClass(index, "vtkMRMLColorLegendDisplayNode")
        for index in range(scene.GetNumberOfNodesByClass("vtkMRMLColorLegendDisplayNode"))
    ]
    return [
        node.GetTitleText() for node in legends if node.GetVisibility() and node.GetPrimaryDisplayNode().GetVisibility()
    ]


def test_patient_and_model_are_shown_alone_or_together(a_heart) -> None:
    show_surfaces(a_heart, "patient", "es")
    assert shown(a_heart) == {"es.vtp": 1.0}
    show_surfaces(a_heart, "both", "ed")
    assert shown(a_heart) == {"ed.vtp": 1.0, "ed_reconstruction.vtp": 0.35}
    show_surfaces(a_heart, "model", "ed")
    assert shown(a_heart) == {"ed_reconstruction.vtp": 1.0}


def test_slice_views_show_the_outline_of_the_patients_visible_phase(a_heart) -> None:
    def outlines() -> list[str]:
        return [file for file, display in displays(a_heart).items() if display.GetVisibility2D()]

    assert outlines() == ["ed.vtp"]
    show_surfaces(a_heart, "both", "es")
    assert outlines() == ["es.vtp"]
    show_surfaces(a_heart, "model", "es")
    assert outlines() == []


@pytest.mark.parametrize("of", ["patient", "model", "both"])
@pytest.mark.parametrize("phase", ["ed", "es"])
def test_one_legend_in_mm_stands_beside_what_is_visible(a_scene, a_heart, of: str, phase: str) -> None:
    show_surfaces(a_heart, of, phase)
    assert legend_in_view(a_scene) == ["Wall thickness (mm)"]


def test_the_distance_to_the_model_has_its_own_colours_and_legend(a_scene, a_heart) -> None:
    before = displays(a_heart)["ed.vtp"].GetScalarRange()
    show_surfaces(a_heart, "distance", "es")
    display = displays(a_heart)["es.vtp"]
    assert shown(a_heart) == {"es.vtp": 1.0} and display.GetActiveScalarName() == "model_distance_mm"
    low, high = display.GetScalarRange()
    values = from_polydata(a_heart.case.models["es.vtp"].GetPolyData()).point_data["model_distance_mm"]
    assert low == -high and np.mean(np.abs(values) <= high) > 0.95 and high - 0.5 < np.percentile(np.abs(values), 98)
    assert displays(a_heart)["ed.vtp"].GetScalarRange() == (low, high), "one range for both phases"
    assert legend_in_view(a_scene) == ["Distance to the model (mm)"]
    white = display.GetColorNode().GetColorTransferFunction().GetColor(0.0)
    assert min(white) > 0.95
    count = a_scene.GetNumberOfNodes()
    show_surfaces(a_heart, "patient", "ed")
    assert displays(a_heart)["ed.vtp"].GetActiveScalarName() == "wall_thickness_mm"
    assert displays(a_heart)["ed.vtp"].GetScalarRange() == before
    assert legend_in_view(a_scene) == ["Wall thickness (mm)"]
    show_surfaces(a_heart, "distance", "ed")
    assert a_scene.GetNumberOfNodes() == count


def test_a_new_result_has_new_distances(a_scene, a_heart, a_folder) -> None:
    show_surfaces(a_heart, "distance", "ed")
    model = a_heart.case.models["ed.vtp"]
    before = from_polydata(model.GetPolyData()).point_data["model_distance_mm"]
    set_array(model, "model_distance_mm", before + 7)
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    show_surfaces(a_heart, "distance", "ed")
    after = from_polydata(model.GetPolyData()).point_data["model_distance_mm"]
    np.testing.assert_array_equal(after, before)


def test_what_is_on_show_stays_with_a_new_result(a_scene, a_heart, a_folder) -> None:
    set_thickness_range(a_heart, 4.0, 12.0)
    show_surfaces(a_heart, "distance", "es")
    ends = displays(a_heart)["es.vtp"].GetScalarRange()
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert shown(a_heart) == {"es.vtp": 1.0} and displays(a_heart)["es.vtp"].GetScalarRange() == ends
    assert legend_in_view(a_scene) == ["Distance to the model (mm)"]
    show_surfaces(a_heart, "both", "es")
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert list(shown(a_heart)) == ["es.vtp", "es_reconstruction.vtp"]
    assert {display.GetScalarRange() for display in displays(a_heart).values()} == {(4.0, 12.0)}
    set_patient_visible(a_heart, False)
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert shown(a_heart) == {}


def test_segments_are_their_mean_wall_on_the_same_scale(a_heart, a_folder) -> None:
    ends = displays(a_heart)["ed.vtp"].GetScalarRange()
    colour_by(a_heart, "segments")
    assert {display.GetActiveScalarName() for display in displays(a_heart).values()} == {"aha_thickness_mm"}
    assert {display.GetScalarRange() for display in displays(a_heart).values()} == {ends}
    walls = json.loads((a_folder / "result.json").read_text())["wall_thickness_mm"]
    for phase in ("ed", "es"):
        data = from_polydata(a_heart.case.models[f"{phase}.vtp"].GetPolyData()).point_data
        for number, mean in enumerate(walls[phase]["aha17"], start=1):
            found = data["aha_thickness_mm"][data["aha_segment"] == number]
            np.testing.assert_allclose(found, mean, atol=2e-3)
    colour_by(a_heart, "thickness")
    assert displays(a_heart)["es.vtp"].GetActiveScalarName() == "wall_thickness_mm"


def test_colours_chosen_while_the_distance_shows_hold_afterwards(a_heart) -> None:
    show_surfaces(a_heart, "distance", "ed")
    colour_by(a_heart, "segments")
    set_thickness_range(a_heart, 4.0, 12.0)
    assert displays(a_heart)["ed.vtp"].GetActiveScalarName() == "model_distance_mm"
    show_surfaces(a_heart, "patient", "ed")
    assert displays(a_heart)["ed.vtp"].GetActiveScalarName() == "aha_thickness_mm"
    assert displays(a_heart)["ed.vtp"].GetScalarRange() == (4.0, 12.0)


def test_one_range_holds_for_all_surfaces_and_explored_shapes(a_scene, a_heart, answers) -> None:
    shape = show_latent_shape(a_scene, answers[0], key="heart", title="Explored")["ed"].GetDisplayNode()
    fitted = displays(a_heart)["ed.vtp"].GetScalarRange()
    assert shape.GetScalarRange() == fitted
    assert thickness_range(a_heart, "compare") == (0.0, THICKNESS_RANGE_MM)
    found = {display.GetScalarRange() for display in (shape, *displays(a_heart).values())}
    assert found == {(0.0, THICKNESS_RANGE_MM)}
    assert thickness_range(a_heart, "fit") == fitted


@pytest.mark.parametrize("ends", [(5.0, 5.0), (-1.0, 4.0), (float("nan"), 4.0)])
def test_a_range_that_is_none_is_refused(a_heart, ends) -> None:
    before = displays(a_heart)["ed.vtp"].GetScalarRange()
    with pytest.raises(InputError, match="expected two lengths"):
        set_thickness_range(a_heart, *ends)
    assert displays(a_heart)["ed.vtp"].GetScalarRange() == before


def test_what_the_scene_has_not_is_one_sentence(a_scene, a_heart) -> None:
    a_scene.RemoveNode(a_heart.case.models["es.vtp"])
    with pytest.raises(InputError, match="no surface of this heart at end systole"):
        show_surfaces(a_heart, "distance", "es")
    assert shown(a_heart) == {"ed.vtp": 1.0}
    show_surfaces(a_heart, "distance", "ed")
    for model in a_heart.case.models.values():
        a_scene.RemoveNode(model)
    with pytest.raises(InputError, match="no longer holds the surfaces"):
        thickness_range(a_heart, "fit")


def test_a_hidden_patient_comes_back_as_it_was(a_heart) -> None:
    show_surfaces(a_heart, "both", "es")
    before = shown(a_heart)
    for _ in range(2):
        set_patient_visible(a_heart, False)
        assert shown(a_heart) == {}
    set_patient_visible(a_heart, True)
    assert shown(a_heart) == before
    set_patient_visible(a_heart, False)
    show_surfaces(a_heart, "patient", "ed")
    set_patient_visible(a_heart, True)
    assert shown(a_heart) == {"ed.vtp": 1.0}


def test_a_loaded_scene_shows_the_same(a_scene, a_heart, tmp_path) -> None:
    show_surfaces(a_heart, "distance", "es")
    ends = displays(a_heart)["es.vtp"].GetScalarRange()
    loaded = saved_and_loaded(a_scene, tmp_path)
    found = find_heart(loaded, "heart")
    assert shown(found) == {"es.vtp": 1.0} and displays(found)["es.vtp"].GetScalarRange() == ends
    assert legend_in_view(loaded) == ["Distance to the model (mm)"]
    show_surfaces(found, "patient", "ed")
    assert displays(found)["ed.vtp"].GetColorNode().CreateLookupTableCopy().GetNanColor()[:3] == PLAIN
    assert legend_in_view(loaded) == ["Wall thickness (mm)"]
    count = loaded.GetNumberOfNodes()
    show_surfaces(found, "distance", "ed")
    assert loaded.GetNumberOfNodes() == count
