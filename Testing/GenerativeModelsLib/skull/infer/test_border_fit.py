"""Fit of a Gaussian shape model to borders: known heads come back, doubt leaves the prior."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch
from scipy.interpolate import RegularGridInterpolator

from GenerativeModelsLib.models.predictor import PLANES, Conditions, Prediction
from GenerativeModelsLib.skull.infer import border_fit
from GenerativeModelsLib.skull.infer.border_fit import RESOLUTION, BorderFit, HeadPrior, head_prior
from GenerativeModelsLib.skull.locate.canonical import PROFILE, pose_axes
from GenerativeModelsLib.skull.population.heads import sample_head
from GenerativeModelsLib.skull.shape.field import HALF_EXTENT, unit_field
from GenerativeModelsLib.skull.ultrasound.section_outlines import section_outlines
from Testing.helpers.tiny_models import RANK, tiny_basis


@lru_cache(maxsize=1)
def prior() -> HeadPrior:
    return head_prior(tiny_basis(), heads=150)


@lru_cache(maxsize=1)
def fit() -> BorderFit:
    return BorderFit(tiny_basis(), prior())


def a_head(seed: int, size: float = 1.0) -> np.ndarray:
    """A draw of the prior."""
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(prior().mean, size**2 * prior().covariance)


def borders_of(x: np.ndarray, sd: float = 0.003) -> torch.Tensor:
    """(1, 3, 3, A) borders on which the field of a head vanishes, found on rays by another interpolation."""
    axis = np.linspace(-HALF_EXTENT, HALF_EXTENT, tiny_basis().size)
    field = tiny_basis()(torch.from_numpy(x[None, :RANK]).float())[0].numpy().transpose(2, 1, 0)
    value = RegularGridInterpolator((axis,) * 3, field)
    theta, radii = np.arange(PROFILE) * (2 * np.pi / PROFILE), np.linspace(0.3, 1.35, 400)
    found = np.zeros((3, 3, PROFILE))
    for k, plane in enumerate(PLANES):
        origin, right, down = pose_axes(plane, x[RANK + 1 + 6 * k : RANK + 7 + 6 * k])
        ray = np.cos(theta)[:, None] * right + np.sin(theta)[:, None] * down
        points = (origin + radii[:, None, None] * ray) / np.exp(x[RANK])
        found[k, 0] = [np.interp(0, row, radii) for row in value(np.clip(points, -HALF_EXTENT, HALF_EXTENT)).T]
    found[:, 1], found[:, 2] = np.log(sd), 1.0
    return torch.from_numpy(found).float()[None]


def conditions(borders: torch.Tensor, planes: str = "111") -> Conditions:
    present = torch.tensor([[c == "1" for c in planes]])
    return Conditions(torch.where(present[..., None, None], borders, torch.nan), present)


@pytest.mark.parametrize("seed", range(4))
def test_a_head_seen_in_three_planes_comes_back(seed: int) -> None:
    x = a_head(seed)
    found = fit().predict(conditions(borders_of(x)))
    by = np.sqrt(np.diag(prior().covariance))[: RANK + 1]
    off = (found.mean[0].numpy() - x[: RANK + 1]) / by
    before = (prior().mean - x)[: RANK + 1] / by
    assert np.square(off).mean() < 0.15 * np.square(before).mean()
    assert found.draws is None and found.poses.shape == (1, 18)


def test_the_fit_lies_on_the_borders_and_other_heads_do_not() -> None:
    x, other = a_head(3), a_head(4)
    y = conditions(borders_of(x))
    found = fit().predict(y)
    exact = Prediction(torch.from_numpy(x[None, : RANK + 1]), None, torch.from_numpy(x[None, RANK + 1 :]))
    far = Prediction(torch.from_numpy(other[None, : RANK + 1]), None, torch.from_numpy(other[None, RANK + 1 :]))
    assert fit().misfit(y, exact) < 0.1 and fit().misfit(y, found) < 1 < 2 < fit().misfit(y, far)


def test_a_border_off_by_its_standard_deviation_has_misfit_one() -> None:
    x, sd = a_head(5, 0.5), 0.05
    borders = borders_of(x, sd)
    borders[:, :, 0] += float(np.hypot(sd, 0.01))
    exact = Prediction(torch.from_numpy(x[None, : RANK + 1]), None, torch.from_numpy(x[None, RANK + 1 :]))
    assert fit().misfit(conditions(borders), exact) == pytest.approx(1.0, abs=0.1)


def test_borders_in_doubt_leave_the_prior() -> None:
    found = fit().predict(conditions(borders_of(a_head(2), sd=1e4)), 4000, torch.Generator().manual_seed(0))
    np.testing.assert_allclose(found.mean[0], prior().mean[: RANK + 1], atol=1e-3)
    covariance = np.cov(found.draws.numpy().T)
    np.testing.assert_allclose(
        np.sqrt(np.diag(covariance)), np.sqrt(np.diag(prior().covariance))[: RANK + 1], rtol=0.06
    )


def test_every_plane_narrows_the_draws_and_absent_ones_are_not_read() -> None:
    borders = borders_of(a_head(1))
    spread = [
        float(fit().predict(conditions(borders, planes), 500, torch.Generator().manual_seed(0)).draws.var(0).sum())
        for planes in ("100", "110", "111")
    ]
    assert spread[0] > 1.1 * spread[1] > 1.1 * spread[2] > 0


def test_draws_lie_about_the_fit() -> None:
    found = fit().predict(conditions(borders_of(a_head(1, 1.5))), 800, torch.Generator().manual_seed(0))
    off = (found.draws.mean(0) - found.mean[0]).abs() / found.draws.std(0)
    assert off.max() < 4 / np.sqrt(800)


def test_so_many_angles_count_as_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every angle were known that much less."""
    borders = borders_of(a_head(2), 0.02)
    correlated = fit().predict(conditions(borders)).mean
    borders[:, :, 1] = 0.5 * float(np.log(border_fit.ANGLES_A_READING * (0.02**2 + RESOLUTION**2) - RESOLUTION**2))
    monkeypatch.setattr(border_fit, "ANGLES_A_READING", 1)
    torch.testing.assert_close(fit().predict(conditions(borders)).mean, correlated, rtol=0, atol=1e-4)


