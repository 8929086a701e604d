"""Calibration of a heart bundle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.heart.infer.code import BOTH_PHASES, CODE_SIZE, PHASE_OF_CODE, SEEN, encode
from GenerativeModelsLib.heart.infer.error import reconstruction_error
from GenerativeModelsLib.models.ladder_vae import LadderVAE
from GenerativeModelsLib.uncertainty.density import LatentDensity
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.publish import ObservedHearts, encoded, judged, observed, typical_hearts


@pytest.fixture(scope="module")
def net() -> LadderVAE:
    hearts = tiny_hearts()[0]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = LadderVAE(CODE_SIZE, **NETWORK)
        torch.nn.init.normal_(net.absent)  # a fresh net does not distinguish absent from average
    group = torch.from_numpy(PHASE_OF_CODE).long()
    net.set_population(
        torch.from_numpy(encode(hearts)), torch.ones(CODE_SIZE), group, torch.ones(len(hearts.reach_mm), 1)
    )
    return net.eval().requires_grad_(False)


def seen(net: LadderVAE, part: slice, seed: int) -> dict[str, ObservedHearts]:
    rays, label = tiny_hearts()
    return observed(net, LabelledHearts(rays[part], label[part]), seed)


def test_densities_are_of_the_population_and_ranks_of_the_held_out_hearts(net: LadderVAE) -> None:
    population, held_out = seen(net, slice(0, 80, 2), 1)[BOTH_PHASES], seen(net, slice(1, 80, 2), 2)
    found = typical_hearts(net, population, held_out)
    levels = encoded(net, population)
    detail = FeatureModel.fit(np.concatenate(levels[:-1], axis=1), count=48)
    np.testing.assert_allclose(found.detail.mean, detail.mean)
    np.testing.assert_allclose(found.detail.variances, detail.variances)
    density = LatentDensity.fit(levels[-1], population.label.numpy())
    place = np.random.default_rng(0).normal(size=(5, 2))
    np.testing.assert_allclose(found.density.log_density(place), density.log_density(place))
    assert set(found.ranks) == set(SEEN)
    for way, hearts in held_out.items():
        ranked = found.measures(judged(net, hearts))
        for name, values in found.ranks[way].quantiles.items():
            np.testing.assert_allclose(values, np.sort([row[name] for row in ranked]), atol=1e-5)


def test_hearts_are_observed_in_every_way_that_their_phases_may_be_present(net: LadderVAE) -> None:
    hearts = seen(net, slice(0, 80, 8), 3)
    assert set(hearts) == set(SEEN)
    for name, some in hearts.items():
        assert (some.rays.present == SEEN[name]).all()
        code = torch.from_numpy(encode(some.rays))
        present = torch.tensor([SEEN[name]] * len(code))
        torch.testing.assert_close(some.features, net.features(code, present))
        for z, level in zip(encoded(net, some), net.encode(code, present), strict=True):
            np.testing.assert_allclose(z, level.z.numpy(), rtol=1e-5)


@pytest.mark.parametrize("way", list(SEEN))
def test_the_ranked_error_is_in_mm(net: LadderVAE, way: str) -> None:
    hearts = seen(net, slice(0, 80, 8), 3)[way]
    found = judged(net, hearts)
    rebuilt = net.decode([torch.from_numpy(z).float() for z in found.levels]).numpy()
    expected = reconstruction_error(encode(hearts.rays), rebuilt, hearts.rays.present, "mm")
    np.testing.assert_array_equal(found.error_mm, expected)
