"""Generators: the identity at first, a curve that only rises, a residual within its bound, images of any size."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.translation import LookGenerator, RegionNet
from Testing.helpers.tiny_translation import some_generator


def images(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_a_generator_begins_as_the_identity() -> None:
    net, x = LookGenerator(channels=[4, 6]), images(2, 24, 24)
    torch.testing.assert_close(net(x, torch.randn(2, 24, 24)), x)


@settings(max_examples=25)
@given(st.integers(0, 200))
def test_the_tone_curve_rises_and_keeps_black(seed: int) -> None:
    net = some_generator(seed, 2.0)
    curve = net.tone(torch.linspace(-1, 1, 201))
    assert float(curve[0]) == pytest.approx(-1) and (curve.diff() > 0).all()


def test_the_tone_curve_is_linear_between_its_knots() -> None:
    net = LookGenerator(channels=[4], knots=2)
    net.steps.data = torch.tensor([0.5, 1.5]).expm1().log()  # softplus: heights 0.5 and 1.5
    found = net.tone(torch.tensor([-1.0, -0.5, 0.0, 0.5, 1.0]))
    torch.testing.assert_close(found, torch.tensor([-1.0, -0.75, -0.5, 0.25, 1.0]))


@settings(max_examples=25)
@given(st.integers(0, 50), st.integers(1, 100))
def test_a_pixel_changes_by_the_reach_at_most_beside_the_curve(seed: int, reach: int) -> None:
    net = some_generator(seed, 5.0)
    net.reach = reach
    x, noise = images(1, 16, 16), torch.randn(1, 16, 16)
    assert float(net.residual(x, noise).abs().max()) <= 0.02 * reach + 1e-6  # of a range of 2
    assert float((net(x, noise) - net.tone(x).clamp(-1, 1)).abs().max()) <= 0.02 * reach + 1e-6


@pytest.mark.parametrize("shape", [(16, 16), (17, 23), (5, 40)])
def test_images_of_any_size_keep_it(shape: tuple[int, int]) -> None:
    x = images(2, *shape)
    assert some_generator()(x, torch.zeros_like(x)).shape == x.shape
    assert RegionNet(4, [4, 6])(x).shape == (2, 4, *shape)


def test_a_pixel_is_not_changed_by_what_is_far_from_it() -> None:
    """Whole images may be given after a training on squares."""
    net, x = some_generator(strength=1.0), images(1, 32, 96)
    other = x.clone()
    other[..., 64:] = images(1, 32, 32, seed=1)
    noise = torch.zeros_like(x)
    torch.testing.assert_close(net(x, noise)[..., :32], net(other, noise)[..., :32])


def test_noise_changes_the_image_and_images_of_a_batch_do_not_see_each_other() -> None:
    net, x = some_generator(strength=1.0), images(3, 16, 16)
    noise = torch.randn(3, 16, 16)
    assert not torch.equal(net(x, noise), net(x, torch.zeros_like(x)))
    torch.testing.assert_close(net(x, noise)[:1], net(x[:1], noise[:1]))
