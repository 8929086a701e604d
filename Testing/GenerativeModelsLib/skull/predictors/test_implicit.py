"""Fit of an implicit head to borders: known heads are found, doubt is where no plane is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from torch import Tensor

from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.skull.predictors.implicit import ImplicitFit, rotated
from GenerativeModelsLib.skull.shape.field import GRID_SIZE, unit_points
from Testing.helpers.known_borders import conditions, ellipsoid_borders


class Ellipsoids:
    """Ellipsoids by the logs of their half axes y and z over x = 0.9; the distance is one to first order."""

    code = 2

    def __call__(self, code: Tensor, points: Tensor) -> Tensor:
        axes = 0.9 * torch.cat([torch.zeros_like(code[:, :1]), code], dim=1).exp()[:, None]
        scaled = (points / axes).norm(dim=-1)
        return scaled * (scaled - 1) / ((points / axes**2).norm(dim=-1) + 1e-6)


@pytest.fixture(scope="module")
def fit() -> ImplicitFit:
    """Wide priors of code and size, and of the poses one of a few degrees and hundredths."""
    codes = torch.from_numpy(np.random.default_rng(0).uniform(0, 0.3, (40, 2))).float()
    points = torch.from_numpy(unit_points()).float().reshape(-1, 3)
    fields = Ellipsoids()(codes, points).clamp(-0.6, 0.6).view(-1, *[GRID_SIZE] * 3)
    weight = (-0.5 * (fields / 0.08) ** 2).exp().mean(0)
    basis = LowRankField(6, GRID_SIZE)
    basis.fit(fields, weight / weight.sum())
    mean = torch.cat([torch.tensor([0.15, 0.15, 0.0]), torch.zeros(18)])
    sd = torch.cat([torch.tensor([0.2, 0.2, 0.1]), torch.full((18,), 0.02)])
    return ImplicitFit(Ellipsoids(), basis, mean, torch.diag(sd))


def coefficients(fit: ImplicitFit, code: list[float]) -> Tensor:
    points = torch.from_numpy(unit_points()).float().reshape(-1, 3)
    field = Ellipsoids()(torch.tensor([code]), points).clamp(-0.6, 0.6).view(-1, *[GRID_SIZE] * 3)
    return fit.basis.project(field)[0]


def borders_of(code: list[float], size: float) -> Tensor:
    return ellipsoid_borders(*(0.9 * size * np.exp([0.0, *code])), sd=0.002)


@settings(max_examples=8)
@given(st.floats(0.05, 0.3), st.floats(0.0, 0.3), st.floats(-0.08, 0.08))
def test_the_head_behind_three_borders_is_found(fit: ImplicitFit, long: float, high: float, log_size: float) -> None:
    found = fit.predict(conditions(borders_of([long, high], np.exp(log_size))))
    assert float(found.mean[0, -1]) == pytest.approx(log_size, abs=0.01)
    np.testing.assert_allclose(found.mean[0, :-1], coefficients(fit, [long, high]), atol=0.01)
    assert found.draws is None and found.poses.shape == (1, 18)


def test_a_shifted_and_turned_picture_is_placed_and_the_head_stays(fit: ImplicitFit) -> None:
    """The sagittal picture is shifted by 0.03 downwards, that is to lower z."""
    borders = borders_of([0.2, 0.1], 1.0)
    theta = np.arange(64) * (2 * np.pi / 64)
    borders[1, 0] = borders[1, 0] - 0.03 * torch.from_numpy(np.sin(theta)).float()
    found = fit.predict(conditions(borders))
    assert float(found.poses[0, 6 + 2]) == pytest.approx(-0.03, abs=0.015)
    np.testing.assert_allclose(found.mean[0, :-1], coefficients(fit, [0.2, 0.1]), atol=0.015)


@settings(max_examples=8)
@given(st.sampled_from(["100", "110", "101"]), st.integers(0, 100))
def test_the_border_of_an_absent_plane_changes_nothing(fit: ImplicitFit, planes: str, seed: int) -> None:
    borders = borders_of([0.2, 0.1], 1.0)
    others = torch.randn(borders.shape, generator=torch.Generator().manual_seed(seed))
    changed = torch.where(torch.tensor([flag == "1" for flag in planes])[:, None, None], borders, others)
    one, two = (fit.predict(conditions(b, planes), 3, torch.Generator().manual_seed(0)) for b in (borders, changed))
    assert torch.equal(one.mean, two.mean) and torch.equal(one.draws, two.draws)


def test_a_plane_more_leaves_less_doubt(fit: ImplicitFit) -> None:
    """From the axial plane alone the height is that of the prior: its standard deviation in the draws is 0.2."""
    spread = []
    for planes in ("100", "110"):
        found = fit.predict(conditions(borders_of([0.2, 0.15], 1.0), planes), 2000, torch.Generator().manual_seed(1))
        spread.append(float(found.draws[:, :-1].std(0).norm()))
        np.testing.assert_allclose(found.draws.mean(0), found.mean[0], atol=0.01)
    assert spread[1] < 0.3 * spread[0]
    height = torch.tensor([0.2, 0.15])
    step = torch.tensor([0.0, 0.01])
    per_height = (coefficients(fit, (height + step).tolist()) - coefficients(fit, (height - step).tolist())) / 0.02
    assert spread[0] == pytest.approx(0.2 * float(per_height.norm()), rel=0.1)


@settings(max_examples=20)
@given(st.tuples(*[st.floats(-1, 1)] * 3))
def test_vectors_are_turned_as_by_scipy(rotation) -> None:
    vectors = np.random.default_rng(0).normal(size=(4, 3))
    found = rotated(torch.from_numpy(vectors), torch.tensor([rotation], dtype=torch.float64).expand(4, -1))
    np.testing.assert_allclose(found, Rotation.from_rotvec(rotation).apply(vectors), atol=1e-5)
