"""Losses of the VAEs of label maps against closed forms; structures that a source does not label do not count."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

pytest.importorskip("lightning")

from GenerativeModelsLib.training.segmentation.losses import (
    attribute_loss,
    cross_entropy,
    neuron_loss,
    soft_dice_loss,
)

ALL = torch.ones(2, 5, dtype=torch.bool)
NO_RIGHT = torch.tensor([[False, True, True, False, True]] * 2)


@pytest.fixture
def logits() -> torch.Tensor:
    return 3 * torch.randn(2, 5, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def target() -> torch.Tensor:
    values = torch.randint(0, 3, (2, 6, 6), generator=torch.Generator().manual_seed(1))
    return torch.where(values == 0, 0, values).to(torch.uint8)


def test_with_all_structures_known_it_is_the_cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> None:
    torch.testing.assert_close(cross_entropy(logits, target, ALL), F.cross_entropy(logits, target.long()))


def test_an_unknown_structure_in_the_background_costs_nothing(target: torch.Tensor) -> None:
    sure = 40.0 * F.one_hot(target.long(), 5).movedim(-1, 1).float()
    as_right = sure.clone()
    as_right[:, [0, 3]] = as_right[:, [3, 0]]  # the right ventricle wherever there is background
    assert float(cross_entropy(as_right, target, NO_RIGHT)) == pytest.approx(0, abs=1e-6)
    assert float(cross_entropy(as_right, target, ALL)) > 5
    as_wall = sure.clone()
    as_wall[:, [0, 2]] = as_wall[:, [2, 0]]
    assert float(cross_entropy(as_wall, target, NO_RIGHT)) > 5
    torch.testing.assert_close(soft_dice_loss(as_right, target, NO_RIGHT), soft_dice_loss(sure, target, NO_RIGHT))


def test_the_split_of_the_background_has_no_gradient(logits: torch.Tensor) -> None:
    logits = logits.requires_grad_()
    nothing = torch.zeros(2, 6, 6, dtype=torch.uint8)
    shifted = torch.cat([logits[:, :1] + 1, logits[:, 1:3], logits[:, 3:4], logits[:, 4:]], dim=1)
    p = shifted.softmax(1)
    expected = -(p[:, 0] + p[:, 3]).log().mean()
    torch.testing.assert_close(cross_entropy(shifted, nothing, NO_RIGHT), expected)


def test_dice_of_a_known_overlap() -> None:
    target = torch.zeros(1, 4, 4, dtype=torch.uint8)
    target[0, :2] = 1
    found = torch.zeros(1, 4, 4, dtype=torch.long)
    found[0, 1:3] = 1  # 8 pixels each, 4 in common
    logits = 100.0 * F.one_hot(found, 5).movedim(-1, 1).float()
    only_lv = torch.tensor([[False, True, False, False, False]])
    assert float(soft_dice_loss(logits, target, only_lv)) == pytest.approx(1 - 9 / 17)
    assert float(soft_dice_loss(logits, target, ALL[:1])) == pytest.approx(1 - (9 / 17 + 3) / 4)


def test_codes_in_the_order_of_their_attributes_cost_nothing() -> None:
    a = torch.tensor([[0.0, 5.0], [1.0, 3.0], [2.0, 4.0]])
    z = torch.cat([100 * a, torch.randn(3, 2, generator=torch.Generator().manual_seed(0))], dim=1)
    assert float(attribute_loss(z, a, delta=1.0, dead_band=0.1)) == pytest.approx(0, abs=1e-6)
    assert float(attribute_loss(-z, a, delta=1.0, dead_band=0.1)) == pytest.approx(4, abs=1e-6)  # 2 an attribute
    assert float(attribute_loss(0 * z, a, delta=1.0, dead_band=0.1)) == pytest.approx(2)


def test_the_mean_is_over_ordered_pairs_without_diagonal_ties_and_unknown_ones() -> None:
    z, a = torch.tensor([[0.0], [0.3], [1.0], [-9.0]]), torch.tensor([[0.0], [0.04], [1.0], [float("nan")]])
    pairs = [1 - np.tanh(2 * 1.0), 1 - np.tanh(2 * 0.7)]  # 0 and 1 are a tie
    assert float(attribute_loss(z, a, delta=2.0, dead_band=0.05)) == pytest.approx(np.mean(pairs))
    assert float(attribute_loss(z, torch.full_like(a, float("nan")), delta=2.0, dead_band=0.05)) == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_a_step_along_the_gradient_orders_the_codes(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    z, a = torch.randn(8, 3, generator=draw).requires_grad_(), torch.randn(8, 2, generator=draw)
    a[0, 0] = float("nan")
    before = attribute_loss(z, a, delta=2.0, dead_band=0.05)
    (step,) = torch.autograd.grad(before, z)
    assert step.isfinite().all() and float(step[:, 2].abs().max()) == 0
    if float(step.abs().max()) > 1e-5:
        moved = z - 1e-3 * step / step.norm()
        assert float(attribute_loss(moved, a, delta=2.0, dead_band=0.05)) < float(before)


def test_the_neuron_is_judged_where_its_value_is_known() -> None:
    wanted = torch.tensor([1.0, float("nan"), 3.0])
    assert float(neuron_loss(torch.tensor([2.0, 50.0, 5.0]), wanted)) == pytest.approx((1 + 4) / 2)
    predicted = torch.zeros(3, requires_grad=True)
    (step,) = torch.autograd.grad(neuron_loss(predicted, torch.full((3,), float("nan"))), predicted)
    assert float(step.abs().max()) == 0
