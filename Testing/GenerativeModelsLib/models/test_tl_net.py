"""TL-net: what its prediction depends on."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.tl_net import TLNet, TLNetPredictor
from Testing.helpers.tiny_models import RANK, tiny_basis

NETWORK = {"code": 6, "channels": 2, "features": 8, "hidden": 16}
ABSENT = st.tuples(st.just(True), st.booleans(), st.booleans()).filter(lambda present: not all(present))


def predictor() -> TLNetPredictor:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        net = TLNet(**NETWORK)
    net.decoder.mean.copy_(tiny_basis().mean.view_as(net.decoder.mean))
    return TLNetPredictor(net, tiny_basis()).eval()


@settings(max_examples=15)
@given(ABSENT, st.integers(0, 100))
def test_the_border_of_an_absent_plane_changes_nothing(present, seed: int) -> None:
    here = torch.tensor([present])
    generator = torch.Generator().manual_seed(seed)
    borders, others = (torch.randn(1, 3, 3, 64, generator=generator) for _ in range(2))
    changed = torch.where(here[..., None, None], borders, others)
    net = predictor()
    assert torch.equal(net.predict(Conditions(borders, here)).mean, net.predict(Conditions(changed, here)).mean)


def test_it_has_a_mean_that_depends_on_the_planes_and_neither_draws_nor_poses() -> None:
    net = predictor()
    borders = torch.randn(1, 3, 3, 64)
    found = net.predict(Conditions(borders, torch.tensor([[True, True, False]])), samples=4)
    assert found.mean.shape == (1, RANK + 1) and found.mean.isfinite().all()
    assert found.draws is None and found.poses is None
    other = net.predict(Conditions(borders, torch.tensor([[True, False, False]])))
    assert not torch.equal(found.mean, other.mean)


def test_the_log_size_is_in_units_of_its_scale() -> None:
    net = predictor().net
    y = Conditions(torch.randn(2, 3, 3, 64), torch.ones(2, 3, dtype=torch.bool))
    _, plain = net.regress(y)
    net.size_scale.fill_(0.25)
    assert torch.allclose(net.regress(y)[1], 0.25 * plain)
