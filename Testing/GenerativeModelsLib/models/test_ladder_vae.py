"""The Ladder VAE: merge, bottom-up and top-down pass, and forced, sampled or absent values."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.ladder_vae import LadderVAE

INPUTS, FEATURES, LATENTS, WIDTHS = 40, 12, (6, 4, 2), (10, 8, 6)


@pytest.fixture
def net() -> LadderVAE:
    torch.manual_seed(3)
    net = LadderVAE(INPUTS, FEATURES, LATENTS, WIDTHS)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    shapes = 20 + torch.randn(60, INPUTS) * torch.linspace(3, 0.2, INPUTS)
    metric = torch.linspace(0.5, 1.5, INPUTS)
    net.set_population(shapes, metric, torch.arange(INPUTS) % 2, shapes[:, :1])
    return net.eval()


def shapes(count: int = 5) -> torch.Tensor:
    return 20 + torch.randn(count, INPUTS, generator=torch.Generator().manual_seed(count))


def test_every_level_has_the_sizes_asked_for(net: LadderVAE) -> None:
    levels = net.encode(shapes())
    assert [level.z.shape for level in levels] == [(5, d) for d in LATENTS]
    assert [level.prior.mu.shape for level in levels] == [(5, d) for d in LATENTS]
    assert net.decode([level.z for level in levels]).shape == (5, INPUTS)
    assert net.classify(levels[-1].z).shape == (5, 2)


def test_as_many_widths_as_latents() -> None:
    with pytest.raises(ValueError, match="as many levels"):
        LadderVAE(INPUTS, latents=(6, 4), widths=(8,))


def test_a_single_level_is_the_plain_vae(net: LadderVAE) -> None:
    plain = LadderVAE(INPUTS, FEATURES, LATENTS[:1], WIDTHS[:1])
    (level,) = plain.encode(shapes())
    assert level.z.shape == (5, LATENTS[0]) and plain.classify(level.z).shape == (5, 2)
    assert torch.equal(level.prior.mu, torch.zeros(5, LATENTS[0]))


def test_the_top_has_a_standard_normal_prior(net: LadderVAE) -> None:
    top = net.encode(shapes())[-1]
    assert torch.equal(top.prior.mu, torch.zeros(5, 2)) and torch.equal(top.prior.sigma, torch.ones(5, 2))


def test_lower_posteriors_are_the_product_of_estimate_and_prior(net: LadderVAE) -> None:
    x = shapes()
    estimates, levels = net.estimate(net.features(x)), net.encode(x)
    for estimate, level in list(zip(estimates, levels, strict=True))[:-1]:
        precision = estimate.sigma**-2 + level.prior.sigma**-2
        mean = (estimate.mu * estimate.sigma**-2 + level.prior.mu * level.prior.sigma**-2) / precision
        torch.testing.assert_close(level.posterior.mu, mean, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(level.posterior.sigma, precision**-0.5, rtol=1e-4, atol=1e-6)
        assert (level.posterior.sigma <= torch.minimum(estimate.sigma, level.prior.sigma) + 1e-6).all()


def test_the_same_noise_gives_the_same_levels_and_other_noise_others(net: LadderVAE) -> None:
    estimates = net.estimate(net.features(shapes()))
    noise = [torch.randn(5, d, generator=torch.Generator().manual_seed(d)) for d in LATENTS]
    one, again = net.descend(estimates, noise), net.descend(estimates, noise)
    other = net.descend(estimates, [n + 1 for n in noise])
    for a, b, c in zip(one, again, other, strict=True):
        assert torch.equal(a.z, b.z) and not torch.equal(a.z, c.z)


def test_a_forced_level_keeps_its_value_and_rules_those_below(net: LadderVAE) -> None:
    estimates = net.estimate(net.features(shapes()))
    given = torch.full((5, LATENTS[1]), 0.7)
    levels = net.descend(estimates, [None] * 3, [None, given, None])
    assert torch.equal(levels[1].z, given)
    free = net.descend(estimates, [None] * 3)
    assert torch.equal(levels[2].z, free[2].z) and not torch.equal(levels[0].z, free[0].z)
    torch.testing.assert_close(levels[0].prior.mu, net.prior(0, given, given).mu)


def test_without_estimates_the_prior_generates(net: LadderVAE) -> None:
    noise = [torch.randn(3, d, generator=torch.Generator().manual_seed(d)) for d in LATENTS]
    levels = net.descend(None, noise)
    assert all(level.posterior is None for level in levels)
    torch.testing.assert_close(levels[2].z, noise[2])
    torch.testing.assert_close(levels[0].z, levels[0].prior.mu + levels[0].prior.sigma * noise[0])


def test_decoding_from_a_level_follows_the_prior_means_or_the_noise(net: LadderVAE) -> None:
    z = torch.tensor([[0.5, -1.0]])
    means = net.descend(None, [None, None, None], [None, None, z])
    values = [level.z for level in means]
    torch.testing.assert_close(net.from_level(2, [z]), net.decode(values))
    torch.testing.assert_close(net.from_level(1, values[1:]), net.decode(values))
    noise = [torch.ones(1, d) for d in LATENTS[:2]]
    assert not torch.allclose(net.from_level(2, [z], noise), net.from_level(2, [z]))
    shifts = [torch.full((d,), 0.5) for d in LATENTS[:2]]
    middle = net.prior(1, z, z).mu + 0.5
    expected = [net.prior(0, middle, middle).mu + 0.5, middle]
    torch.testing.assert_close(net.follow(2, z, None, shifts), expected)
    torch.testing.assert_close(net.from_level(2, [z], None, shifts), net.decode([*expected, z]))


def test_the_shape_is_read_from_every_level_below_the_top(net: LadderVAE) -> None:
    values = [level.z for level in net.encode(shapes())]
    decoded = net.decode(values)
    for level in range(3):
        changed = [z + (0.5 if k == level else 0) for k, z in enumerate(values)]
        assert torch.equal(net.decode(changed), decoded) == (level == 2)
    torch.testing.assert_close(net.decode(values[:2]), decoded)


def test_features_are_coordinates_along_orthonormal_modes(net: LadderVAE) -> None:
    gram = (net.modes * net.metric) @ net.modes.T
    torch.testing.assert_close(gram, torch.eye(FEATURES), rtol=0, atol=1e-5)
    features = torch.randn(4, FEATURES, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(net.features(net.shape(features)), features, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(net.features(net.centre[None]), torch.zeros(1, FEATURES))


def test_an_absent_group_has_no_say_but_is_known_to_be_absent(net: LadderVAE) -> None:
    x, absent = shapes(), torch.tensor([[True, False]]).expand(5, 2)
    changed = torch.where(net.group == 1, x + 50, x)
    for one, other in zip(net.encode(x, absent), net.encode(changed, absent), strict=True):
        assert torch.equal(one.z, other.z)
    everything = torch.ones(5, 2, dtype=torch.bool)
    torch.testing.assert_close(net.encode(x, everything)[0].z, net.encode(x)[0].z)
    average = torch.where(net.group == 1, net.centre, x)
    assert not torch.allclose(net.encode(average)[0].z, net.encode(x, absent)[0].z)  # the token distinguishes them


@pytest.mark.parametrize("shape", [(5, 1), (5, 3), (1, 2), (2,)])
def test_every_shape_needs_a_flag_for_each_group(net: LadderVAE, shape: tuple[int, ...]) -> None:
    present = torch.ones(shape, dtype=torch.bool)
    for call in (net.features, net.encode):
        with pytest.raises(ValueError, match=r"expected \(5, 2\)"):
            call(shapes(), present)
    with pytest.raises(ValueError, match=r"expected \(5, 2\)"):
        net.estimate(net.features(shapes()), present)


def test_more_features_than_shapes_are_refused(net: LadderVAE) -> None:
    with pytest.raises(ValueError, match="more shapes"):
        net.set_population(shapes(5), torch.ones(INPUTS), torch.zeros(INPUTS, dtype=torch.long), torch.ones(5, 1))


def test_an_untrained_net_passes_principal_components_straight_through() -> None:
    net, eye = LadderVAE(INPUTS, FEATURES, LATENTS, WIDTHS), torch.eye(FEATURES)
    for level, modes in enumerate((eye[4:10], eye[:4])):  # the coarse ones above
        assert torch.equal(net.straight_up[level].weight, modes)
        assert torch.equal(net.straight_down[level].weight, modes.T)


def test_attributes_are_read_from_the_top_in_their_own_units(net: LadderVAE) -> None:
    with torch.no_grad():
        net.attribute.weight.zero_()
        net.attribute.bias.fill_(2.0)
    expected = net.attribute_centre + 2 * net.attribute_scale
    torch.testing.assert_close(net.attributes(torch.randn(3, 2)), expected.expand(3, 1))
    assert net.attribute_centre.item() == pytest.approx(20, abs=2) and net.attribute_scale.item() > 0


def test_more_latents_than_modes_leave_some_of_them_to_the_net() -> None:
    net = LadderVAE(INPUTS, 8, (6, 4, 2), WIDTHS)
    assert torch.equal(net.straight_up[1].weight, torch.eye(8)[:4])
    assert torch.equal(net.straight_up[0].weight[:4], torch.eye(8)[4:]) and not net.straight_up[0].weight[4:].any()
