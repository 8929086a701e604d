"""Exploration of the latent space: the point, shapes, walks and the way back, with answers at once and late."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from GenerativeModelsLib.geometry.vtk_meshes import from_polydata
from GenerativeModelsLib.heart.case import queries
from GenerativeModelsScene.heart.exploration import STANDALONE_KEY, Exploration
from GenerativeModelsScene.heart.latent_plot import point_of
from GenerativeModelsScene.nodes.charts import set_numbers
from GenerativeModelsScene.nodes.store import NodeStore


class Late:
    """Keeps queries until `answer` is called."""

    def __init__(self, model) -> None:
        self._model, self.open = model, []

    def __call__(self, name: str, values: dict, answered: Callable) -> None:
        self.open.append((name, values, answered))

    def answer(self) -> None:
        name, values, answered = self.open.pop(0)
        answered(getattr(queries, name)(self._model, **values))


@pytest.fixture
def at_once(a_model) -> Callable:
    """Answers queries by the shipped model."""
    return lambda name, values, answered: answered(getattr(queries, name)(a_model, **values))


@pytest.fixture
def explored(a_scene, a_heart, at_once) -> Exploration:
    """The exploration of the sample heart."""
    exploration = Exploration(a_scene, at_once)
    exploration.follow(a_heart, a_heart.result)
    return exploration


def shown(scene, key: str = "heart") -> list[str]:
    """Roles of the models on show."""
    store = NodeStore(scene, key)
    models = [role for role in store.roles() if store.get(role).IsA("vtkMRMLModelNode")]
    return sorted(role for role in models if store.get(role).GetDisplayNode().GetVisibility())


def points(scene, key: str = "heart") -> np.ndarray:
    return from_polydata(NodeStore(scene, key).get("latent.model.ed").GetPolyData()).points


def test_a_moved_point_takes_the_place_of_the_patient_and_goes_back(a_scene, explored) -> None:
    before = a_scene.GetNumberOfNodes()
    own = explored.own
    explored.move_to((own[0] + 0.5, own[1]))
    assert shown(a_scene) == ["latent.model.ed"]
    assert explored.answer["z_top"] == pytest.approx([own[0] + 0.5, own[1]])
    assert "surfaces" not in explored.answer
    explored.back()
    assert shown(a_scene) == ["model.ed.vtp"]
    assert explored.answer is None and explored.z == own
    assert a_scene.GetNumberOfNodes() == before


def test_the_point_of_the_heart_gives_its_probability_and_lies_where_it_does(a_scene, a_heart, explored) -> None:
    explored.move_to(explored.own)
    assert explored.answer["hcm_probability"] == pytest.approx(a_heart.result["hcm_probability"], abs=1e-9)
    model = from_polydata(a_heart.case.models["ed_reconstruction.vtp"].GetPolyData()).points
    np.testing.assert_allclose(points(a_scene), model, atol=0.01)


def test_a_point_moved_in_the_plot_moves_the_shape(a_scene, explored) -> None:
    explored.open_plot()
    assert point_of(explored.plot) == pytest.approx(explored.own)
    set_numbers(explored.plot.point_table, explored.plot.point_table.GetColumnName(0), np.array([0.25, np.nan]))
    explored.plot.point_table.GetTable().Modified()
    assert explored.answer["z_top"][0] == pytest.approx(0.25)
    explored.move_to((1.0, 0.5))
    assert point_of(explored.plot) == pytest.approx((1.0, 0.5))


def test_a_shift_of_a_lower_level_stays_with_the_point_until_it_is_undone(a_scene, explored) -> None:
    explored.move_to(explored.own)
    plain = points(a_scene)
    explored.shift(2, 3, 2.0)
    shifted = points(a_scene)
    assert np.abs(shifted - plain).max() > 0.1
    explored.move_to(explored.own)
    np.testing.assert_array_equal(points(a_scene), shifted)
    explored.shift(2, 3, 0.0)
    np.testing.assert_array_equal(points(a_scene), plain)
    assert explored.moved == {}


def test_the_phase_is_drawn_anew(a_scene, explored) -> None:
    explored.show_mean("hcm")
    assert shown(a_scene) == ["latent.model.ed"]
    mean = explored.answer
    explored.phase = "es"
    assert shown(a_scene) == ["latent.model.es"] and explored.answer == mean


def test_walk_and_heartbeat_are_played_and_leave_nothing(a_scene, explored) -> None:
    before = a_scene.GetNumberOfNodes()
    explored.open_plot()
    plotted = a_scene.GetNumberOfNodes()
    explored.walk("healthy", 4)
    assert explored.frames == 5 and shown(a_scene) == ["walk.model"]
    start = explored.answer["hcm_probability"]
    explored.show_frame(4)
    assert explored.answer["hcm_probability"] < start
    assert point_of(explored.plot) == pytest.approx(explored.answer["z_top"])
    explored.show_frame(99)
    assert explored.answer["hcm_probability"] < start
    explored.show_heartbeat()
    assert explored.frames == 20 and shown(a_scene) == ["cycle.model"]
    explored.back()
    assert (explored.frames, shown(a_scene)) == (0, ["model.ed.vtp"])
    assert a_scene.GetNumberOfNodes() == plotted > before


def test_the_difference_of_the_means(a_scene, explored) -> None:
    explored.show_difference()
    display = NodeStore(a_scene, "heart").get("latent.model.ed").GetDisplayNode()
    assert display.GetActiveScalarName() == "wall_difference_mm"


def test_without_a_heart_it_starts_in_the_middle(a_scene, at_once) -> None:
    explored = Exploration(a_scene, at_once)
    assert explored.z is None and explored.own is None
    explored.open_plot()
    means = [explored.latent_map["classes"][name]["mean"] for name in ("healthy", "hcm")]
    assert explored.z == pytest.approx(np.mean(means, axis=0))
    explored.move_to((0.0, 0.0))
    assert shown(a_scene, STANDALONE_KEY) == ["latent.model.ed"]
    explored.back()
    assert shown(a_scene, STANDALONE_KEY) == []


def test_another_heart_ends_the_exploration_of_the_first(a_scene, a_folder, explored) -> None:
    from GenerativeModelsScene.heart.show import show_heart

    explored.open_plot()
    explored.move_to((0.0, 0.0))
    second = show_heart(a_scene, a_folder, key="second", title="Second")
    explored.follow(second, second.result)
    assert (explored.latent_map, explored.plot, explored.answer) == (None, None, None)
    assert "latent.model.ed" not in shown(a_scene)
    explored.move_to((0.5, 0.0))
    assert "latent.model.ed" in shown(a_scene, "second")


def test_a_late_answer_to_another_heart_is_left(a_scene, a_heart, a_model) -> None:
    late = Late(a_model)
    explored = Exploration(a_scene, late)
    explored.follow(a_heart, a_heart.result)
    explored.move_to((0.0, 0.0))
    explored.open_plot()
    explored.follow(None, {})
    late.answer()
    late.answer()
    assert explored.answer is None and explored.plot is None
    assert shown(a_scene, STANDALONE_KEY) == [] and shown(a_scene) == ["model.ed.vtp"]


def test_a_late_answer_after_the_way_back_is_left(a_scene, a_heart, a_model) -> None:
    late = Late(a_model)
    explored = Exploration(a_scene, late)
    explored.follow(a_heart, a_heart.result)
    explored.open_plot()
    explored.move_to((0.0, 0.0))
    explored.back()
    late.answer()
    late.answer()
    assert explored.plot is not None and explored.answer is None and shown(a_scene) == ["model.ed.vtp"]


def test_a_deleted_shape_is_made_again(a_scene, explored) -> None:
    explored.move_to((0.0, 0.0))
    a_scene.RemoveNode(NodeStore(a_scene, "heart").get("latent.model.ed"))
    explored.move_to((0.5, 0.0))
    assert shown(a_scene) == ["latent.model.ed"]


def test_a_deleted_plot_stays_away(a_scene, explored) -> None:
    explored.open_plot()
    a_scene.RemoveNode(explored.plot.point_table)
    explored.move_to((0.5, 0.0))
    assert explored.answer is not None


@pytest.mark.parametrize("role", ["walk.browser", "walk.sequence", "walk.model"])
def test_a_walk_deleted_while_it_plays_brings_the_heart_back(a_scene, explored, role: str) -> None:
    explored.walk("healthy", 4)
    explored.show_frame(1)
    a_scene.RemoveNode(NodeStore(a_scene, "heart").get(role))
    explored.show_frame(2)
    assert (explored.frames, explored.answer, shown(a_scene)) == (0, None, ["model.ed.vtp"])


def test_a_new_walk_begins_at_its_first_shape(explored) -> None:
    explored.walk("healthy", 4)
    explored.show_frame(3)
    assert explored.frame == 3
    explored.walk("hcm", 4)
    assert explored.frame == 0


def test_a_late_answer_does_not_move_the_point_back(a_scene, a_heart, a_model) -> None:
    late = Late(a_model)
    explored = Exploration(a_scene, late)
    explored.follow(a_heart, a_heart.result)
    explored.open_plot()
    late.answer()
    explored.move_to((0.0, 0.0))
    explored.move_to((0.5, 0.25))
    assert point_of(explored.plot) == (0.5, 0.25)
    late.answer()
    assert explored.z == point_of(explored.plot) == (0.5, 0.25)
    assert explored.answer["z_top"] == pytest.approx([0.0, 0.0])
    late.answer()
    assert explored.answer["z_top"] == pytest.approx([0.5, 0.25])


def test_a_late_shape_does_not_end_the_walk_that_was_asked_for_after_it(a_scene, a_heart, a_model) -> None:
    late = Late(a_model)
    explored = Exploration(a_scene, late)
    explored.follow(a_heart, a_heart.result)
    explored.move_to((0.0, 0.0))
    explored.walk("healthy", 4)
    late.open.reverse()
    late.answer()
    late.answer()
    assert explored.frames == 5 and shown(a_scene) == ["walk.model"]


def test_a_shape_that_came_with_the_scene_can_be_left(a_scene, a_heart, explored, at_once) -> None:
    explored.move_to((0.5, 0.0))
    loaded = Exploration(a_scene, at_once)
    loaded.follow(a_heart, a_heart.result)
    assert loaded.on_show and loaded.answer is None
    loaded.back()
    assert not loaded.on_show and shown(a_scene) == ["model.ed.vtp"]


def test_a_heart_of_an_earlier_version_has_no_start_of_a_walk(a_scene, a_heart, explored) -> None:
    assert explored.around is not None
    old = a_heart.result
    del old["latent"]["z"]
    explored.follow(a_heart, old)
    assert explored.around is None and explored.own is not None


def test_another_model_begins_anew_from_the_same_heart(a_scene, explored) -> None:
    explored.open_plot()
    explored.move_to((0.5, 0.0))
    explored.begin_anew()
    assert (explored.latent_map, explored.plot, explored.answer) == (None, None, None)
    assert explored.z == explored.own and shown(a_scene) == ["model.ed.vtp"]


def test_a_scene_that_closes_leaves_nothing_to_play(a_scene, at_once) -> None:
    explored = Exploration(a_scene, at_once)
    explored.open_plot()
    explored.show_heartbeat()
    assert explored.frames
    explored.forget()
    assert (explored.frames, explored.latent_map, explored.z) == (0, None, None)
