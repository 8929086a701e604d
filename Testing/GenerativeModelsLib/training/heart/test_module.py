"""The loss of the heart models."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from GenerativeModelsLib.heart.infer.code import CODE_SIZE, encode
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.models.ladder_vae import LadderLevel
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.heart.data import UNLABELLED, HeartBatch, heart_features
from GenerativeModelsLib.training.heart.module import SETTINGS, SIGMA_MM, HeartTraining, code_weights

VAE = NETWORK | {"latents": NETWORK["latents"][:1], "widths": NETWORK["widths"][:1]}
Make = Callable[..., HeartTraining]


def config(**given) -> HeartTrainingConfig:
    return HeartTrainingConfig(model="heart-lvae", output="out", bank={"folder": "bank"}, **given)


def fresh(**given) -> HeartTraining:
    """Training with nets of its own, for tests that change them."""
    torch.manual_seed(0)
    made = HeartTraining(networks={"lvae": NETWORK, "vae": VAE}, config=config(**given), steps=10)
    hearts = tiny_hearts()[0]
    made.start_from(torch.from_numpy(encode(hearts)), torch.from_numpy(hearts[:, 0].thickest_mm).float())
    return made


@pytest.fixture(scope="module")
def nets() -> torch.nn.ModuleDict:
    """Nets for all tests that do not change them."""
    return fresh().nets


@pytest.fixture
def module(nets: torch.nn.ModuleDict) -> Make:
    """Returns a training with the given settings and the shared nets."""

    def make(**given) -> HeartTraining:
        made = HeartTraining(networks={"lvae": NETWORK, "vae": VAE}, config=config(**given), steps=10)
        made.nets = nets
        return made

    return make


@pytest.fixture(scope="module")
def batch(nets: torch.nn.ModuleDict) -> HeartBatch:
    hearts, label = tiny_hearts()
    features = heart_features(nets["lvae"], LabelledHearts(hearts, label), 0, 0)
    some = torch.arange(0, 80, 5)
    present = torch.ones(len(some), 2, dtype=torch.bool)
    return HeartBatch(
        features.seen[0, 0][some], features.shape[some], present, features.label[some], features.thickest_mm[some]
    )


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_all_nets_look_along_the_same_modes(module: Make) -> None:
    nets = module().nets
    for name, buffer in nets["lvae"].named_buffers():
        assert torch.equal(buffer, nets["vae"].get_buffer(name))


def test_the_error_is_that_of_the_shapes_in_mm(module: Make, batch: HeartBatch) -> None:
    made = module()
    net = made.nets["lvae"]
    z = [torch.randn(len(batch.label), size, generator=generator()) for size in NETWORK["latents"]]
    difference = net.shape(batch.shape) - net.decode(z)
    expected = (difference.square() * torch.from_numpy(code_weights()).float()).mean(1)
    torch.testing.assert_close(made.error_mm2(net, z, batch), expected, rtol=1e-3, atol=1e-4)


def test_the_loss_is_the_sum_of_its_parts(module: Make, batch: HeartBatch) -> None:
    made = module(class_weight=7.0, points=50.0, mean_path=0.3, wall_weight=9.0)
    found = made.losses("lvae", batch, generator(), beta=0.5)
    parts = found["reconstruction"] + 0.3 * found["mean path"] + 7 * found["class"] + 9 * found["wall mm2"]
    parts = parts + 0.5 * (found["kl 1"] + 0.2 * found["kl 2"] + 0.1 * found["kl 3"])
    torch.testing.assert_close(found["loss"], parts)
    vae = made.losses("vae", batch, generator(), beta=0.5)
    assert "kl 2" not in vae and vae["mean path"] == 0


def test_the_reconstruction_is_a_likelihood_of_as_many_points(module: Make, batch: HeartBatch) -> None:
    one, two = (module(points=p).losses("vae", batch, generator(), 1.0)["reconstruction"] for p in (50.0, 100.0))
    torch.testing.assert_close(two, 2 * one)
    assert SIGMA_MM == 0.5


def test_free_bits_leave_small_divergences_unpressed(module: Make, batch: HeartBatch) -> None:
    free, pressed = (module(free_bits=f).losses("lvae", batch, generator(), 1.0)["loss"] for f in (5.0, 0.0))
    assert free > pressed  # the same net: the clamp only adds


def without_noise(made: HeartTraining, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level takes its mean, so that a heart's loss is independent of its place in the batch."""
    net = made.nets["lvae"]
    real = net.descend
    monkeypatch.setattr(net, "descend", lambda estimates, noise: real(estimates, [None] * len(noise)))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_hearts_without_a_label_add_nothing_to_the_class_loss(
    module: Make, batch: HeartBatch, monkeypatch: pytest.MonkeyPatch, smoothing: float
) -> None:
    made = module(label_smoothing=smoothing)
    without_noise(made, monkeypatch)
    label = batch.label.clone()
    label[::2] = UNLABELLED
    partly = made.losses("lvae", batch._replace(label=label), None, 1.0)["class"]
    labelled = made.losses("lvae", HeartBatch(*(part[1::2] for part in batch)), None, 1.0)["class"]
    torch.testing.assert_close(partly, labelled)
    assert labelled > 0

    seen = batch.seen.clone().requires_grad_(True)
    made.losses("lvae", batch._replace(seen=seen, label=label), None, 1.0)["class"].backward()
    assert (seen.grad[::2] == 0).all() and (seen.grad[1::2] != 0).any()


