"""REC-CVAE and HiREC-CVAE: dependencies between planes, latents and outputs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from GenerativeModelsLib.models.cvae import Conditions, HiRecCVAE, RecCVAE, SkullCVAE

SMALL = {"latent": 4, "rank": 5, "size": 32, "features": 8, "hidden": 16}


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
    pictures, scalars = torch.rand(batch, 3, 2, 32, 32, generator=g), torch.randn(batch, 3, 6, generator=g)
    return Conditions(pictures, scalars, torch.tensor([present or (True,) * 3]).expand(batch, -1))


def test_rec_has_one_level_and_hirec_one_a_plane() -> None:
    assert RecCVAE(**SMALL).levels == [[0, 1, 2]]
    assert HiRecCVAE(**SMALL).levels == [[0], [1], [2]]


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_the_picture_of_an_absent_plane_is_never_read(net: SkullCVAE, absent: int) -> None:
    """A black picture is a valid picture; absence is a flag."""
    y = conditions(*(k != absent for k in range(3)))
    garbage = Conditions(y.pictures.clone(), y.scalars.clone(), y.present)
    garbage.pictures[:, absent], garbage.scalars[:, absent] = float("nan"), float("inf")
    for expected, found in zip(net.mean(y), net.mean(garbage)):
        for a, b in zip(_tensors(expected), _tensors(found)):
            torch.testing.assert_close(a, b, rtol=0, atol=0)


@pytest.mark.parametrize("plane", [0, 1, 2])
def test_a_plane_that_is_there_matters(net: SkullCVAE, plane: int) -> None:
    y = conditions()
    pictures = y.pictures.clone()
    pictures[:, plane] = 1 - pictures[:, plane]
    assert not torch.equal(net.mean(y)[0], net.mean(replace(y, pictures=pictures))[0])
    without = y.present.clone()
    without[:, plane] = False
    assert not torch.equal(net.mean(y)[0], net.mean(replace(y, present=without))[0])


def test_without_any_plane_every_case_is_the_same(net: SkullCVAE) -> None:
    one, other = (net.mean(conditions(False, False, False, seed=seed))[0] for seed in (1, 2))
    torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_presence_is_a_matter_of_each_case(net: SkullCVAE) -> None:
    """Cases with different planes have the same results in a batch and alone."""
    y = conditions(batch=3)
    y = replace(y, present=torch.tensor([[True, True, True], [True, False, False], [True, False, True]]))
    together, _ = net.mean(y)
    for i in range(3):
        alone, _ = net.mean(Conditions(*(t[i : i + 1] for t in (y.pictures, y.scalars, y.present))))
        torch.testing.assert_close(together[i : i + 1], alone, rtol=1e-4, atol=1e-5)


def test_draws_without_noise_are_the_mean(net: SkullCVAE) -> None:
    y = conditions()
    draws, poses = net.draw(y, torch.zeros(3, len(net.levels), net.latent))
    mean, mean_poses = net.mean(y)
    torch.testing.assert_close(draws, mean.expand(3, -1))
    torch.testing.assert_close(poses.mu, mean_poses.mu)


def test_draws_differ_and_depend_on_their_own_noise_alone(net: SkullCVAE) -> None:
    y, noise = conditions(), torch.randn(4, len(net.levels), net.latent, generator=torch.Generator().manual_seed(3))
    draws, _ = net.draw(y, noise)
    assert draws.shape == (4, SMALL["rank"] + 1) and draws.std(0).min() > 0
    torch.testing.assert_close(net.draw(y, noise[2:3])[0], draws[2:3], rtol=1e-5, atol=1e-6)


def test_a_prediction_has_the_mean_and_the_draws_of_its_generator(net: SkullCVAE) -> None:
    """Bit-identical draws of a seed since the first version."""
    y, samples = conditions(True, False, True), 4
    found = net.predict(y, samples, torch.Generator().manual_seed(3))
    noise = torch.randn(samples, len(net.levels), net.latent, generator=torch.Generator().manual_seed(3))
    mean, poses = net.mean(y)
    assert torch.equal(found.mean, mean) and torch.equal(found.poses, poses.mu)
    assert torch.equal(found.draws, net.draw(y, noise)[0])
    assert found.mean.shape == (1, SMALL["rank"] + 1) and found.poses.shape == (1, 18)
    assert found.draws.shape == (4, SMALL["rank"] + 1) and not found.draws.requires_grad


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


def test_a_plane_is_judged_upright_by_its_own_features(net: SkullCVAE) -> None:
    features = torch.randn(2, 3, SMALL["features"], generator=torch.Generator().manual_seed(7))
    logits = net.upright_logits(features)
    changed = features.clone()
    changed[:, 1] += 1
    assert logits.shape == (2, 3)
    assert (net.upright_logits(changed) != logits).any(0).tolist() == [False, True, False]


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
