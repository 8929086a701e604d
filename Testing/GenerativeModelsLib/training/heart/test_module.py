"""The loss of the heart models."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.heart.infer.code import CODE_SIZE, encode
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.data import UNLABELLED, HeartBatch, heart_features
from GenerativeModelsLib.training.heart.module import SIGMA_MM, HeartTraining, code_weights

VAE = NETWORK | {"latents": NETWORK["latents"][:1], "widths": NETWORK["widths"][:1]}


def module(**given) -> HeartTraining:
    torch.manual_seed(0)
    made = HeartTraining({"lvae": NETWORK, "vae": VAE}, "regularised", 1e-3, 10, **given)
    hearts = tiny_hearts()[0]
    made.start_from(torch.from_numpy(encode(hearts)), torch.from_numpy(hearts[:, 0].thickest_mm).float())
    return made


@pytest.fixture(scope="module")
def batch() -> HeartBatch:
    hearts, label = tiny_hearts()
    features = heart_features(module().nets["lvae"], LabelledHearts(hearts, label), 0, 0)
    some = torch.arange(0, 80, 5)
    present = torch.ones(len(some), 2, dtype=torch.bool)
    return HeartBatch(
        features.seen[0, 0][some], features.shape[some], present, features.label[some], features.thickest_mm[some]
    )


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_all_nets_look_along_the_same_modes() -> None:
    nets = module().nets
    for name, buffer in nets["lvae"].named_buffers():
        assert torch.equal(buffer, nets["vae"].get_buffer(name))


def test_the_error_is_that_of_the_shapes_in_mm(batch: HeartBatch) -> None:
    made = module()
    net = made.nets["lvae"]
    z = [torch.randn(len(batch.label), size, generator=generator()) for size in NETWORK["latents"]]
    difference = net.shape(batch.shape) - net.decode(z)
    expected = (difference.square() * torch.from_numpy(code_weights()).float()).mean(1)
    torch.testing.assert_close(made.error_mm2(net, z, batch), expected, rtol=1e-3, atol=1e-4)


def test_the_loss_is_the_sum_of_its_parts(batch: HeartBatch) -> None:
    made = module(class_weight=7.0, points=50.0, mean_path=0.3, wall_weight=9.0)
    found = made.losses("lvae", batch, generator(), beta=0.5)
    parts = found["reconstruction"] + 0.3 * found["mean path"] + 7 * found["class"] + 9 * found["wall mm2"]
    parts = parts + 0.5 * (found["kl 1"] + 0.2 * found["kl 2"] + 0.1 * found["kl 3"])
    torch.testing.assert_close(found["loss"], parts)
    vae = made.losses("vae", batch, generator(), beta=0.5)
    assert "kl 2" not in vae and vae["mean path"] == 0


def test_the_reconstruction_is_a_likelihood_of_as_many_points(batch: HeartBatch) -> None:
    one, two = (module(points=p).losses("vae", batch, generator(), 1.0)["reconstruction"] for p in (50.0, 100.0))
    torch.testing.assert_close(two, 2 * one)
    assert SIGMA_MM == 0.5


def test_free_bits_leave_small_divergences_unpressed(batch: HeartBatch) -> None:
    free, pressed = (module(free_bits=f).losses("lvae", batch, generator(), 1.0)["loss"] for f in (5.0, 0.0))
    assert free > pressed  # the same net: the clamp only adds


def test_hearts_without_a_label_teach_no_class(batch: HeartBatch) -> None:
    made = module(label_smoothing=0.0)
    half = batch.label.clone()
    half[::2] = UNLABELLED
    partly = made.losses("lvae", batch._replace(label=half), generator(), 1.0)["class"]
    only = HeartBatch(*(part[1::2] for part in batch))
    levels = made.nets["lvae"]
    assert torch.isfinite(partly) and len(only.label) == 8
    none = made.losses("lvae", batch._replace(label=torch.full_like(half, UNLABELLED)), generator(), 1.0)
    assert none["class"] == 0 and torch.isfinite(none["loss"])
    assert levels.latents == tuple(NETWORK["latents"])


def test_a_step_lowers_the_loss(batch: HeartBatch) -> None:
    made = module(class_weight=10.0, points=50.0)
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
