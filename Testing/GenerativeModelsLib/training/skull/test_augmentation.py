"""Consistency of pictures and labels under augmentation: a spot at a known point of the head is tracked."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH
from GenerativeModelsLib.training.skull.augmentation import STANDARD, Batch, mirrored, moved, opposite, regained

N, B, K = 112, 4, 3


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def spots(where: Tensor, width: float = 0.05, length: float | None = None, angle: Tensor | None = None) -> Tensor:
    """Pictures (..., N, N) of Gaussian spots at window points `where` (..., 2), longer along `angle` (...) if given."""
    axis = (torch.arange(N) + 0.5) * (2 / N) - 1
    a = axis[None, :] - where[..., 0, None, None]
    b = axis[:, None] - where[..., 1, None, None]
    if angle is None:
        return (-0.5 * (a**2 + b**2) / width**2).exp()
    c, s = angle.cos()[..., None, None], angle.sin()[..., None, None]
    return (-0.5 * (((c * a + s * b) / length) ** 2 + ((c * b - s * a) / width) ** 2)).exp()


def centroid(pictures: Tensor) -> Tensor:
    """(..., 2) window point of the centre of brightness."""
    axis = (torch.arange(N) + 0.5) * (2 / N) - 1
    mass = pictures.sum((-1, -2))
    return torch.stack([(pictures.sum(-2) * axis).sum(-1), (pictures.sum(-1) * axis).sum(-1)], -1) / mass[..., None]


def direction(pictures: Tensor) -> Tensor:
    """(...,) angle of the long axis of brightness from right to down."""
    axis = (torch.arange(N) + 0.5) * (2 / N) - 1
    centre, mass = centroid(pictures), pictures.sum((-1, -2))
    a, b = axis[None, :] - centre[..., :1, None], axis[:, None] - centre[..., 1:, None]
    saa, sbb, sab = ((pictures * m).sum((-1, -2)) / mass for m in (a * a, b * b, a * b))
    return 0.5 * torch.atan2(2 * sab, saa - sbb)


@pytest.fixture
def where() -> Tensor:
    return 0.4 * (2 * torch.rand(B, 3, 2, generator=generator(1)) - 1)


@pytest.fixture
def angle() -> Tensor:
    return torch.rand(B, 3, generator=generator(2)) * 3


@pytest.fixture
def batch(where: Tensor, angle: Tensor) -> Batch:
    """Cases whose pictures hold a spot (grey) and a long blob (mask), tilted off their standard planes."""
    g = generator(3)
    tilt = torch.linalg.qr(torch.eye(3) + 0.15 * torch.randn(B, 3, 3, 3, generator=g)).Q
    tilt = tilt * tilt.diagonal(dim1=-2, dim2=-1).sign()[..., None, :]
    axes = torch.einsum("bkij,klj->bkli", tilt, STANDARD)
    scalars = torch.randn(B, 3, 6, generator=g)
    scalars[..., 2], scalars[..., 3] = 0.3 * (2 * angle).cos(), 0.3 * (2 * angle).sin()
    pictures = torch.stack([spots(where), spots(torch.zeros(B, 3, 2), 0.1, 0.3, angle)], 2)
    return Batch(
        pictures,
        scalars,
        torch.ones(B, 3, dtype=torch.bool),
        0.1 * torch.randn(B, 3, 3, generator=g),
        axes,
        0.02 * torch.randn(B, generator=g),
        torch.randn(B, K, generator=g),
    )


def in_head(batch: Batch, where: Tensor) -> Tensor:
    """Position of window points in the head frame, in *true* head sizes (B, 3, 3)."""
    right, down = batch.axes.unbind(2)
    over_s = batch.origin + HALF_WIDTH * (where[..., :1] * right + where[..., 1:] * down)
    return over_s / batch.log_size.exp()[:, None, None]


@pytest.mark.parametrize("seed", range(3))
def test_moved_pictures_show_the_same_point_of_the_head(batch: Batch, where: Tensor, seed: int) -> None:
    after = moved(batch, generator(seed), strength=1.5)
    seen = centroid(after.pictures[:, :, 0])
    assert (seen - where).norm(dim=-1).max() > 0.02
    torch.testing.assert_close(in_head(after, seen), in_head(batch, where), rtol=0, atol=4e-3)
    gram = after.axes @ after.axes.transpose(-1, -2)
    torch.testing.assert_close(gram, torch.eye(2).expand_as(gram), rtol=0, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_moved_scalars_describe_the_moved_ellipse(batch: Batch, angle: Tensor, seed: int) -> None:
    after = moved(batch, generator(seed), strength=1.5)
    turned = 2 * direction(after.pictures[:, :, 1])
    torch.testing.assert_close(after.scalars[..., 2], 0.3 * turned.cos(), rtol=0, atol=0.01)
    torch.testing.assert_close(after.scalars[..., 3], 0.3 * turned.sin(), rtol=0, atol=0.01)
    # a larger window makes the head smaller in s, and s larger than the true size
    torch.testing.assert_close(
        after.scalars[..., 0] - batch.scalars[..., 0], (after.log_size - batch.log_size)[:, None].expand(B, 3)
    )
    area = [b.pictures[:, :, 1].sum((-1, -2)).log() for b in (batch, after)]
    torch.testing.assert_close(
        0.5 * (area[1] - area[0]), after.scalars[..., 0] - batch.scalars[..., 0], rtol=0, atol=5e-3
    )
    torch.testing.assert_close(after.scalars[..., [1, 4, 5]], batch.scalars[..., [1, 4, 5]])


@pytest.mark.parametrize("seed", range(3))
def test_a_known_outline_moves_with_its_picture(batch: Batch, where: Tensor, seed: int) -> None:
    known = replace(batch, outline=where[:, :1].expand(-1, 64, -1))
    after = moved(known, generator(seed), strength=1.5)
    torch.testing.assert_close(after.outline[:, 0], centroid(after.pictures[:, 0, 0]), rtol=0, atol=2e-3)
    flip = torch.tensor([True, False, True, True])
    flipped = mirrored(known, flip, torch.eye(K))
    torch.testing.assert_close(flipped.outline[:, 0], centroid(flipped.pictures[:, 0, 0]), rtol=0, atol=2e-3)


def test_nothing_moves_without_strength(batch: Batch) -> None:
    after = moved(batch, generator(), strength=0.0)
    for name, value in vars(batch).items():
        if value is not None:
            torch.testing.assert_close(getattr(after, name), value, rtol=0, atol=1e-5)


def test_mirrored_cases_show_the_reflected_point_of_the_reflected_head(batch: Batch, where: Tensor) -> None:
    flip = torch.tensor([True, False, True, False])
    matrix = torch.randn(K, K, generator=generator(5))
    after = mirrored(batch, flip, matrix)
    expected = in_head(batch, where) * torch.where(flip, -1.0, 1.0)[:, None, None].pow(torch.tensor([1.0, 0, 0]))
    torch.testing.assert_close(in_head(after, centroid(after.pictures[:, :, 0])), expected, rtol=0, atol=2e-3)
    turned = 2 * direction(after.pictures[:, :, 1])
    torch.testing.assert_close(after.scalars[..., 3], 0.3 * turned.sin(), rtol=0, atol=0.01)
    torch.testing.assert_close(after.coefficients[~flip], batch.coefficients[~flip])
    torch.testing.assert_close(after.coefficients[flip], batch.coefficients[flip] @ matrix.T)
    torch.testing.assert_close(after.log_size, batch.log_size)


def test_mirrored_axes_are_still_near_those_of_the_standard_planes(batch: Batch) -> None:
    """A left-handed picture would have a pose half a turn away."""
    after = mirrored(batch, torch.ones(B, dtype=torch.bool), torch.eye(K))
    normal, standard = (
        torch.linalg.cross(a[..., 0, :], a[..., 1, :]) for a in (after.axes, STANDARD.expand(B, -1, -1, -1))
    )
    assert ((normal * standard).sum(-1) > 0.7).all()
    assert ((after.axes * STANDARD).sum(-1) > 0.7).all()


def test_mirroring_twice_is_nothing(batch: Batch) -> None:
    flip = torch.tensor([True, False, True, True])
    twice = mirrored(mirrored(batch, flip, torch.eye(K)), flip, torch.eye(K))
    for name, value in vars(batch).items():
        if value is not None:
            torch.testing.assert_close(getattr(twice, name), value)


def test_the_opposite_way_round_is_half_a_turn_or_a_mirror(batch: Batch, where: Tensor) -> None:
    after = opposite(batch, 3)
    assert len(after.pictures) == 3 and after.outline is None
    seen = centroid(after.pictures[:, :, 0])
    sign = torch.tensor([[-1.0, -1], [-1, 1], [-1, -1]])
    torch.testing.assert_close(seen, where[:3] * sign, rtol=0, atol=2e-3)
    turned = 2 * direction(after.pictures[:, :, 1])
    torch.testing.assert_close(after.scalars[..., 2], 0.3 * turned.cos(), rtol=0, atol=0.01)
    torch.testing.assert_close(after.scalars[..., 3], 0.3 * turned.sin(), rtol=0, atol=0.01)


def test_nothing_is_changed_in_place(batch: Batch) -> None:
    before = {name: None if value is None else value.clone() for name, value in vars(batch).items()}
    moved(batch, generator()), mirrored(batch, torch.ones(B, dtype=torch.bool), torch.eye(K)), opposite(batch, 2)
    regained(batch.pictures, generator())
    for name, value in before.items():
        assert value is None or torch.equal(value, getattr(batch, name)), name


def test_the_same_generator_gives_the_same_variation(batch: Batch) -> None:
    for change in (lambda g: moved(batch, g).pictures, lambda g: regained(batch.pictures, g)):
        assert torch.equal(change(generator(4)), change(generator(4)))
        assert not torch.equal(change(generator(4)), change(generator(5)))


def test_grey_values_vary_and_the_mask_is_whole_or_gone() -> None:
    pictures = torch.rand(40, 3, 2, 24, 24, generator=generator(6))
    after = regained(pictures, generator(7))
    assert after.shape == pictures.shape and after.isfinite().all()
    kept = (after[:, :, 1] == pictures[:, :, 1]).flatten(2).all(-1)
    gone = (after[:, :, 1] == 0).flatten(2).all(-1)
    assert (kept ^ gone).all() and 0 < gone.float().mean() < 0.15
    assert not torch.allclose(after[:, :, 0], pictures[:, :, 0], atol=0.05)


def test_a_batch_moves_to_a_device_as_lightning_asks(batch: Batch) -> None:
    """Lightning cannot write into a frozen dataclass; without `to` it refuses the batch."""
    utilities = pytest.importorskip("lightning.pytorch.utilities")
    there = utilities.move_data_to_device(replace(batch, outline=torch.zeros(B, 64, 2)), torch.device("meta"))
    assert {value.device.type for value in vars(there).values()} == {"meta"}
    assert utilities.move_data_to_device(batch, torch.device("cpu")).outline is None
