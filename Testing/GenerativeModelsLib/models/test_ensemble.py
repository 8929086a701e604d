"""Mixtures of skull models."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.cvae import HiRecCVAE, RecCVAE, SkullCVAE
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.predictor import Conditions

SMALL = {"latent": 4, "rank": 5, "angles": 16, "features": 8, "hidden": 16}


def ensemble(members: int, kind: type[SkullCVAE] = HiRecCVAE) -> SkullEnsemble:
    torch.manual_seed(0)
    return SkullEnsemble(kind, members, **SMALL).eval()


def conditions(seed: int = 1) -> Conditions:
    borders = torch.randn(1, 3, 3, 16, generator=torch.Generator().manual_seed(seed))
    return Conditions(borders, torch.tensor([[True, True, False]]))


def generator(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(0, 17))
def test_draws_are_shared_out_and_those_of_the_members_in_turn(members: int, samples: int) -> None:
    net, y = ensemble(members), conditions()
    found = net.predict(y, samples, generator())
    shares = [len(part) for part in torch.arange(samples).tensor_split(members)]
    assert max(shares) - min(shares) <= 1
    source = generator()
    draws = [member.predict(y, share, source).draws for member, share in zip(net.members, shares)]
    if not samples:
        assert found.draws is None
        return
    assert torch.equal(found.draws, torch.cat([part for part in draws if part is not None]))
    assert found.draws.shape == (samples, SMALL["rank"] + 1)


@pytest.mark.parametrize("kind", [HiRecCVAE, RecCVAE])
def test_one_member_is_the_member_alone(kind: type[SkullCVAE]) -> None:
    net, y = ensemble(1, kind), conditions()
    one, alone = net.predict(y, 5, generator()), net.members[0].predict(y, 5, generator())
    for name in ("mean", "draws", "poses"):
        assert torch.equal(getattr(one, name), getattr(alone, name)), name


def test_the_mean_is_that_of_the_members() -> None:
    net, y = ensemble(3), conditions()
    found, each = net.predict(y), [member.predict(y) for member in net.members]
    assert found.draws is None and found.mean.shape == (1, SMALL["rank"] + 1) and found.poses.shape == (1, 18)
    for name in ("mean", "poses"):
        torch.testing.assert_close(getattr(found, name), sum(getattr(f, name) for f in each) / 3)


def test_the_mean_of_a_batch_is_that_of_its_cases() -> None:
    net, cases = ensemble(3), [conditions(seed) for seed in (1, 2)]
    y = Conditions(*(torch.cat([getattr(c, name) for c in cases]) for name in ("borders", "present")))
    found = net.mean(y)
    assert not found.requires_grad
    torch.testing.assert_close(found, torch.cat([net.predict(c).mean for c in cases]))


def test_the_spread_contains_the_disagreement_of_the_members() -> None:
    """Members that are certain, and 2 apart: a mixture of two points has a standard deviation of 1."""
    net = ensemble(2)
    for member, at in zip(net.members, (-1.0, 1.0)):
        for weights in (member.decoder[-1].weight, member.decoder[-1].bias):
            torch.nn.init.zeros_(weights)
        member.decoder[-1].bias.data.fill_(at)
    found = net.predict(conditions(), 40, generator())
    torch.testing.assert_close(found.draws.std(0, unbiased=False), torch.ones(SMALL["rank"] + 1))
    torch.testing.assert_close(found.mean, torch.zeros(1, SMALL["rank"] + 1))
    assert net.members[0].predict(conditions(), 40, generator()).draws.std(0).max() == 0


def test_the_same_generator_gives_the_same_draws_and_another_one_others() -> None:
    net, y = ensemble(2), conditions()
    one, same, other = (net.predict(y, 6, generator(seed)).draws for seed in (3, 3, 4))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_members_begin_with_weights_of_their_own_and_have_one_scale() -> None:
    net = ensemble(2)
    first, second = net.members
    assert not torch.equal(first.decoder[0].weight, second.decoder[0].weight)
    assert net.x_scale is first.x_scale
    assert {name.split(".")[1] for name in net.state_dict()} == {"0", "1"}


def test_features_are_those_of_the_first_member() -> None:
    net, y = ensemble(2), conditions()
    assert torch.equal(net.encode_planes(y), net.members[0].encode_planes(y))
    assert not torch.equal(net.encode_planes(y), net.members[1].encode_planes(y))


def test_a_prediction_needs_no_gradient_and_is_of_one_case() -> None:
    net = ensemble(2)
    found = net.predict(conditions(), 4, generator())
    assert not found.mean.requires_grad and not found.draws.requires_grad
    two = Conditions(conditions().borders.expand(2, -1, -1, -1), conditions().present.expand(2, -1))
    with pytest.raises(ValueError, match="y holds 2 cases, expected one"):
        net.predict(two, 3)
