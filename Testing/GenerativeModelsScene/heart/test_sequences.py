"""Walk and cycle as sequences that Slicer plays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import slicer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsScene.heart.sequences import (
    cycle_surfaces,
    remove_cycle,
    remove_walk,
    show_cycle,
    show_frame,
    show_walk,
)
from GenerativeModelsScene.heart.show import find_heart, set_thickness_range
from Testing.helpers.saved_scenes import saved_and_loaded


def shown(scene, kind: str):
    """The model that a sequence of the heart shows."""
    browser = getattr(find_heart(scene, "heart"), kind)
    return browser.GetProxyNode(browser.GetMasterSequenceNode())


def points(scene, kind: str) -> np.ndarray:
    """LPS."""
    return from_polydata(shown(scene, kind).GetPolyData()).points * (-1, -1, 1)


@pytest.fixture
def phases(a_folder) -> dict[str, Surface]:
    return {phase: read_surface(a_folder / f"{phase}.vtp") for phase in ("ed", "es")}


def test_a_walk_is_played_step_by_step(a_scene, a_heart, answers) -> None:
    assert show_walk(a_scene, [*answers, answers[0]], key="heart", title="Sample") == 3
    np.testing.assert_allclose(points(a_scene, "walk"), answers[0]["surfaces"]["ed"]["points"], atol=1e-5)
    for index, answer in ((1, answers[1]), (99, answers[0]), (-1, answers[0])):
        show_frame(a_scene, "heart", "walk", index)
        np.testing.assert_allclose(points(a_scene, "walk"), answer["surfaces"]["ed"]["points"], atol=1e-5)
    display = shown(a_scene, "walk").GetDisplayNode()
    patient = a_heart.case.models["ed.vtp"].GetDisplayNode()
    assert display.GetColorNode() is patient.GetColorNode() and display.GetScalarRange() == patient.GetScalarRange()
    assert display.GetActiveScalarName() == "wall_thickness_mm"
    set_thickness_range(a_heart, 5.0, 11.0)
    assert display.GetScalarRange() == (5.0, 11.0)


def test_slicers_own_player_moves_it_on(a_scene, a_heart, answers) -> None:
    logic = slicer.vtkSlicerSequencesLogic()
    logic.SetMRMLScene(a_scene)
    show_walk(a_scene, answers, key="heart", title="Sample", phase="es")
    find_heart(a_scene, "heart").walk.SelectNextItem(1)
    np.testing.assert_allclose(points(a_scene, "walk"), answers[1]["surfaces"]["es"]["points"], atol=1e-5)


def test_another_walk_takes_the_place_of_the_first(a_scene, a_heart, answers) -> None:
    show_walk(a_scene, answers, key="heart", title="Sample")
    show_frame(a_scene, "heart", "walk", 1)
    count, model = a_scene.GetNumberOfNodes(), shown(a_scene, "walk")
    for _ in range(3):
        assert show_walk(a_scene, answers[::-1] * 2, key="heart", title="Sample", phase="es") == 4
        assert a_scene.GetNumberOfNodes() == count and shown(a_scene, "walk") is model
    np.testing.assert_allclose(points(a_scene, "walk"), answers[1]["surfaces"]["es"]["points"], atol=1e-5)


def test_the_cycle_goes_from_end_diastole_to_end_systole_and_back(a_scene, a_heart, phases) -> None:
    assert show_cycle(a_scene, phases, key="heart", title="Sample", frames=20) == 20
    np.testing.assert_allclose(points(a_scene, "cycle"), phases["ed"].points, atol=1e-4)
    show_frame(a_scene, "heart", "cycle", 10)
    np.testing.assert_allclose(points(a_scene, "cycle"), phases["es"].points, atol=1e-4)
    found = from_polydata(shown(a_scene, "cycle").GetPolyData()).point_data["wall_thickness_mm"]
    np.testing.assert_allclose(found, phases["es"].point_data["wall_thickness_mm"], atol=1e-4)
    show_frame(a_scene, "heart", "cycle", 5)
    middle = (phases["ed"].points + phases["es"].points) / 2
    np.testing.assert_allclose(points(a_scene, "cycle"), middle, atol=1e-4)
    browser = find_heart(a_scene, "heart").cycle
    assert browser.GetPlaybackRateFps() == 20 and browser.GetPlaybackLooped()
    assert browser.GetMasterSequenceNode().GetNthIndexValue(5) == "25"


def test_the_wall_moves_slowly_at_both_ends(phases) -> None:
    frames = [surface.points for surface in cycle_surfaces(phases, 20)]
    steps = [np.abs(after - before).max() for before, after in pairwise(frames)]
    assert steps[0] < 0.2 * steps[5] and steps[9] < 0.2 * steps[5]
    np.testing.assert_allclose(frames[3], frames[17], atol=1e-9)


def test_a_cycle_of_an_explored_shape_lies_in_the_patient(a_scene, a_heart, answers) -> None:
    show_cycle(a_scene, answers[0]["surfaces"], key="heart", title="Sample", to_patient=a_heart.to_patient)
    expected = Surface(answers[0]["surfaces"]["ed"]["points"], answers[0]["surfaces"]["ed"]["triangles"])
    np.testing.assert_allclose(points(a_scene, "cycle"), expected.transformed(a_heart.to_patient).points, atol=1e-4)


def test_what_does_not_fit_together_is_refused(a_scene, a_heart, phases) -> None:
    count = a_scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="no surface at end systole"):
        show_cycle(a_scene, {"ed": phases["ed"]}, key="heart", title="Sample")
    other = Surface(phases["es"].points, phases["es"].triangles[1:])
    with pytest.raises(InputError, match="different triangles"):
        show_cycle(a_scene, {"ed": phases["ed"], "es": other}, key="heart", title="Sample")
    with pytest.raises(InputError, match="no shapes"):
        show_walk(a_scene, [], key="heart", title="Sample")
    with pytest.raises(InputError, match="no walk of this heart"):
        show_frame(a_scene, "heart", "walk", 0)
    assert a_scene.GetNumberOfNodes() == count


def test_nothing_is_left_of_what_is_removed(a_scene, a_heart, answers, phases) -> None:
    count = a_scene.GetNumberOfNodes()
    show_walk(a_scene, answers, key="heart", title="Sample")
    show_cycle(a_scene, phases, key="heart", title="Sample")
    remove_walk(a_scene, "heart")
    remove_cycle(a_scene, "heart")
    assert a_scene.GetNumberOfNodes() == count
    found = find_heart(a_scene, "heart")
    assert found.walk is None and found.cycle is None
    remove_walk(a_scene, "heart")


def test_a_loaded_scene_plays_on(a_scene, a_heart, answers, phases, tmp_path) -> None:
    show_walk(a_scene, answers, key="heart", title="Sample")
    show_cycle(a_scene, phases, key="heart", title="Sample", frames=4)
    loaded = saved_and_loaded(a_scene, tmp_path)
    show_frame(loaded, "heart", "walk", 1)
    np.testing.assert_allclose(points(loaded, "walk"), answers[1]["surfaces"]["ed"]["points"], atol=1e-4)
    show_frame(loaded, "heart", "cycle", 2)
    np.testing.assert_allclose(points(loaded, "cycle"), phases["es"].points, atol=1e-4)
    count = loaded.GetNumberOfNodes()
    show_walk(loaded, answers[::-1], key="heart", title="Sample")
    assert loaded.GetNumberOfNodes() == count
    np.testing.assert_allclose(points(loaded, "walk"), answers[1]["surfaces"]["ed"]["points"], atol=1e-4)
    remove_walk(loaded, "heart")
    assert find_heart(loaded, "heart").walk is None
