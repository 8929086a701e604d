"""An analysed heart, and a point of the latent space, in a scene on the real Slicer core."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.queries import shape_at
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsScene import shows
from GenerativeModelsScene.heart.latent_shape import hide_latent_shape, show_latent_shape
from GenerativeModelsScene.heart.show import find_heart, set_thickness_range, show_heart, show_surfaces
from GenerativeModelsScene.heart.tables import segment_rows


@pytest.fixture(scope="module")
def a_folder(tmp_path_factory: pytest.TempPathFactory, sample_heart: Path) -> Path:
    """The sample heart, analysed by the shipped model. Not to be changed."""
    folder = tmp_path_factory.mktemp("heart") / "case"
    run_case(HEART, replace(HEART.sample(folder), device="cpu"))
    return folder


@pytest.fixture(scope="module")
def answers() -> list[dict]:
    """Of `shape_at`, at two points of the shipped model's top level."""
    from GenerativeModelsLib.heart.infer.model import load_heart_model
    from GenerativeModelsLib.resources import default_bundle

    model = load_heart_model(default_bundle("heart"))
    return [shape_at(model, point) for point in ([0.0, 0.0], [1.5, 0.0])]


def cells(table, row: int) -> list[str]:
    return [table.GetCellText(row, column) for column in range(table.GetNumberOfColumns())]


def test_a_heart_is_shown_with_its_tables(a_scene, a_folder: Path) -> None:
    nodes = shows.show_case_folder("heart", a_folder, scene=a_scene, title="Sample", key="heart")
    result = json.loads((a_folder / "result.json").read_text())
    assert nodes.table.GetNumberOfRows() == len(HEART.quantities)
    assert cells(nodes.table, 0) == ["End-diastolic volume (EDV)", f"{result['edv_ml']:.1f}", "ml"]
    assert nodes.segments.GetNumberOfRows() == 17
    ed, es = (result["wall_thickness_mm"][phase]["aha17"][1] for phase in ("ed", "es"))
    expected = ["2", SEGMENT_NAMES[1], f"{ed:.1f}", f"{es:.1f}", f"{100 * (es / ed - 1):.0f}"]
    assert cells(nodes.segments, 1) == expected
    assert find_heart(a_scene, "heart") == nodes and find_heart(a_scene, "another") is None


def test_the_same_heart_again_makes_no_node(a_scene, a_folder: Path) -> None:
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    count = a_scene.GetNumberOfNodes()
    nodes = show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert a_scene.GetNumberOfNodes() == count and nodes.case.folder_item


def test_patient_and_model_are_shown_alone_or_together(a_scene, a_folder: Path) -> None:
    nodes = show_heart(a_scene, a_folder, key="heart", title="Sample")

    def shown() -> dict[str, float]:
        displays = {file: model.GetDisplayNode() for file, model in nodes.case.models.items()}
        return {file: round(d.GetOpacity(), 2) for file, d in displays.items() if d.GetVisibility()}

    show_surfaces(nodes, "patient", "es")
    assert shown() == {"es.vtp": 1.0}
    show_surfaces(nodes, "both", "ed")
    assert shown() == {"ed.vtp": 1.0, "ed_reconstruction.vtp": 0.35}
    show_surfaces(nodes, "model", "ed")
    assert shown() == {"ed_reconstruction.vtp": 1.0}


def test_one_range_holds_for_all_surfaces(a_scene, a_folder: Path) -> None:
    nodes = show_heart(a_scene, a_folder, key="heart", title="Sample")
    set_thickness_range(nodes, 5.0, 15.0)
    assert {model.GetDisplayNode().GetScalarRange() for model in nodes.case.models.values()} == {(5.0, 15.0)}


def test_segments_without_wall_or_phase_are_dashes() -> None:
    walls = {"ed": {"aha17": [10.0, None, *[8.0] * 15]}, "es": None}
    rows = segment_rows({"wall_thickness_mm": walls})
    assert rows[0] == ("1", SEGMENT_NAMES[0], "10.0", "–", "–") and rows[1][2] == "–"
    walls["es"] = {"aha17": [15.0, 9.0, *[0.0] * 15]}
    assert segment_rows({"wall_thickness_mm": walls})[0][3:] == ("15.0", "50")
    assert segment_rows({"wall_thickness_mm": walls})[1][2:] == ("–", "9.0", "–")


def test_what_is_no_heart_leaves_the_scene_as_it_was(a_scene, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"schema": "skull-reconstruction/1"}')
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="heart-analysis/1"):
        show_heart(a_scene, tmp_path, key="heart", title="Sample")
    assert a_scene.GetNumberOfNodes() == count


def test_a_moved_latent_point_changes_the_shape_in_place(a_scene, answers) -> None:
    first = show_latent_shape(a_scene, answers[0], key="explored", title="Shape")
    before = from_polydata(first["ed"].GetPolyData())
    count = a_scene.GetNumberOfNodes()
    second = show_latent_shape(a_scene, answers[1], key="explored", title="Shape")
    after = from_polydata(second["ed"].GetPolyData())
    assert second["ed"] is first["ed"] and a_scene.GetNumberOfNodes() == count
    np.testing.assert_array_equal(after.points, answers[1]["surfaces"]["ed"]["points"] * (-1, -1, 1))
    assert np.abs(after.points - before.points).max() > 1
    np.testing.assert_array_equal(
        after.point_data["wall_thickness_mm"], answers[1]["surfaces"]["ed"]["wall_thickness_mm"]
    )
    assert first["ed"].GetDisplayNode().GetVisibility() and not first["es"].GetDisplayNode().GetVisibility()


def test_an_explored_shape_lies_where_the_patients_heart_does_and_goes(a_scene, answers) -> None:
    to_patient = np.eye(4)
    to_patient[:3, 3] = 10.0, 20.0, 30.0
    count = a_scene.GetNumberOfNodes()
    models = show_latent_shape(a_scene, answers[0], key="explored", title="Shape", phase="es", to_patient=to_patient)
    found = from_polydata(models["es"].GetPolyData()).points * (-1, -1, 1)
    expected = answers[0]["surfaces"]["es"]["points"] + (10, 20, 30)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert models["es"].GetDisplayNode().GetVisibility() and not models["ed"].GetDisplayNode().GetVisibility()
    hide_latent_shape(a_scene, "explored")
    assert a_scene.GetNumberOfNodes() <= count
