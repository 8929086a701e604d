"""Networks that draw an image from labels and a style: where each is seen, and where it is not."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.label_images import SPADE, LabelUNet, SpadeGenerator, StyleEncoder, half_size

SMALL = {"size": 64, "labels": 3, "style": 4, "style_channels": (4, 6)}


def generator(**sizes: object) -> SpadeGenerator:
    torch.manual_seed(0)
    return SpadeGenerator(**SMALL | {"channels": (6,), "hidden": 4} | sizes).eval()


def test_spade_follows_a_changed_label_and_nothing_else() -> None:
    net, style = generator(channels=(6, 6)), torch.randn(1, 4)
    labels = torch.zeros(1, 64, 64, dtype=torch.uint8)
    other = labels.clone()
    other[0, 60, 61] = 2
    with torch.no_grad():
        change = (net(labels, style) - net(other, style)).abs()[0]
    assert net.reach < 50  # else the whole image lies within it
    assert change[60, 61] > 0
    assert change[: 60 - net.reach].max() == 0 and change[:, : 61 - net.reach].max() == 0


def test_every_label_of_the_two_by_two_pixels_is_seen() -> None:
    """The networks end at half the size: no pixel may be lost there."""
    net, style = generator(), torch.randn(1, 4)
    labels = torch.zeros(1, 64, 64, dtype=torch.uint8)
    plain = net(labels, style)
    found = []
    for row, column in ((30, 30), (30, 31), (31, 30), (31, 31)):
        other = labels.clone()
        other[0, row, column] = 1
        found.append((net(other, style) - plain).abs().sum())
    assert all(change > 0 for change in found)
    fine = half_size(torch.tensor([[[0, 1], [2, 1]]]), 3)
    assert fine.shape == (1, 12, 1, 1) and fine.flatten().tolist() == [1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0]


def test_spade_is_a_normalisation_that_the_labels_scale_and_shift() -> None:
    torch.manual_seed(0)
    layer, h = SPADE(2, 3, 4), torch.randn(5, 2, 8, 8) * 3 + 1
    torch.nn.init.zeros_(layer.modulate.weight)
    layer.modulate.bias.data.copy_(torch.tensor([0.5, 0.0, -1.0, 2.0]))  # gamma, gamma, beta, beta
    found = layer(h, torch.randn(5, 3, 8, 8))
    mean, deviation = h.mean((0, 2, 3)), h.var((0, 2, 3), unbiased=False).add(1e-5).sqrt()
    plain = (h - mean[:, None, None]) / deviation[:, None, None]
    torch.testing.assert_close(found[:, 0], 1.5 * plain[:, 0] - 1)
    torch.testing.assert_close(found[:, 1], plain[:, 1] + 2)


@pytest.mark.parametrize("network", [SpadeGenerator, LabelUNet])
def test_the_style_and_the_labels_change_the_image(network: type) -> None:
    torch.manual_seed(0)
    net = network(**SMALL, channels=(6, 8)).eval()
    labels, style = torch.randint(3, (2, 64, 64)), torch.randn(2, 4)
    drawn = net(labels, style)
    assert drawn.shape == (2, 64, 64) and drawn.abs().max() <= 1
    assert not torch.equal(drawn, net(labels, style + 1)) and not torch.equal(drawn, net((labels + 1) % 3, style))
    torch.testing.assert_close(drawn[:1], net(labels[:1], style[:1]))  # slices do not see each other


def test_the_style_has_no_places() -> None:
    """A shift by the stride of the encoder over a background moves nothing but the border."""
    torch.manual_seed(0)
    encoder = StyleEncoder(4, (4, 6))
    image = torch.zeros(1, 64, 64)
    image[0, 20:30, 20:30] = 1
    moved = image.roll((12, 8), (1, 2))
    torch.testing.assert_close(encoder(image).mu, encoder(moved).mu)
    assert not torch.allclose(encoder(image).mu, encoder(image * 0.5).mu)


@pytest.mark.parametrize("network", [SpadeGenerator, LabelUNet])
def test_a_size_that_cannot_be_halved_is_refused(network: type) -> None:
    with pytest.raises(ValueError, match="20 pixels cannot be halved 3 times"):
        network(size=20, channels=(4, 4, 4))