def test_the_draws_follow_their_generator() -> None:
    y = conditions(borders_of(a_head(1)))
    one, same, other = (fit().predict(y, 3, torch.Generator().manual_seed(s)).draws for s in (7, 7, 8))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_derivatives_are_those_of_the_distances() -> None:
    x = a_head(6)
    borders = borders_of(a_head(7))[0].double().numpy()
    present = np.array([0, 2])
    found = fit()._derivatives(x, borders, present)
    for column in (0, RANK - 1, RANK, RANK + 1, RANK + 6, RANK + 7, RANK + 14):
        step = np.eye(len(x))[column] * 1e-4
        change = (fit()._distances(x + step, borders, present) - fit()._distances(x - step, borders, present)) / 2e-4
        np.testing.assert_allclose(found[:, column], change.ravel(), atol=1e-6)


def test_the_prior_has_the_moments_of_drawn_heads() -> None:
    rng = np.random.default_rng(11)
    rows = []
    for _ in range(40):
        head = sample_head(rng)
        size = head.hc_mm / (2 * np.pi)
        _, poses, s = section_outlines(head, rng)
        c = tiny_basis().project(torch.from_numpy(unit_field(head.shape, size))[None])[0].numpy()
        rows.append(np.concatenate([c, [np.log(size / s)], poses.ravel()]))
    made = head_prior(tiny_basis(), heads=40, seed=11)
    np.testing.assert_allclose(made.mean, np.mean(rows, 0), atol=1e-5)
    np.testing.assert_allclose(made.covariance, np.cov(np.array(rows).T), atol=1e-5)