def test_without_any_label_the_class_loss_is_zero_and_the_loss_finite(module: Make, batch: HeartBatch) -> None:
    label = torch.full_like(batch.label, UNLABELLED)
    found = module().losses("lvae", batch._replace(label=label), generator(), 1.0)
    assert found["class"] == 0 and torch.isfinite(found["loss"])


def test_the_divergence_is_that_of_the_posterior_from_the_prior(
    module: Make, batch: HeartBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KL[N(1, 0.5^2) || N(0, 2^2)] = ln 4 + (0.25 + 1) / 8 - 1 / 2 per dimension; the reverse KL is 8.1."""
    made = module()
    net = made.nets["lvae"]

    def gaussian(mu: float, sigma: float, size: int) -> DiagonalGaussian:
        shape = (len(batch.label), size)
        return DiagonalGaussian(torch.full(shape, mu), torch.full(shape, math.log(sigma)))

    levels = [
        LadderLevel(gaussian(0.0, 2, d), gaussian(1.0, 0.5, d), torch.zeros(len(batch.label), d)) for d in net.latents
    ]
    monkeypatch.setattr(net, "descend", lambda estimates, noise: levels)
    found = made.losses("lvae", batch, None, 1.0)
    one = math.log(4) + 1.25 / 8 - 0.5
    for number, size in enumerate(net.latents, start=1):
        assert found[f"kl {number}"].item() == pytest.approx(size * one, rel=1e-5)


def test_the_config_is_the_one_source_of_the_settings(module: Make, batch: HeartBatch) -> None:
    """Every setting of the config reaches the training, its optimiser and its checkpoints."""
    assert set(HeartTrainingConfig.model_fields) >= SETTINGS
    made = module()
    assert made.hparams["class_weight"] == config().class_weight and made.hparams["steps"] == 10
    usual = made.losses("lvae", batch, generator(), 1.0)["loss"]
    for name in ("class_weight", "wall_weight", "points", "mean_path"):
        changed = module(**{name: 0.5 * getattr(config(), name)})
        assert changed.losses("lvae", batch, generator(), 1.0)["loss"] < usual, name
    optimiser = module(learning_rate=0.02).configure_optimizers()["lr_scheduler"]["scheduler"]
    assert {group["max_lr"] for group in optimiser.optimizer.param_groups} == {0.02}


def test_a_step_lowers_the_loss(batch: HeartBatch) -> None:
    made = fresh(class_weight=10.0, points=50.0)
    optimiser = torch.optim.Adam(made.parameters(), 3e-3)
    before = made.losses("lvae", batch, generator(), 1.0)["loss"].item()
    for _ in range(15):
        loss = made.losses("lvae", batch, generator(), 1.0)["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert made.losses("lvae", batch, generator(), 1.0)["loss"].item() < 0.9 * before


def test_weights_favour_rays_that_stand_for_more_surface() -> None:
    weights = code_weights()
    assert weights.shape == (CODE_SIZE,) and weights.mean() == pytest.approx(1.0)
    rays = weights[: (CODE_SIZE - 2) // 4].reshape(-1, 36)
    assert (rays[0] > rays[-1]).all() and np.ptp(rays[:, 0]) > 0
