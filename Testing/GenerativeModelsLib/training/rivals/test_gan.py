"""Training of the conditional GAN: its losses, and its continuation after a stop."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from GenerativeModelsLib.skull.predictors.load import load_predictor
from Testing.helpers.known_borders import conditions, ellipsoid_borders
from Testing.helpers.tiny_models import RANK, tiny_basis

pytest.importorskip("lightning")
pytest.importorskip("monai")

from lightning import seed_everything

from GenerativeModelsLib.models import skull_gan
from GenerativeModelsLib.training.rivals import gan
from GenerativeModelsLib.training.rivals.gan import SkullGANTraining, product_of_errors, train_gan
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.skull.augmentation import Batch
from GenerativeModelsLib.training.skull.config import PredictorTrainingConfig
from GenerativeModelsLib.training.skull.module import MEAN_PATH_SIGMA

NETWORK = {"noise": 3, "code": 4, "channels": 2, "features": 8, "hidden": 16}
OPTIONS = {"num_sanity_val_steps": 0, "accelerator": "cpu"}


def test_the_product_of_two_errors_is_the_squared_error_of_their_mean_whatever_their_spread() -> None:
    generator = torch.Generator().manual_seed(0)
    for spread in (0.0, 3.0):
        draws = 0.2 + MEAN_PATH_SIGMA * spread * torch.randn(2, 400_000, 1, generator=generator)
        truth = torch.full((400_000, 1), 0.2 - 2 * MEAN_PATH_SIGMA)
        assert float(product_of_errors(draws[0], draws[1], truth, torch.ones(1))) == pytest.approx(2, rel=0.02)


def trained(config: PredictorTrainingConfig, seed: int = 1) -> dict[str, torch.Tensor]:
    seed_everything(seed)
    assert train_gan(config, True, OPTIONS, Stages()) == config.output
    return load_file(config.output / "predictor.safetensors")


def test_a_training_is_written_loaded_and_goes_on_where_it_stopped(config_of, monkeypatch) -> None:
    monkeypatch.setattr(skull_gan, "MEAN_DRAWS", 2)
    expected = trained(config_of("whole", "skull-gan", network=NETWORK))
    net = load_predictor(config_of("whole", "skull-gan", network=NETWORK).output, tiny_basis())
    found = net.predict(conditions(ellipsoid_borders(0.86, 1.08, 0.88)), 2)
    assert not net.training and found.draws.shape == (2, RANK + 1) and found.draws.isfinite().all()

    halted = config_of("halted", "skull-gan", network=NETWORK)
    original, batches = SkullGANTraining.training_step, iter(range(100))

    def stopping(module: SkullGANTraining, batch: Batch, index: int) -> None:
        if next(batches) == 3:  # within the second epoch
            raise RuntimeError("stopped")
        original(module, batch, index)

    monkeypatch.setattr(gan.SkullGANTraining, "training_step", stopping)
    seed_everything(1)
    with pytest.raises(RuntimeError, match="stopped"):
        train_gan(halted, True, OPTIONS, Stages())
    assert not (halted.output / "predictor.safetensors").exists()
    monkeypatch.setattr(gan.SkullGANTraining, "training_step", original)
    continued = trained(halted, seed=2)
    assert all(torch.equal(continued[name], value) for name, value in expected.items())


def test_the_error_falls_and_the_discriminator_tells_drawn_heads_from_true_ones(config_of, monkeypatch) -> None:
    shown: list[dict[str, float]] = []
    log = SkullGANTraining.log_dict

    def kept(module: SkullGANTraining, values: dict, **options: object) -> None:
        shown.append({name: float(value.detach()) for name, value in values.items()})
        log(module, values, **options)

    monkeypatch.setattr(SkullGANTraining, "log_dict", kept)
    trained(config_of("long", "skull-gan", network=NETWORK, epochs=3, items_per_epoch=160, learning_rate=0.005))
    steps = [values for values in shown if "train/voxels" in values]
    assert len(steps) == 60

    def mean(name: str, part: list[dict[str, float]]) -> float:
        return sum(values[f"train/{name}"] for values in part) / len(part)

    errors = [mean("voxels", part) + mean("size", part) for part in (steps[:10], steps[-20:])]
    assert errors[1] < 0.95 * errors[0]
    assert mean("true head", steps[-20:]) < mean("true head", steps[:5])
