"""Shapes and switches of the head locator's network."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.locator import HeadLocatorNet


@pytest.fixture
def net() -> HeadLocatorNet:
    torch.manual_seed(0)
    return HeadLocatorNet((4, 8, 8)).eval()


@pytest.mark.parametrize(("channels", "size"), [((4, 8), 16), ((4, 8, 8), 32), ((4, 6, 8, 10), 40)])
def test_maps_come_at_half_the_resolution(channels: tuple[int, ...], size: int) -> None:
    net = HeadLocatorNet(list(channels)).eval()
    out = net(torch.rand(2, size, size), torch.ones(2, size, size), torch.tensor([0, 2]))
    for values in (out.mask, out.first_half, out.second_half):
        assert values.shape == (2, size // 2, size // 2)
    assert out.presence.shape == (2,) and out.features.shape == (2, 2 * channels[-1])


def test_the_planes_name_and_the_pictures_edge_matter(net: HeadLocatorNet) -> None:
    image, inside = torch.rand(1, 32, 32, generator=torch.Generator().manual_seed(1)), torch.ones(1, 32, 32)
    axial, sagittal = (net(image, inside, torch.tensor([k])).mask for k in (0, 1))
    assert not torch.allclose(axial, sagittal)
    assert not torch.allclose(axial, net(image, inside * 0, torch.tensor([0])).mask)


def test_pictures_of_a_batch_do_not_see_each_other(net: HeadLocatorNet) -> None:
    g = torch.Generator().manual_seed(2)
    image, inside, plane = torch.rand(3, 32, 32, generator=g), torch.ones(3, 32, 32), torch.tensor([0, 1, 2])
    together = net(image, inside, plane)
    alone = net(image[1:2], inside[1:2], plane[1:2])
    torch.testing.assert_close(together.mask[1:2], alone.mask, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(together.presence[1:2], alone.presence, rtol=1e-4, atol=1e-5)


def test_as_float_leaves_half_precision_behind(net: HeadLocatorNet) -> None:
    out = net.bfloat16()(torch.rand(1, 32, 32).bfloat16(), torch.ones(1, 32, 32).bfloat16(), torch.tensor([0]))
    assert out.mask.dtype == torch.bfloat16
    assert {value.dtype for value in vars(out.as_float()).values()} == {torch.float32}
