"""The map of the top level: its lines are where they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.infer import latent_map as module
from GenerativeModelsLib.heart.infer.latent_map import SHARES, LatentMap, latent_map
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from GenerativeModelsLib.resources import default_bundle


@pytest.fixture(scope="module")
def model() -> HeartModel:
    return load_heart_model(default_bundle("heart"))


@pytest.fixture(scope="module")
def found(model: HeartModel) -> LatentMap:
    return latent_map(model)


def test_the_contours_hold_their_shares_of_a_class(found: LatentMap, model: HeartModel) -> None:
    from matplotlib.path import Path as Outline

    for k, (name, one) in enumerate(found.classes.items()):
        assert name == ("healthy", "hcm")[k] and len(one.points) == len(model.typical.density.points[k])
        np.testing.assert_allclose(one.mean, one.points.mean(axis=0))
        assert tuple(one.contours) == SHARES
        for share, lines in one.contours.items():
            assert all(np.array_equal(line[0], line[-1]) for line in lines)
            inside = sum(Outline(line).contains_points(one.points).astype(int) for line in lines)
            assert inside.mean() == pytest.approx(share, abs=0.03)


def test_the_lines_have_their_values(found: LatentMap, model: HeartModel) -> None:
    assert {9, 12, 15} <= set(found.walls)
    for mm, lines in found.walls.items():
        for line in lines:
            np.testing.assert_allclose(model.thickest_mm(line), mm, atol=1e-3)
    assert found.border and found.even
    density = model.typical.density
    for line in found.border:
        np.testing.assert_allclose(density.log_density(line), density.limit, atol=0.15)
    alone = np.array([[True, False]])
    for present in (None, alone):
        for line in latent_map(model, None, present).even:
            np.testing.assert_allclose(model.probability(line, present), 0.5, atol=0.02)


def test_the_map_holds_the_population_and_the_own_heart(found: LatentMap, model: HeartModel) -> None:
    ends = np.array([found.x, found.y]).T
    points = model.typical.density.points.reshape(-1, 2)
    assert (points > ends[0]).all() and (points < ends[1]).all()
    for line in (*found.border, *found.even, *(line for lines in found.walls.values() for line in lines)):
        assert (line >= ends[0] - 1e-9).all() and (line <= ends[1] + 1e-9).all()
    own = ends[1] + 3
    wide = latent_map(model, own[None])
    assert wide.x[1] > own[0] > found.x[1] and wide.y[1] > own[1] > found.y[1]
    assert len(wide.classes["hcm"].points) == len(found.classes["hcm"].points)


def test_a_wall_that_the_map_does_not_reach_has_no_line(model: HeartModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WALLS_MM", (12, 90))
    assert list(latent_map(model).walls) == [12]
