"""The border reader: distributions per angle, without a first angle, and their moments."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.border_reader import BorderOutput, BorderReader, CircularConvolution
from GenerativeModelsLib.skull.locate.strip import bin_centres


@pytest.fixture(scope="module")
def net() -> BorderReader:
    """A reader whose normalisations know such strips, so that its output varies."""
    torch.manual_seed(0)
    net = BorderReader((4, 6, 8)).train()
    for _ in range(30):
        net(strips(1, 8))
    return net.eval().requires_grad_(False)


def strips(seed: int, count: int = 2) -> torch.Tensor:
    return torch.rand(count, 2, 32, 24, generator=torch.Generator().manual_seed(seed))


def test_every_angle_has_a_distribution_over_the_radii(net: BorderReader) -> None:
    out = net(strips(2))
    assert out.log_probability.shape == (2, 32, 24) and out.visible.shape == (2, 32)
    torch.testing.assert_close(out.log_probability.exp().sum(-1), torch.ones(2, 32))
    assert out.log_probability.std() > 0.1


@settings(max_examples=15, deadline=None)
@given(st.integers(-8, 8), st.integers(0, 100))
def test_a_rotated_strip_has_the_rotated_border(net: BorderReader, by: int, seed: int) -> None:
    """Poolings halve the angles twice, so that multiples of four angles are exact."""
    strip = strips(seed)
    still, turned = net(strip), net(strip.roll(4 * by, dims=2))
    torch.testing.assert_close(turned.log_probability, still.log_probability.roll(4 * by, dims=1), rtol=0, atol=1e-4)
    torch.testing.assert_close(turned.visible, still.visible.roll(4 * by, dims=1), rtol=0, atol=1e-4)
    if by % 8:
        assert not torch.allclose(turned.log_probability, still.log_probability, atol=1e-4)


@pytest.mark.parametrize("dilation", [1, 2, 4])
def test_a_convolution_goes_round_along_the_angles_and_ends_along_the_radii(dilation: int) -> None:
    """A spot at the last angle is seen `dilation` angles further on, at the first ones; the radii do not join."""
    layer = CircularConvolution(1, 1, dilation).eval().requires_grad_(False)
    torch.nn.init.ones_(layer.convolution.weight)
    spot = torch.zeros(1, 1, 16, 12)
    spot[0, 0, 15, 11] = 1
    seen = layer(spot)[0, 0] > 0.5
    assert seen.nonzero()[:, 0].unique().tolist() == sorted({(15 + d) % 16 for d in (-dilation, 0, dilation)})
    assert seen.nonzero()[:, 1].unique().tolist() == [10, 11]


def test_grey_values_and_the_pictures_edge_matter_and_strips_do_not_see_each_other(net: BorderReader) -> None:
    strip = strips(3)
    out = net(strip)
    for channel in range(2):
        changed = strip.clone()
        changed[0, channel] = 0
        after = net(changed)
        assert not torch.allclose(after.log_probability[0], out.log_probability[0], atol=1e-3)
        torch.testing.assert_close(after.log_probability[1], out.log_probability[1], rtol=1e-4, atol=1e-5)


def test_visibility_is_judged_where_the_border_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all probability in one bin, the logit is that of the features in this bin alone."""
    net = BorderReader((4, 6, 8)).eval().requires_grad_(False)
    features: list[torch.Tensor] = []
    net.up_first.register_forward_hook(lambda layer, given_, found: features.append(found))
    sharp = torch.full((1, 1, 32, 24), -1e4)
    sharp[..., 7] = 0
    monkeypatch.setattr(net.border, "forward", lambda x: sharp)
    out = net(strips(4, 1))
    torch.testing.assert_close(out.visible[0], net.visible(features[0][0, :, :, 7].T)[:, 0])


@settings(max_examples=30, deadline=None)
@given(st.floats(0.75, 1.25), st.floats(0.01, 0.03))
def test_moments_are_those_of_the_distribution(mean: float, sd: float) -> None:
    """A Gaussian, integrated over the bins."""
    radii = bin_centres()
    half = 0.5 * (radii[1] - radii[0])
    edges = np.append(radii - half, radii[-1] + half)
    cdf = np.array([0.5 * (1 + math.erf((edge - mean) / (sd * math.sqrt(2)))) for edge in edges])
    log_p = torch.from_numpy(np.log(np.diff(cdf).clip(1e-30))).expand(1, 3, -1)
    found, spread = BorderOutput(log_p, torch.zeros(1, 3)).moments(torch.from_numpy(radii))
    # the bins' own variance is counted once by the integral over them and once by the floor of `moments`
    bins = (2 * half) ** 2 / 12
    assert found.flatten().tolist() == pytest.approx([mean] * 3, abs=1e-3)
    assert spread.flatten().tolist() == pytest.approx([math.sqrt(sd**2 + 2 * bins)] * 3, rel=0.02)


def test_a_border_in_one_bin_has_the_standard_deviation_of_the_bin() -> None:
    radii = torch.from_numpy(bin_centres())
    log_p = torch.full((1, 1, len(radii)), -torch.inf, dtype=radii.dtype)
    log_p[..., 11] = 0
    mean, sd = BorderOutput(log_p, torch.zeros(1, 1)).moments(radii)
    assert mean.item() == pytest.approx(radii[11].item())
    assert sd.item() == pytest.approx((radii[1] - radii[0]).item() / math.sqrt(12))
