"""Moving average of the weights against its closed form, also after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("lightning")
pytest.importorskip("tensorboard")

from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from Testing.helpers.tiny_training import BATCHES, OneWeight, fit, tiny_config

DECAY = 0.75


def average(steps: int) -> float:
    """Average of the numbers 1 .. steps, for a weight that decreases by 1 per step."""
    found = 1.0
    for step in range(2, steps + 1):
        found = DECAY * found + (1 - DECAY) * step
    return found


def test_the_trained_module_has_the_averaged_weights(tmp_path: Path) -> None:
    module = OneWeight()
    fit(tiny_config(tmp_path, epochs=2, ema_decay=DECAY), module)
    assert module.weight.item() == pytest.approx(-average(2 * BATCHES), rel=1e-6)
    assert module.steps_seen.item() == pytest.approx(average(2 * BATCHES), rel=1e-6)


def test_validation_sees_the_averaged_weights(tmp_path: Path) -> None:
    module = OneWeight()
    fit(tiny_config(tmp_path, epochs=2, ema_decay=DECAY), module)
    assert module.validated == pytest.approx([-average(BATCHES), -average(2 * BATCHES)], rel=1e-6)


def test_buffers_that_do_not_change_keep_every_bit(tmp_path: Path) -> None:
    module = OneWeight()
    constant, group = module.constant.clone(), module.group.clone()
    fit(tiny_config(tmp_path, epochs=5, ema_decay=0.999), module)
    assert torch.equal(module.constant, constant) and torch.equal(module.group, group)


def test_a_training_in_two_parts_averages_as_one(tmp_path: Path) -> None:
    fit(tiny_config(tmp_path, epochs=1, ema_decay=DECAY), OneWeight())
    module = OneWeight()
    fit(tiny_config(tmp_path, epochs=2, ema_decay=DECAY), module)
    assert module.weight.item() == pytest.approx(-average(2 * BATCHES), rel=1e-6)


def test_a_training_that_is_through_gives_the_average_again(tmp_path: Path) -> None:
    config = tiny_config(tmp_path, epochs=2, ema_decay=DECAY)
    fit(config, OneWeight())
    again = OneWeight()
    assert fit(config, again).global_step == 2 * BATCHES
    assert again.weight.item() == pytest.approx(-average(2 * BATCHES), rel=1e-6)


def test_a_checkpoint_holds_the_average_and_the_weights(tmp_path: Path) -> None:
    fit(tiny_config(tmp_path, ema_decay=DECAY), OneWeight())
    checkpoint = torch.load(last_checkpoint(tmp_path), weights_only=True)
    assert checkpoint["state_dict"]["weight"].item() == pytest.approx(-average(BATCHES), rel=1e-6)
    assert checkpoint["current_model_state"]["weight"].item() == pytest.approx(-BATCHES, rel=1e-6)
