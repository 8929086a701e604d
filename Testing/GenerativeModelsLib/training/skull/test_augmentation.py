"""Reflection of cases in the midsagittal plane: points of a head's border are tracked."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch, mirrored, reflected

A, B, K = 64, 4, 3
THETA = torch.arange(A) * (2 * torch.pi / A)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(seed: int = 3) -> Batch:
    """Cases with any borders, tilted off their standard planes."""
    g = generator(seed)
    tilt = torch.linalg.qr(torch.eye(3) + 0.15 * torch.randn(B, 3, 3, 3, generator=g)).Q
    tilt = tilt * tilt.diagonal(dim1=-2, dim2=-1).sign()[..., None, :]
    return Batch(
        torch.rand(B, 3, 3, A, generator=g) + 0.5,
        torch.ones(B, 3, dtype=torch.bool),
        0.1 * torch.randn(B, 3, 3, generator=g),
        torch.einsum("bkij,klj->bkli", tilt, STANDARD),
        0.02 * torch.randn(B, generator=g),
        torch.randn(B, K, generator=g),
        real=1,
    )


@pytest.fixture
def batch() -> Batch:
    return make()


def in_head(batch: Batch) -> Tensor:
    """Positions of the borders in the head frame (B, 3, A, 3), in units of s."""
    right, down = batch.axes[..., None, 0, :], batch.axes[..., None, 1, :]
    ray = THETA.cos()[:, None] * right + THETA.sin()[:, None] * down
    return batch.origin[..., None, :] + batch.borders[:, :, 0, :, None] * ray


def test_a_reflected_border_keeps_its_heights_and_changes_its_sides() -> None:
    for values, sign in ((THETA.cos(), -1), (THETA.sin(), 1), ((2 * THETA).sin(), -1)):
        torch.testing.assert_close(reflected(values), sign * values, rtol=0, atol=1e-6)
    border = torch.rand(2, 3, A, generator=generator())
    assert torch.equal(reflected(reflected(border)), border)
    assert torch.equal(reflected(border)[..., [0, A // 4, A // 2]], border[..., [A // 2, A // 4, 0]])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.booleans(), min_size=B, max_size=B))
def test_mirrored_borders_are_those_of_the_reflected_head(seed: int, flips: list[bool]) -> None:
    """Point for point, with their values, in the order of the reflected picture."""
    batch, flip = make(seed), torch.tensor(flips)
    matrix = torch.randn(K, K, generator=generator(5))
    after = mirrored(batch, flip, matrix)
    before, found = in_head(batch) * torch.tensor([-1.0, 1, 1]), in_head(after)
    for b in range(B):
        for k in range(3):
            if not flip[b]:
                torch.testing.assert_close(found[b, k], in_head(batch)[b, k])
                continue
            order = (A // 2 - torch.arange(A)) % A if k != 1 else torch.arange(A)
            torch.testing.assert_close(found[b, k], before[b, k, order], rtol=0, atol=1e-5)
            torch.testing.assert_close(after.borders[b, k], batch.borders[b, k][:, order])
    torch.testing.assert_close(after.coefficients[~flip], batch.coefficients[~flip])
    torch.testing.assert_close(after.coefficients[flip], batch.coefficients[flip] @ matrix.T)
    for name in ("log_size", "present", "real"):
        assert getattr(after, name) is getattr(batch, name)


def test_mirrored_axes_are_still_near_those_of_the_standard_planes(batch: Batch) -> None:
    """A left-handed picture would have a pose half a turn away."""
    after = mirrored(batch, torch.ones(B, dtype=torch.bool), torch.eye(K))
    normal, standard = (
        torch.linalg.cross(a[..., 0, :], a[..., 1, :]) for a in (after.axes, STANDARD.expand(B, -1, -1, -1))
    )
    assert ((normal * standard).sum(-1) > 0.7).all()
    assert ((after.axes * STANDARD).sum(-1) > 0.7).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.booleans(), min_size=B, max_size=B))
def test_mirroring_twice_is_nothing(seed: int, flips: list[bool]) -> None:
    batch, flip = make(seed), torch.tensor(flips)
    twice = mirrored(mirrored(batch, flip, torch.eye(K)), flip, torch.eye(K))
    for name, value in vars(batch).items():
        torch.testing.assert_close(getattr(twice, name), value)


def test_nothing_is_changed_in_place(batch: Batch) -> None:
    before = {name: value.clone() for name, value in vars(batch).items() if isinstance(value, Tensor)}
    mirrored(batch, torch.ones(B, dtype=torch.bool), torch.eye(K))
    reflected(batch.borders)
    for name, value in before.items():
        assert torch.equal(value, getattr(batch, name)), name


def test_a_batch_moves_to_a_device_as_lightning_asks(batch: Batch) -> None:
    """Lightning cannot write into a frozen dataclass; without `to` it refuses the batch."""
    utilities = pytest.importorskip("lightning.pytorch.utilities")
    there = utilities.move_data_to_device(batch, torch.device("meta"))
    assert {value.device.type for value in vars(there).values() if isinstance(value, Tensor)} == {"meta"}
    assert there.real == 1
