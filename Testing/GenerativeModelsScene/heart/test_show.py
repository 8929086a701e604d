"""An analysed heart in a scene on the real Slicer core."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.heart.anatomy import THICKNESS_RANGE_MM
from GenerativeModelsLib.heart.report.content import measures_of
from GenerativeModelsLib.heart.shape.segments import SEGMENT_NAMES
from GenerativeModelsLib.page.colours import fitted_range
from GenerativeModelsScene import shows
from GenerativeModelsScene.heart.latent_shape import show_latent_shape
from GenerativeModelsScene.heart.show import (
    bullseye_png,
    find_heart,
    set_thickness_range,
    show_heart,
    thickness_range,
)
from GenerativeModelsScene.heart.tables import segment_rows
from Testing.helpers.saved_scenes import saved_and_loaded


def cells(table, row: int) -> list[str]:
    return [table.GetCellText(row, column) for column in range(table.GetNumberOfColumns())]


def test_a_heart_is_shown_with_its_tables(a_scene, a_folder: Path) -> None:
    nodes = shows.show_case_folder("heart", a_folder, scene=a_scene, title="Sample", key="heart")
    result = json.loads((a_folder / "result.json").read_text())
    assert nodes.table.GetNumberOfRows() == len(measures_of(result))
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


def test_a_heart_at_first_show_is_the_patient_at_end_diastole_in_its_own_range(a_heart, a_folder) -> None:
    shown = [file for file, model in a_heart.case.models.items() if model.GetDisplayNode().GetVisibility()]
    assert shown == ["ed.vtp"]
    surfaces = (read_surface(a_folder / f"{phase}.vtp") for phase in ("ed", "es"))
    values = np.concatenate([surface.point_data["wall_thickness_mm"] for surface in surfaces])
    expected = fitted_range(values, 1.0)
    assert {model.GetDisplayNode().GetScalarRange() for model in a_heart.case.models.values()} == {expected}
    assert (a_heart.key, a_heart.title) == ("heart", "Sample")
    assert a_heart.result == json.loads((a_folder / "result.json").read_text())


def test_the_range_that_the_user_chose_stays(a_scene, a_heart, a_folder) -> None:
    def ranges() -> set:
        return {model.GetDisplayNode().GetScalarRange() for model in a_heart.case.models.values()}

    set_thickness_range(a_heart, 5.0, 15.0)
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert ranges() == {(5.0, 15.0)}
    thickness_range(a_heart, "compare")
    show_heart(a_scene, a_folder, key="heart", title="Sample")
    assert ranges() == {(0.0, THICKNESS_RANGE_MM)}


def test_the_bullseye_is_kept_with_the_scene(a_scene, a_heart, a_folder, tmp_path) -> None:
    picture = (a_folder / "bullseye.png").read_bytes()
    assert bullseye_png(a_heart) == picture
    loaded = saved_and_loaded(a_scene, tmp_path)
    assert bullseye_png(find_heart(loaded, "heart")) == picture
    a_scene.RemoveNode(a_heart.bullseye)
    assert bullseye_png(find_heart(a_scene, "heart")) is None


def test_the_heart_frame_leads_to_the_patient(a_heart, a_folder) -> None:
    surface = read_surface(a_folder / "ed.vtp")
    in_heart = surface.transformed(np.linalg.inv(a_heart.to_patient)).points
    assert abs(in_heart[:, 2].max()) < 1 and in_heart[:, 2].min() < -50, "the base is at z = 0, the apex below"


def test_what_is_explored_without_a_heart_is_none(a_scene, answers) -> None:
    show_latent_shape(a_scene, answers[0], key="explored", title="Shape")
    assert find_heart(a_scene, "explored") is None


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
