"""Conditional GAN: what generator and discriminator depend on, and draws by their seed."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models import skull_gan
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.skull_gan import HeadDiscriminator, HeadGenerator, SkullGANPredictor
from Testing.helpers.tiny_models import RANK, tiny_basis

NETWORK = {"noise": 3, "code": 6, "channels": 2, "features": 8, "hidden": 16}
ABSENT = st.tuples(st.just(True), st.booleans(), st.booleans()).filter(lambda present: not all(present))


@pytest.fixture(scope="module")
def net() -> SkullGANPredictor:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        generator = HeadGenerator(**NETWORK)
    generator.decoder.mean.copy_(tiny_basis().mean.view_as(generator.decoder.mean))
    return SkullGANPredictor(generator, tiny_basis()).eval()


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skull_gan, "MEAN_DRAWS", 4)


def seeded(number: int) -> torch.Generator:
    return torch.Generator().manual_seed(number)


@settings(max_examples=10)
@given(present=ABSENT, seed=st.integers(0, 100))
def test_the_border_of_an_absent_plane_changes_nothing(net: SkullGANPredictor, present, seed: int) -> None:
    here = torch.tensor([present])
    borders, others = (torch.randn(1, 3, 3, 64, generator=seeded(seed + 1000 * k)) for k in range(2))
    changed = torch.where(here[..., None, None], borders, others)
    found, same = (net.predict(Conditions(b, here), 2, seeded(seed)) for b in (borders, changed))
    assert torch.equal(found.mean, same.mean) and torch.equal(found.draws, same.draws)
    critic = HeadDiscriminator(2, features=4, hidden=8, size=16).eval()
    field, size = torch.rand(1, 16, 16, 16), torch.zeros(1)
    assert torch.equal(critic(field, size, Conditions(borders, here)), critic(field, size, Conditions(changed, here)))


def test_draws_are_those_of_the_seed_and_the_mean_is_always_the_same(net: SkullGANPredictor) -> None:
    y = Conditions(torch.randn(1, 3, 3, 64), torch.ones(1, 3, dtype=torch.bool))
    one, again, other = (net.predict(y, 3, seeded(seed)) for seed in (1, 1, 2))
    assert one.draws.shape == (3, RANK + 1) and one.poses is None
    assert torch.equal(one.draws, again.draws) and not torch.equal(one.draws, other.draws)
    assert torch.equal(one.mean, other.mean) and net.predict(y).draws is None
    assert torch.allclose(one.mean, net.predict(y, 4, seeded(0)).draws.mean(0, keepdim=True), atol=1e-6)


def test_more_than_one_case_is_refused(net: SkullGANPredictor) -> None:
    with pytest.raises(ValueError, match="2 cases"):
        net.predict(Conditions(torch.randn(2, 3, 3, 64), torch.ones(2, 3, dtype=torch.bool)))


def test_the_discriminator_judges_shape_size_and_planes() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        critic = HeadDiscriminator(2, features=4, hidden=8, size=16).eval()
    y = Conditions(torch.randn(1, 3, 3, 64), torch.ones(1, 3, dtype=torch.bool))
    field, size = torch.randn(1, 16, 16, 16), torch.zeros(1)
    verdicts = [critic(field, size, y), critic(-field, size, y), critic(field, size + 1, y)]
    verdicts.append(critic(field, size, Conditions(y.borders + 1, y.present)))
    assert len({float(v.detach()) for v in verdicts}) == 4 and verdicts[0].shape == (1,)
