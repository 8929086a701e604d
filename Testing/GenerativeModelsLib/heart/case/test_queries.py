"""Queries on the latent space, with the shipped model."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.queries import class_mean, difference, latent_map, shape_at, walk
from GenerativeModelsLib.heart.infer.model import HeartModel, Placed, load_heart_model
from GenerativeModelsLib.heart.infer.walk import walk as walked
from GenerativeModelsLib.heart.population.hearts import sample_hearts
from GenerativeModelsLib.heart.shape.surfaces import heart_surface
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.worker.wire import packed, unpacked

ARRAYS = {"wall_thickness_mm", "aha_segment", "surface"}
ANSWER = {
    *("surfaces", "z_top", "hcm_probability", "edv_ml", "esv_ml", "ef_percent"),
    *("thickest_mm", "within_population"),
}


@pytest.fixture(scope="module")
def model() -> HeartModel:
    return load_heart_model(default_bundle("heart"))


@pytest.fixture(scope="module")
def placed(model: HeartModel) -> Placed:
    """A healthy heart."""
    return model.place(sample_hearts(1, 4, "healthy").rays)


@pytest.fixture(scope="module")
def z(placed: Placed) -> list[list[float]]:
    """Its `latent.z`, through JSON."""
    return json.loads(json.dumps([level[0].tolist() for level in placed.levels]))


def test_the_queries_are_on_the_record() -> None:
    functions = (shape_at, latent_map, walk, class_mean, difference)
    assert list(HEART.queries) == [function.__name__ for function in functions]
    assert tuple(query.get() for query in HEART.queries.values()) == functions


def test_a_point_is_answered_with_surfaces_and_figures(model: HeartModel) -> None:
    found = shape_at(model, [0.5, -0.25])
    assert set(found) == ANSWER and found["z_top"] == [0.5, -0.25]
    assert found["edv_ml"] > found["esv_ml"] > 0
    assert found["ef_percent"] == pytest.approx(100 * (1 - found["esv_ml"] / found["edv_ml"]))
    assert found["hcm_probability"] == model.probability(np.array([[0.5, -0.25]]))[0]
    assert found["thickest_mm"] == pytest.approx(float(model.decode(3, [[0.5, -0.25]]).thickest_mm[0, 0]), abs=1e-3)
    for phase, volume in (("ed", found["edv_ml"]), ("es", found["esv_ml"])):
        arrays = found["surfaces"][phase]
        points, triangles = arrays["points"], arrays["triangles"]
        assert points.dtype == np.float32 and triangles.dtype == np.int32
        assert set(arrays) == {"points", "triangles"} | ARRAYS
        assert all(arrays[name].shape == (len(points),) and arrays[name].dtype == np.float32 for name in ARRAYS)
        inner = (arrays["surface"][triangles] == 0).all(axis=1)
        cavity = Surface(points.astype(float), triangles[inner])
        assert 0.5 * volume < abs(cavity.volume_mm3) / 1000 < 1.5 * volume
    np.testing.assert_array_equal(found["surfaces"]["ed"]["triangles"], found["surfaces"]["es"]["triangles"])


@pytest.mark.parametrize("phases", [["ed", "es"], ["ed"]])
def test_the_point_of_a_heart_is_the_heart(phases: list[str], model: HeartModel) -> None:
    hearts = sample_hearts(8, 4, "hcm").rays.keeping(["ed" in phases, "es" in phases])
    every = model.place(hearts)
    one = int(np.argmin(np.abs(every.hcm_probability - 0.5)))
    own = model.place(hearts[one : one + 1])
    z = [level[0].tolist() for level in own.levels]
    found = shape_at(model, z[-1], z, phases=phases)
    assert found["hcm_probability"] == own.hcm_probability[0]
    assert (
        shape_at(model, z[-1], z, phases=["ed", "es"][: 3 - len(phases)])["hcm_probability"] != own.hcm_probability[0]
    )
    rebuilt = model.reconstruct(own).heart(0)
    for phase in ("ed", "es"):
        surface, arrays = heart_surface(getattr(rebuilt, phase)), found["surfaces"][phase]
        np.testing.assert_allclose(arrays["points"], surface.points, atol=1e-3)
        off = np.abs(arrays["wall_thickness_mm"] - surface.point_data["wall_thickness_mm"])
        assert np.nanmean(off) < 0.1
    bare = shape_at(model, z[-1], phases=phases)
    assert np.abs(bare["surfaces"]["ed"]["points"] - found["surfaces"]["ed"]["points"]).max() > 1


def test_a_moved_dimension_is_that_of_the_population(model: HeartModel, z: list[list[float]]) -> None:
    start = shape_at(model, z[-1], z)
    moved = shape_at(model, z[-1], z, [{"level": 1, "dimension": 3, "sd": 1.5}])
    values = [np.array(level)[None] for level in z]
    values[0][0, 3] += 1.5 * model.spread[0][3]
    expected = model.reconstruct(Placed(tuple(values), *[None] * 4)).heart(0)
    points = moved["surfaces"]["ed"]["points"]
    np.testing.assert_allclose(points[: len(points) // 2], expected.ed.surface("endo").points, atol=1e-3)
    assert np.abs(points - start["surfaces"]["ed"]["points"]).max() > 0.1
    there = [{"level": 2, "dimension": 0, "sd": 0.5}, {"level": 2, "dimension": 0, "sd": -0.5}]
    np.testing.assert_allclose(
        shape_at(model, z[-1], z, there)["surfaces"]["es"]["points"], start["surfaces"]["es"]["points"], atol=1e-3
    )
    assert moved["hcm_probability"] == start["hcm_probability"]


def test_one_phase_alone_is_that_of_both(model: HeartModel) -> None:
    both, one = shape_at(model, [0.5, -0.25]), shape_at(model, [0.5, -0.25], phase="es")
    assert list(one["surfaces"]) == ["es"] and one["esv_ml"] == both["esv_ml"] and one["edv_ml"] == both["edv_ml"]
    for name, values in both["surfaces"]["es"].items():
        np.testing.assert_array_equal(one["surfaces"]["es"][name], values)


def test_a_point_far_off_is_said_to_be_outside_the_population(model: HeartModel) -> None:
    centre = model.place(model.cluster_mean("hcm")).z_top[0]
    assert shape_at(model, tuple(centre))["within_population"] is True
    far = shape_at(model, centre + 30)
    assert far["within_population"] is False and far["z_top"] == (centre + 30).tolist()


def test_where_the_walls_cross_there_is_no_heart(model: HeartModel) -> None:
    with pytest.raises(InputError, match=r"^There is no heart at this point .* closer to the population\.$"):
        shape_at(model, [0.0, 0.0], moved=[{"level": 2, "dimension": 0, "sd": 60.0}])


def test_a_walk_is_the_walk_of_the_heart(model: HeartModel, placed: Placed, z: list[list[float]]) -> None:
    found = walk(model, z, "hcm", 4, phase="ed")
    expected = walked(model, placed, "hcm", 4)
    assert found["at_border"] is expected.at_border is False and len(found["shapes"]) == 5
    np.testing.assert_allclose([shape["z_top"] for shape in found["shapes"]], expected.z_top, atol=1e-6)
    chances = [shape["hcm_probability"] for shape in found["shapes"]]
    np.testing.assert_allclose(chances, expected.hcm_probability, rtol=1e-5)
    assert chances == sorted(chances)
    start = shape_at(model, z[-1], z, phase="ed")
    for name in ("points", "wall_thickness_mm"):
        first = found["shapes"][0]["surfaces"]["ed"][name]
        np.testing.assert_allclose(first, start["surfaces"]["ed"][name], atol=1e-2)
    assert all(set(shape) == ANSWER and list(shape["surfaces"]) == ["ed"] for shape in found["shapes"])
    alone = walk(model, z, "hcm", 1, phases=["ed"], phase="ed")["shapes"][0]
    assert alone["hcm_probability"] == shape_at(model, z[-1], z, phases=["ed"])["hcm_probability"] != chances[0]


def test_a_walk_says_that_it_ended_at_the_border(model: HeartModel, z: list[list[float]]) -> None:
    found = walk(model, z, "healthy", 100, phase="es")
    assert found["at_border"] is True and len(found["shapes"]) < 101
    assert found["shapes"][-1]["within_population"] is True


def test_the_means_of_the_classes_and_their_difference(model: HeartModel) -> None:
    healthy, hcm = class_mean(model, "healthy"), class_mean(model, "hcm")
    assert set(hcm) == ANSWER and hcm["within_population"] and hcm["thickest_mm"] > healthy["thickest_mm"] + 2
    np.testing.assert_allclose(hcm["z_top"], model.typical.density.mean(1))
    assert hcm["hcm_probability"] > 0.9 > 0.1 > healthy["hcm_probability"]
    assert hcm["edv_ml"] == pytest.approx(model.cluster_mean("hcm").heart(0).ed.cavity_ml)
    found = difference(model)
    for phase in ("ed", "es"):
        arrays, walls = (
            found["surfaces"][phase],
            [one["surfaces"][phase]["wall_thickness_mm"] for one in (hcm, healthy)],
        )
        np.testing.assert_array_equal(arrays["wall_difference_mm"], walls[0] - walls[1])
        assert arrays["wall_difference_mm"].dtype == np.float32 and np.nanmean(arrays["wall_difference_mm"]) > 1
        np.testing.assert_array_equal(arrays["wall_thickness_mm"], walls[0])
    assert list(difference(model, "ed")["surfaces"]) == list(class_mean(model, "hcm", "ed")["surfaces"]) == ["ed"]


def test_the_map_is_plain_and_holds_the_point(model: HeartModel) -> None:
    found = latent_map(model, [9.0, 0.0])
    assert found["levels"] == [64, 32, 2] and [len(spread) for spread in found["spread"]] == [64, 32, 2]
    assert found["x"][1] > 9.0 and latent_map(model)["x"][1] < 9.0
    assert set(found["classes"]) == {"healthy", "hcm"}
    for one in found["classes"].values():
        assert one["points"].shape[1] == 2 == len(one["mean"]) and set(one["contours"]) == {"0.5", "0.9"}
    lines = [*found["border"], *found["even"], *found["walls"]["9"], *found["classes"]["hcm"]["contours"]["0.9"]]
    assert all(line.dtype == np.float32 and line.ndim == 2 and line.shape[1] == 2 for line in lines)
    json.dumps(packed(found))
    alone = np.concatenate(latent_map(model, phases=["ed"])["even"])
    np.testing.assert_allclose(model.probability(alone, np.array([[True, False]])), 0.5, atol=0.02)
    assert np.abs(model.probability(alone) - 0.5).max() > 0.02


def test_answers_travel_to_the_window(model: HeartModel, z: list[list[float]]) -> None:
    sent = json.loads(json.dumps(packed({"z_top": np.array(z[-1]), "around": z, "moved": (), "phases": ("ed",)})))
    found = shape_at(model, **unpacked(sent))
    back = unpacked(json.loads(json.dumps(packed(found))))
    np.testing.assert_array_equal(back["surfaces"]["es"]["points"], found["surfaces"]["es"]["points"])
    assert back["hcm_probability"] == found["hcm_probability"]


SHIFT: dict[str, Any] = {"level": 1, "dimension": 0, "sd": 1.0}


@pytest.mark.parametrize(
    "z_top", [[0.5], [0.5, 0.5, 0.5], [], [[0.5, 0.5]], [0.5, np.nan], [np.inf, 0.5], [1e39, 0], "a"]
)
def test_what_is_no_point_is_refused(z_top: Any, model: HeartModel) -> None:
    for query in (shape_at, latent_map):
        with pytest.raises(InputError, match=r"^z_top is .*: give 2 finite numbers\.$"):
            query(model, z_top)


@pytest.mark.parametrize(
    ("around", "words"),
    [
        ([], "around is no heart"),
        ([[0.0] * 64, [0.0] * 32], "around is no heart"),
        ([[0.0] * 2, [0.0] * 32, [0.0] * 64], r"give 3 lists of 64, 32, 2 finite numbers, as latent\.z of a result"),
        ([[0.0] * 64, [0.0] * 31 + [np.nan], [0.0] * 2], "around is no heart"),
        (3, "around is no heart"),
    ],
)
def test_what_is_no_heart_of_the_model_is_refused(around: Any, words: str, model: HeartModel) -> None:
    for query in (lambda: shape_at(model, [0, 0], around), lambda: walk(model, around, "hcm")):
        with pytest.raises(InputError, match=words):
            query()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"moved": [SHIFT | {"level": 3}]}, "^moved names level 3: give 1 to 2; z_top moves the top level"),
        ({"moved": [SHIFT | {"level": 0}]}, "^moved names level 0"),
        ({"moved": [SHIFT | {"level": True}]}, "^moved names level True"),
        ({"moved": [SHIFT | {"dimension": 64}]}, "^moved names dimension 64 of level 1: give 0 to 63"),
        ({"moved": [SHIFT | {"dimension": -1}]}, "^moved names dimension -1"),
        ({"moved": [SHIFT | {"level": 2, "dimension": 32}]}, "^moved names dimension 32 of level 2: give 0 to 31"),
        ({"moved": [SHIFT | {"dimension": 0.5}]}, r"^moved names dimension 0\.5"),
        ({"moved": [SHIFT | {"sd": np.nan}]}, "^moved shifts by nan"),
        ({"moved": [SHIFT | {"sd": "2 SD"}]}, "^moved shifts by 2 SD"),
        ({"moved": [{"level": 1}]}, "^moved holds .*: give level, dimension and sd"),
        ({"moved": [3]}, "^moved holds 3"),
        ({"moved": SHIFT}, "^moved is .*: give a list of shifts"),
        ({"phases": ["es"]}, r"^phases is \['es'\]: give .* \[ed\] or \[ed, es\]"),
        ({"phases": []}, "^phases is"),
        ({"phases": ["ed", ["es"]]}, "^phases is"),
        ({"phases": "ed"}, "^phases is ed"),
        ({"phases": ["ed", "mid"]}, "^phases is"),
        ({"phase": "systole"}, "^phase is systole: give ed or es, or None for both"),
        ({"phase": ["ed"]}, "^phase is"),
    ],
)
def test_what_a_shape_cannot_be_asked_with_is_refused(given: dict[str, Any], words: str, model: HeartModel) -> None:
    with pytest.raises(InputError, match=words):
        shape_at(model, [0.0, 0.0], **given)


@pytest.mark.parametrize("steps", [0, 101, -1, 2.5, True, "20", None])
def test_a_number_of_steps_out_of_range_is_refused(steps: Any, model: HeartModel, z: list[list[float]]) -> None:
    with pytest.raises(InputError, match=f"^steps is {steps}: give a number from 1 to 100"):
        walk(model, z, "hcm", steps)


@pytest.mark.parametrize("name", ["sick", "", None, 1, ["hcm"]])
def test_an_unknown_class_is_refused(name: Any, model: HeartModel, z: list[list[float]]) -> None:
    with pytest.raises(InputError, match=r"^condition is .*: give healthy or hcm"):
        class_mean(model, name)
    with pytest.raises(InputError, match=r"^towards is .*: give healthy or hcm"):
        walk(model, z, name)
