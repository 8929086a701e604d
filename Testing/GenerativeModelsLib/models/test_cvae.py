"""REC-CVAE and HiREC-CVAE: dependencies between planes, latents and outputs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from GenerativeModelsLib.models.cvae import Conditions, HiRecCVAE, RecCVAE, SkullCVAE
from GenerativeModelsLib.models.gaussian import DiagonalGaussian

SMALL = {"latent": 4, "rank": 5, "angles": 16, "features": 8, "hidden": 16}


@pytest.fixture(params=[HiRecCVAE, RecCVAE], ids=["HiREC", "REC"])
def net(request) -> SkullCVAE:
    torch.manual_seed(0)
    return request.param(**SMALL).eval()


@pytest.fixture
def hirec() -> HiRecCVAE:
    torch.manual_seed(0)
    return HiRecCVAE(**SMALL).eval()


def conditions(*present: bool, seed: int = 1, batch: int = 1) -> Conditions:
    g = torch.Generator().manual_seed(seed)
    borders = torch.randn(batch, 3, 3, 16, generator=g)
    return Conditions(borders, torch.tensor([present or (True,) * 3]).expand(batch, -1))


def mean_of(net: SkullCVAE, y: Conditions) -> tuple[torch.Tensor, DiagonalGaussian]:
    """Head and poses at the mean of every prior."""
    features = net.encode_planes(y)
    levels = net.descend(features, None)
    return net.decode(features, levels), net.poses(features, levels)


def test_rec_has_one_level_and_hirec_one_a_plane() -> None:
    assert RecCVAE(**SMALL).levels == [[0, 1, 2]]
    assert HiRecCVAE(**SMALL).levels == [[0], [1], [2]]
    assert HiRecCVAE(order=["coronal", "axial", "sagittal"], **SMALL).levels == [[2], [0], [1]]


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_the_border_of_an_absent_plane_is_never_read(net: SkullCVAE, absent: int) -> None:
    """A border of zeros is a border; absence is a flag."""
    y = conditions(*(k != absent for k in range(3)))
    garbage = Conditions(y.borders.clone(), y.present)
    garbage.borders[:, absent] = float("nan")
    for expected, found in zip(mean_of(net, y), mean_of(net, garbage)):
        for a, b in zip(_tensors(expected), _tensors(found)):
            torch.testing.assert_close(a, b, rtol=0, atol=0)


@pytest.mark.parametrize("plane", [0, 1, 2])
def test_a_plane_that_is_there_matters(net: SkullCVAE, plane: int) -> None:
    y = conditions()
    borders = y.borders.clone()
    borders[:, plane] = 1 - borders[:, plane]
    assert not torch.equal(mean_of(net, y)[0], mean_of(net, replace(y, borders=borders))[0])
    without = y.present.clone()
    without[:, plane] = False
    assert not torch.equal(mean_of(net, y)[0], mean_of(net, replace(y, present=without))[0])


def test_without_any_plane_every_case_is_the_same(net: SkullCVAE) -> None:
    one, other = (mean_of(net, conditions(False, False, False, seed=seed))[0] for seed in (1, 2))
    torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_presence_is_a_matter_of_each_case(net: SkullCVAE) -> None:
    """Cases with different planes have the same results in a batch and alone."""
    y = conditions(batch=3)
    y = replace(y, present=torch.tensor([[True, True, True], [True, False, False], [True, False, True]]))
    together, _ = mean_of(net, y)
    for i in range(3):
        alone, _ = mean_of(net, Conditions(*(t[i : i + 1] for t in (y.borders, y.present))))
        torch.testing.assert_close(together[i : i + 1], alone, rtol=1e-4, atol=1e-5)


def test_a_prediction_has_the_mean_and_the_draws_of_its_generator(net: SkullCVAE) -> None:
    """A seed gives the same draws in every version: samples * levels * latent normal numbers, in that order, which are
    shifted and scaled to mean 0 and variance 1.
    """
    y, samples = conditions(True, False, True), 4
    found = net.predict(y, samples, torch.Generator().manual_seed(3))
    noise = torch.randn(samples, len(net.levels), net.latent, generator=torch.Generator().manual_seed(3))
    noise = (noise - noise.mean(0)) / noise.std(0, correction=0)
    mean, poses = mean_of(net, y)
    assert torch.equal(found.mean, mean) and torch.equal(found.poses, poses.mu)
    features = net.encode_planes(y).expand(samples, -1, -1)
    assert torch.equal(found.draws, net.decode(features, net.descend(features, noise)))
    assert found.mean.shape == (1, SMALL["rank"] + 1) and found.poses.shape == (1, 18)
    assert found.draws.shape == (4, SMALL["rank"] + 1) and not found.draws.requires_grad
    assert found.draws.std(0).min() > 0


def test_the_mean_of_the_draws_depends_less_on_the_seed_than_that_of_independent_ones(net: SkullCVAE) -> None:
    y, samples = conditions(True, True, True), 20
    features = net.encode_planes(y).expand(samples, -1, -1)
    matched, independent = [], []
    for seed in range(20):
        matched.append(net.predict(y, samples, torch.Generator().manual_seed(seed)).draws.mean(0))
        noise = torch.randn(samples, len(net.levels), net.latent, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            independent.append(net.decode(features, net.descend(features, noise)).mean(0))
    spread = [float(torch.stack(means).std(0).norm()) for means in (matched, independent)]
    assert spread[0] < 0.5 * spread[1]


def test_one_draw_is_that_of_its_numbers(net: SkullCVAE) -> None:
    y = conditions(True, True, True)
    noise = torch.randn(1, len(net.levels), net.latent, generator=torch.Generator().manual_seed(3))
    drawn = net.decode(net.encode_planes(y), net.descend(net.encode_planes(y), noise))
    torch.testing.assert_close(net.predict(y, 1, torch.Generator().manual_seed(3)).draws, drawn)


def test_a_prediction_without_samples_leaves_the_generator_alone(net: SkullCVAE) -> None:
    generator = torch.Generator().manual_seed(3)
    before = generator.get_state()
    found = net.predict(conditions(), 0, generator)
    assert found.draws is None and torch.equal(generator.get_state(), before)
    assert torch.equal(found.mean, net.predict(conditions(), 4, generator).mean)


def test_a_prediction_is_of_one_case(net: SkullCVAE) -> None:
    with pytest.raises(ValueError, match="y holds 2 cases, expected one"):
        net.predict(conditions(batch=2), 3)


def test_a_level_knows_its_planes_and_those_above_and_no_further(hirec: HiRecCVAE) -> None:
    features = torch.randn(1, 3, SMALL["features"], generator=torch.Generator().manual_seed(4))
    before = hirec.descend(features, None)
    for k in range(3):
        changed = features.clone()
        changed[:, k] += 1
        after = hirec.descend(changed, None)
        moved = [not torch.equal(a.prior.mu, b.prior.mu) for a, b in zip(before, after)]
        assert moved == [depth >= k for depth in range(3)]


def test_the_prior_path_never_sees_the_head(net: SkullCVAE) -> None:
    """A sigma from the posterior would depend on the truth."""
    features = net.encode_planes(conditions())
    x = torch.randn(1, SMALL["rank"] + 1, generator=torch.Generator().manual_seed(5))
    first_prior = [net.descend(features, None, x=value)[0].prior.mu for value in (None, x, 2 * x)]
    assert torch.equal(first_prior[0], first_prior[1]) and torch.equal(first_prior[1], first_prior[2])
    levels = net.descend(features, None)
    assert all(level.posterior is None and torch.equal(level.z, level.prior.mu) for level in levels)


def test_with_the_head_z_comes_from_the_posterior_which_is_the_sharper(net: SkullCVAE) -> None:
    features = net.encode_planes(conditions())
    x = torch.randn(1, SMALL["rank"] + 1, generator=torch.Generator().manual_seed(5))
    for level in net.descend(features, None, x):
        assert torch.equal(level.z, level.posterior.mu)
        assert (level.posterior.log_sigma < level.prior.log_sigma).all()


def test_the_head_enters_in_units_of_its_scale_and_leaves_in_its_own(net: SkullCVAE) -> None:
    features = net.encode_planes(conditions())
    x = torch.randn(1, SMALL["rank"] + 1, generator=torch.Generator().manual_seed(6))
    levels, decoded = net.descend(features, None, x), net.decode(features, net.descend(features, None))
    scale = torch.arange(1.0, SMALL["rank"] + 2)
    net.x_scale.copy_(scale)
    torch.testing.assert_close(net.descend(features, None, x * scale)[0].posterior.mu, levels[0].posterior.mu)
    torch.testing.assert_close(net.decode(features, net.descend(features, None)), decoded * scale)


def test_poses_are_six_numbers_a_plane(net: SkullCVAE) -> None:
    features = net.encode_planes(conditions(batch=2))
    poses = net.poses(features, net.descend(features, None))
    assert poses.mu.shape == poses.log_sigma.shape == (2, 18)
    assert poses.log_sigma.abs().max() <= 5


def _tensors(value) -> list[torch.Tensor]:
    return [value] if isinstance(value, torch.Tensor) else [value.mu, value.log_sigma]


@pytest.mark.parametrize("plane", [0, 1, 2])
def test_a_training_batch_may_hold_a_plane_exactly_once(net: SkullCVAE, plane: int) -> None:
    y = conditions(batch=4)
    present = y.present.clone()
    present[1:, plane] = False
    features = net.train().encode_planes(replace(y, present=present))
    features.sum().backward()
    assert features.isfinite().all()
