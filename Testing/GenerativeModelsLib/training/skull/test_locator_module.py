"""Training of the locator: its losses, and that they decrease."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

pytest.importorskip("lightning")

from GenerativeModelsLib.training.skull.locator_data import LocatorData
from GenerativeModelsLib.training.skull.locator_module import LocatorTraining, half_loss, soft_dice_loss
from Testing.helpers.painted import shard_files
from Testing.helpers.tiny_models import CHANNELS


def test_dice_loss_is_nought_for_the_same_mask_and_one_for_disjoint_ones() -> None:
    mask = torch.zeros(1, 40, 40)
    mask[:, :20] = 1
    assert float(soft_dice_loss(mask, mask)) == pytest.approx(0, abs=1e-3)
    assert float(soft_dice_loss(1 - mask, mask)) == pytest.approx(1, abs=1e-2)
    half = mask.clone()
    half[:, :10] = 0
    assert float(soft_dice_loss(half, mask)) == pytest.approx(1 - 2 / 3, abs=1e-2)
    assert float(soft_dice_loss(torch.zeros(1, 4, 4), torch.zeros(1, 4, 4))) == 0


def test_halves_count_inside_the_head_alone_and_a_missing_head_costs_nothing() -> None:
    logits, target = torch.full((1, 4, 4), 30.0), torch.ones(1, 4, 4)
    target[:, 2:] = 0
    mask = torch.zeros(1, 4, 4)
    mask[:, :2] = 1
    assert float(half_loss(logits, target, mask)) == pytest.approx(0, abs=1e-6)
    assert float(half_loss(logits, target, torch.ones(1, 4, 4))) == pytest.approx(15, rel=1e-3)
    assert float(half_loss(logits, target, torch.zeros(1, 4, 4))) == 0


@pytest.fixture(scope="module")
def batch(painted_bank: Path) -> dict[str, torch.Tensor]:
    data = LocatorData(shard_files(painted_bank)[:1], [], 50, seed=5)
    return torch.utils.data.default_collate([data[i] for i in range(8)])


@pytest.fixture
def module() -> LocatorTraining:
    torch.manual_seed(0)
    return LocatorTraining(CHANNELS, 1e-2, 100)


def total(losses: dict[str, torch.Tensor]) -> torch.Tensor:
    return losses["mask"] + 0.4 * losses["halves"] + 0.2 * losses["presence"]


def test_training_lowers_the_loss_of_one_batch(module: LocatorTraining, batch: dict[str, torch.Tensor]) -> None:
    optimiser = torch.optim.Adam(module.parameters(), 1e-2)
    values = []
    for _ in range(15):
        loss = total(module.losses(batch))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        values.append(float(loss.detach()))
    assert values[-1] < 0.8 * values[0]


def test_where_only_the_axis_is_known_either_facing_will_do(module: LocatorTraining, batch) -> None:
    module.eval()
    axial = {key: value.clone() for key, value in batch.items()} | {"plane": torch.zeros(8, dtype=torch.long)}
    turned = {**axial, "targets": torch.stack([axial["targets"][:, 0], *(1 - axial["targets"][:, 1:]).unbind(1)], 1)}

    def halves(b: dict, known: float) -> float:
        return float(module.losses(b | {"known": torch.full((8,), known)})["halves"].detach())

    assert halves(axial, 0.0) == pytest.approx(halves(turned, 0.0), rel=1e-4)
    assert halves(axial, 1.0) != pytest.approx(halves(turned, 1.0), rel=2e-4)
    assert halves(axial, 0.0) <= min(halves(axial, 1.0), halves(turned, 1.0)) + 1e-6


def test_the_second_half_is_that_of_sagittal_pictures_alone(module: LocatorTraining, batch) -> None:
    module.eval()
    changed = {**batch, "targets": batch["targets"].clone()}
    changed["targets"][:, 2] = 1 - changed["targets"][:, 2]
    known = {"known": torch.ones(8), "present": torch.ones(8)}
    for plane, matters in ((0, False), (1, True), (2, False)):
        planes = {"plane": torch.full((8,), plane)} | known
        one, other = (float(module.losses(b | planes)["halves"].detach()) for b in (batch, changed))
        assert (one != other) == matters


def test_a_picture_without_a_head_teaches_presence_and_an_empty_mask(module: LocatorTraining, batch) -> None:
    module.eval()
    nothing = batch | {"present": torch.zeros(8), "targets": torch.zeros_like(batch["targets"])}
    losses = {name: value.detach() for name, value in module.losses(nothing).items()}
    assert float(losses["halves"]) == 0 and float(losses["mask"]) > 0 and float(losses["presence"]) > 0
