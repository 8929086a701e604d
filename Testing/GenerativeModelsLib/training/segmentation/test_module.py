"""The losses of both VAEs of label maps as one number, and a training that lowers it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("lightning")

from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.segmentation.population.frame_maps import FrameMaps
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.segmentation.data import LabelBatch, batch_of
from GenerativeModelsLib.training.segmentation.losses import (
    attribute_loss,
    cross_entropy,
    neuron_loss,
    soft_dice_loss,
)
from GenerativeModelsLib.training.segmentation.module import LabelTraining, held_out_batches
from Testing.helpers.tiny_labels import GRID, NETWORK, TINY_PIXEL_MM, ring_sequences


@pytest.fixture(scope="module")
def maps() -> FrameMaps:
    return FrameMaps.of(ring_sequences(4), GRID, TINY_PIXEL_MM)


@pytest.fixture(scope="module")
def batch(maps: FrameMaps) -> LabelBatch:
    return batch_of(maps)


def module_of(batch: LabelBatch, model: str = "ar-vae", **fields) -> LabelTraining:
    given = {"model": model, "output": Path("out"), "bank": {"folder": Path("bank")}, "grid": GRID, "network": NETWORK}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = LabelTraining(config=LabelTrainingConfig(**given | fields), steps=50)
    module.start_from(batch)
    return module


@pytest.mark.parametrize("model", ["ar-vae", "constrained-vae"])
def test_the_loss_is_the_sum_of_its_parts(batch: LabelBatch, model: str) -> None:
    module = module_of(batch, model, beta=0.02, gamma=0.3, neuron_weight=0.4, entropy_weight=0.7)
    module.eval()
    found = module.losses(batch, torch.Generator().manual_seed(5))
    posterior = module.net.encode(batch.maps, batch.known)
    z = posterior.sample(torch.randn(8, 8, generator=torch.Generator().manual_seed(5)))
    logits = module.net.decode(z)
    prior = DiagonalGaussian(torch.zeros_like(z), torch.zeros_like(z))
    expected = 0.7 * cross_entropy(logits, batch.maps, batch.known) + soft_dice_loss(logits, batch.maps, batch.known)
    expected = expected + 0.02 * posterior.kl(prior).sum() / 8
    a, y = batch.attributes, batch.share
    if model == "ar-vae":
        scaled = (a - a.mean(0)) / a.std(0, correction=0)
        expected = expected + 0.3 * attribute_loss(z, scaled, delta=10.0, dead_band=0.05)
    else:
        expected = expected + 0.4 * neuron_loss(module.net.regress(z), (y - y.mean()) / y.std(correction=0))
    torch.testing.assert_close(found["loss"], expected, rtol=1e-4, atol=1e-5)


def test_the_scale_is_that_of_the_known_attributes(batch: LabelBatch) -> None:
    a = batch.attributes.clone()
    a[3, 1], a[:, 3] = float("nan"), float("nan")
    module = module_of(batch._replace(attributes=a))
    rest = torch.cat([a[:3, 1], a[4:, 1]])
    assert float(module.centre[1]) == pytest.approx(float(rest.mean()), rel=1e-5)
    assert float(module.scale[1]) == pytest.approx(float(rest.std(correction=0)), rel=1e-4)
    assert (float(module.centre[3]), float(module.scale[3])) == (0, 1)


@pytest.mark.parametrize("model", ["ar-vae", "constrained-vae"])
def test_steps_on_eight_maps_lower_the_loss(batch: LabelBatch, model: str) -> None:
    module = module_of(batch, model)
    optimiser = torch.optim.Adam(module.parameters(), 5e-3)
    values = []
    for step in range(25):
        loss = module.losses(batch, torch.Generator().manual_seed(step))["loss"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        values.append(float(loss.detach()))
    assert sum(values[-5:]) < 0.85 * sum(values[:5])


def test_held_out_batches_hold_every_map_once(maps: FrameMaps) -> None:
    batches = held_out_batches(maps, 3)
    assert [len(b.maps) for b in batches] == [3, 3, 2]
    assert torch.equal(torch.cat([b.maps for b in batches]), torch.from_numpy(maps.values))
