"""Training of TL-net: its three stages, its continuation after a stop, and what it learns."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.models.tl_net import TLNetPredictor
from GenerativeModelsLib.skull.predictors.load import load_predictor
from GenerativeModelsLib.skull.predictors.tl_net import load_tl_net
from GenerativeModelsLib.training.skull.augmentation import Batch
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")

from lightning import seed_everything

from GenerativeModelsLib.training.rivals import tl_net
from GenerativeModelsLib.training.rivals.tl_net import STAGES, TLNetTraining, train_tl_net
from GenerativeModelsLib.training.shared.progress import Stages

NETWORK = {"code": 4, "channels": 2, "features": 8, "hidden": 16}
OPTIONS = {"num_sanity_val_steps": 0, "accelerator": "cpu"}
SCALE = torch.full((RANK + 1,), 0.03)


def fresh(steps: int = 100, real_weight: float = 1.0, rate: float = 5e-3) -> TLNetTraining:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return TLNetTraining(NETWORK, tiny_basis(), SCALE, rate, steps, real_weight)


def batch_of(heads: int, real: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(heads)
    borders = ellipsoid_borders(0.86, 1.08, 0.88).expand(heads, -1, -1, -1).clone()
    borders[:, :, 0] *= 1 + 0.05 * torch.randn(heads, 3, 1, generator=generator)
    return Batch(
        borders,
        torch.ones(heads, 3, dtype=torch.bool),
        torch.zeros(heads, 3, 3),
        torch.zeros(heads, 3, 2, 3),
        0.02 * torch.randn(heads, generator=generator),
        0.03 * torch.randn(heads, RANK, generator=generator),
        real,
    )


def test_stages_follow_each_other_by_the_steps_that_are_done() -> None:
    module = fresh(steps=1000)
    first, second = round(1000 * STAGES[0]), round(1000 * (STAGES[0] + STAGES[1]))
    numbers = [module.stage(step)[0] for step in (0, first - 1, first, second - 1, second, 999, 1000)]
    assert numbers == [1, 1, 2, 2, 3, 3, 3]
    assert module.stage(first)[1] == pytest.approx(0, abs=1e-6)
    rates = [module.rate(step) for step in (0, first // 2, first - 1, first, (first + second) // 2)]
    assert rates[0] < 0.1 and rates[2] < 0.1 and rates[3] < 0.1 and min(rates[1], rates[4]) > 0.3
    assert 0 <= module.rate(1000) < 1e-6


def test_each_stage_has_its_terms_and_trains_its_networks() -> None:
    terms = {1: {"autoencoder"}, 2: {"code", "size", "real"}, 3: {"autoencoder", "code", "size", "voxels", "real"}}
    for stage, names in terms.items():
        module = fresh(steps=100)
        module.stage = lambda step, stage=stage: (stage, 0.5)
        module.log_dict = lambda *_, **__: None
        statistics = module.net.decoder.net[4].running_mean.clone()
        module.training_step(batch_of(8, real=2), 0).backward()
        assert set(module.losses(batch_of(8, real=2), stage)) == names
        found = {name: p.grad is not None for name, p in module.net.named_parameters()}
        assert found["encoder.0.net.0.weight"] == found["decoder.net.0.weight"] == (stage != 2)
        assert found["regressor.0.weight"] == (stage != 1)
        assert torch.equal(module.net.decoder.net[4].running_mean, statistics) == (stage != 1)


def test_without_real_pictures_or_their_weight_there_is_no_such_term() -> None:
    assert "real" not in fresh().losses(batch_of(8), 2)
    assert "real" not in fresh(real_weight=0.0).losses(batch_of(8, real=2), 3)


def test_overfitted_to_two_heads_it_predicts_them() -> None:
    """One alone has no variance, by which the batch normalisation divides."""
    module, batch = fresh(real_weight=0.0), batch_of(2)
    optimiser = torch.optim.Adam(module.parameters(), 1e-2)
    module.net.train()
    shown = []
    for stage, steps in ((1, 100), (2, 40), (3, 40)):
        for _ in range(steps):
            loss = torch.stack(list(module.losses(batch, stage).values())).sum() / RANK
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            shown.append(float(loss.detach()))
    assert shown[99] < 0.2 * shown[0] and shown[139] < 0.2 * shown[100]
    net = TLNetPredictor(module.net.eval(), tiny_basis())
    for k in range(2):
        found = net.predict(Conditions(batch.borders[k : k + 1], batch.present[k : k + 1])).mean[0]
        assert float((found[:-1] - batch.coefficients[k]).norm()) < 0.3 * float(batch.coefficients[k].norm())
        assert float(found[-1]) == pytest.approx(float(batch.log_size[k]), abs=0.01)


def test_a_training_is_written_loaded_and_goes_on_where_it_stopped(config_of, monkeypatch) -> None:
    whole = config_of("whole", "tl-net", network=NETWORK)
    seed_everything(1)
    assert train_tl_net(whole, True, OPTIONS, Stages()) == whole.output
    expected = load_file(whole.output / "predictor.safetensors")
    net = load_predictor(whole.output, tiny_basis())
    assert not net.training and net.predict(conditions(ellipsoid_borders(0.86, 1.08, 0.88))).mean.isfinite().all()
    assert load_tl_net({"network": NETWORK}, expected, tiny_basis()).net.decoder.channels == 2

    halted = config_of("halted", "tl-net", network=NETWORK)
    original, batches = tl_net.TLNetTraining.training_step, iter(range(100))

    def stopping(module: TLNetTraining, batch: Batch, index: int) -> torch.Tensor:
        if next(batches) == 3:  # within the second epoch
            raise RuntimeError("stopped")
        return original(module, batch, index)

    monkeypatch.setattr(tl_net.TLNetTraining, "training_step", stopping)
    seed_everything(1)
    with pytest.raises(RuntimeError, match="stopped"):
        train_tl_net(halted, True, OPTIONS, Stages())
    assert not (halted.output / "predictor.safetensors").exists()
    monkeypatch.setattr(tl_net.TLNetTraining, "training_step", original)
    seed_everything(2)
    train_tl_net(halted, True, OPTIONS, Stages())
    found = load_file(halted.output / "predictor.safetensors")
    assert all(torch.equal(found[name], value) for name, value in expected.items())
