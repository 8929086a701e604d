"""Shared trainer: settings of a config reach Lightning, and the defaults keep earlier behaviour."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

pytest.importorskip("lightning")
pytest.importorskip("tensorboard")

import lightning as L
from lightning.pytorch.callbacks import WeightAveraging

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.shared.trainer import make_trainer, optimiser_steps
from Testing.helpers.tiny_training import BATCHES, OneWeight, fit, tiny_config


def test_the_defaults_clip_at_one_in_single_precision_and_average_nothing(tmp_path: Path) -> None:
    trainer = make_trainer(tiny_config(tmp_path), [], accelerator="cpu")
    assert (trainer.gradient_clip_val, trainer.precision, trainer.accumulate_grad_batches) == (1.0, "32-true", 1)
    assert not any(isinstance(callback, WeightAveraging) for callback in trainer.callbacks)


def test_what_a_config_asks_for_reaches_lightning(tmp_path: Path) -> None:
    config = tiny_config(tmp_path, gradient_clip=0.5, precision="bf16-mixed", accumulate=3, ema_decay=0.9)
    trainer = make_trainer(config, [], accelerator="cpu")
    assert (trainer.gradient_clip_val, trainer.precision, trainer.accumulate_grad_batches) == (0.5, "bf16-mixed", 3)
    assert sum(isinstance(callback, WeightAveraging) for callback in trainer.callbacks) == 1


@pytest.mark.parametrize(("clip", "step"), [(1.0, 1.0), (2.5, 2.5), (None, 8.0), (20.0, 8.0)])
def test_a_step_is_as_long_as_the_clipped_gradient(tmp_path: Path, clip: float | None, step: float) -> None:
    module = OneWeight(slope=8.0)
    fit(tiny_config(tmp_path, gradient_clip=clip), module)
    assert module.weight.item() == pytest.approx(-BATCHES * step, rel=1e-5)


@pytest.mark.parametrize(("accumulate", "steps"), [(1, 4), (2, 2), (3, 2), (4, 1), (9, 1)])
def test_the_steps_of_a_schedule_are_those_that_are_made(tmp_path: Path, accumulate: int, steps: int) -> None:
    config = tiny_config(tmp_path, epochs=3, accumulate=accumulate)
    trainer = fit(config, OneWeight())
    assert trainer.global_step == optimiser_steps(config, trainer, BATCHES) == 3 * steps


class Adversaries(L.LightningModule):
    """Two weights that are updated alternately, each clipped by itself."""

    automatic_optimization = False

    def __init__(self, clip: float | None) -> None:
        super().__init__()
        self.clip = clip
        self.one, self.other = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))

    def training_step(self, batch: Tensor, _: int) -> None:
        for weight, optimiser in zip((self.one, self.other), self.optimizers()):
            optimiser.zero_grad()
            self.manual_backward(8.0 * weight.sum())
            self.clip_gradients(optimiser, gradient_clip_val=self.clip, gradient_clip_algorithm="norm")
            optimiser.step()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [torch.optim.SGD([self.one], lr=1.0), torch.optim.SGD([self.other], lr=10.0)]


@pytest.mark.parametrize("decay", [None, 0.5])
def test_a_module_that_steps_its_optimisers_itself_passes(tmp_path: Path, decay: float | None) -> None:
    config = tiny_config(tmp_path, gradient_clip=2.0, ema_decay=decay)
    module = Adversaries(config.trainer.gradient_clip)
    trainer = fit(config, module, automatic_optimization=False)
    assert trainer.gradient_clip_val is None and trainer.accumulate_grad_batches == 1
    # Averages of 1, 2, 3, 4: 1, 1.5, 2.25, 3.125.
    steps = 4.0 if decay is None else 3.125
    assert module.one.item() == pytest.approx(-2.0 * steps, rel=1e-5)
    assert module.other.item() == pytest.approx(-20.0 * steps, rel=1e-5)


def test_such_a_module_cannot_accumulate(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"trainer\.accumulate is 2, and tiny steps its optimisers itself"):
        make_trainer(tiny_config(tmp_path, accumulate=2), [], automatic_optimization=False)


def test_an_old_lightning_is_named_where_weights_are_to_be_averaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "GenerativeModelsLib.training.shared.averaging", None)
    make_trainer(tiny_config(tmp_path), [], accelerator="cpu")
    with pytest.raises(InputError, match=r"trainer\.ema_decay is 0\.9, which needs Lightning 2\.6"):
        make_trainer(tiny_config(tmp_path, ema_decay=0.9), [])
