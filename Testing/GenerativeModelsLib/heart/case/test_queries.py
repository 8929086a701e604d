"""Queries on the latent space, with the shipped model."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.queries import shape_at
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.resources import default_bundle

ARRAYS = {"wall_thickness_mm", "aha_segment", "surface"}


@pytest.fixture(scope="module")
def model() -> HeartModel:
    return load_heart_model(default_bundle("heart"))


def test_the_query_is_on_the_record() -> None:
    assert list(HEART.queries) == ["shape_at"] and HEART.queries["shape_at"].get() is shape_at


def test_a_point_is_answered_with_surfaces_and_figures(model: HeartModel) -> None:
    found = shape_at(model, [0.5, -0.25])
    assert set(found) == {"surfaces", "hcm_probability", "edv_ml", "esv_ml", "ef_percent", "within_population"}
    assert found["edv_ml"] > found["esv_ml"] > 0
    assert found["ef_percent"] == pytest.approx(100 * (1 - found["esv_ml"] / found["edv_ml"]))
    assert found["hcm_probability"] == model.probability(np.array([[0.5, -0.25]]))[0]
    for phase, volume in (("ed", found["edv_ml"]), ("es", found["esv_ml"])):
        arrays = found["surfaces"][phase]
        points, triangles = arrays["points"], arrays["triangles"]
        assert points.dtype == np.float32 and triangles.dtype == np.int32
        assert set(arrays) == {"points", "triangles"} | ARRAYS
        assert all(arrays[name].shape == (len(points),) and arrays[name].dtype == np.float32 for name in ARRAYS)
        inner = (arrays["surface"][triangles] == 0).all(axis=1)
        cavity = Surface(points.astype(float), triangles[inner])
        assert 0.5 * volume < abs(cavity.volume_mm3) / 1000 < 1.5 * volume


def test_the_centre_of_a_class_lies_within_the_population_and_a_point_far_off_does_not(model: HeartModel) -> None:
    centre = model.place(model.cluster_mean("hcm")).z_top[0]
    assert shape_at(model, tuple(centre))["within_population"] is True
    assert shape_at(model, centre + 30)["within_population"] is False


@pytest.mark.parametrize("z_top", [[0.5], [0.5, 0.5, 0.5], [], [[0.5, 0.5]], [0.5, np.nan], [np.inf, 0.5]])
def test_what_is_no_point_is_refused(z_top: list, model: HeartModel) -> None:
    with pytest.raises(InputError, match=r"^z_top is .*: give 2 finite numbers\.$"):
        shape_at(model, z_top)
