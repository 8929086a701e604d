"""The models of the comparison: numbers, weights, rebuilt hearts, and weights that do not belong."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.ablation.linear import LinearShapes
from GenerativeModelsLib.evaluation.heart.ablation.models import (
    LadderShapes,
    LinearReading,
    load_rival,
    require_population,
)
from GenerativeModelsLib.heart.infer.code import CODE_SIZE, encode
from GenerativeModelsLib.heart.infer.model import HeartModel, load_heart_model
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts, write_tiny_heart_bundle


@pytest.fixture(scope="module")
def ladder(tmp_path_factory) -> HeartModel:
    return load_heart_model(write_tiny_heart_bundle(tmp_path_factory.mktemp("bundle") / "heart"))


def test_a_ladder_rebuilds_as_the_product_does(ladder):
    rays = tiny_hearts()[0][:5]
    model = LadderShapes("Ladder VAE", ladder.net)
    assert model.numbers == sum(NETWORK["latents"])
    trained = sum(p.numel() for p in ladder.net.parameters())
    assert model.weights == trained + (NETWORK["features"] + 1) * CODE_SIZE
    expected = ladder.reconstruct(ladder.place(rays))
    np.testing.assert_allclose(encode(model.rebuild(rays)), encode(expected), atol=1e-3)


def test_upper_levels_alone_take_the_lower_ones_at_their_prior_means(ladder):
    rays = tiny_hearts()[0][:5]
    placed = ladder.place(rays)
    for first in (1, 2):
        model = LadderShapes("upper", ladder.net, first)
        assert model.numbers == sum(NETWORK["latents"][first:])
        expected = ladder.decode(first + 1, placed.levels[first], above=placed.levels[first + 1 :])
        np.testing.assert_allclose(encode(model.rebuild(rays)), encode(expected), atol=1e-3)


def test_components_weigh_what_reading_and_rebuilding_need():
    linear = LinearShapes(*(np.zeros(CODE_SIZE),) * 2, np.zeros((7, CODE_SIZE)), np.eye(7), np.zeros(7), {})
    assert LinearReading("PCA", linear, 3).weights == 4 * CODE_SIZE
    assert LinearReading("PCA", linear, 3, regressed=True).weights == 8 * CODE_SIZE + 3 * 8


def test_a_vae_that_is_not_there_is_to_be_trained(ladder, tmp_path):
    with pytest.raises(InputError, match=r"bundle does not exist: train the VAE .* by `make train-heart`"):
        load_rival(tmp_path / "bundle", ladder)


def test_a_model_of_other_levels_is_no_rival(ladder, tmp_path):
    with pytest.raises(InputError, match=r"is a model of 12 \+ 6 \+ 2 numbers, .* needs a VAE of one level of 20"):
        load_rival(write_tiny_heart_bundle(tmp_path / "bundle"), ladder)


def test_mean_hearts_of_two_populations_are_told_apart():
    centre = np.full(CODE_SIZE, 20.0)
    require_population(centre + 0.4, centre, "vae")
    with pytest.raises(InputError, match=r"vae is of another population .* differ by 0.6 mm"):
        require_population(centre + 0.6, centre, "vae")
