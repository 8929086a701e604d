"""The joint space: loss and kernel against closed forms, its vectors, and that training brings pairs together."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from GenerativeModelsLib.models.joint_space import JointSpace, concentration, contrastive_loss
from Testing.helpers.tiny_uncertainty import JOINT_NETWORK


def tiny() -> JointSpace:
    torch.manual_seed(0)
    return JointSpace(size=16, **JOINT_NETWORK)


def test_the_loss_of_orthogonal_pairs_is_a_closed_form() -> None:
    one = torch.eye(4)
    expected = math.log(1 + 3 * math.exp(-5))
    assert contrastive_loss(one, one, torch.tensor(5.0)).item() == pytest.approx(expected, rel=1e-5)
    assert contrastive_loss(one, one[[1, 0, 2, 3]], torch.tensor(5.0)).item() == pytest.approx(expected + 2.5, rel=1e-5)


def test_the_loss_is_the_same_both_ways_round() -> None:
    images, maps = (F.normalize(torch.randn(5, 3, generator=torch.Generator().manual_seed(k)), dim=1) for k in (0, 1))
    scale = torch.tensor(3.0)
    assert contrastive_loss(images, maps, scale).item() == pytest.approx(contrastive_loss(maps, images, scale).item())


@pytest.mark.parametrize("angle", [0.2, 0.7, 1.2])
@pytest.mark.parametrize("dimensions", [2, 3, 16])
def test_the_concentration_is_that_of_banerjee(angle: float, dimensions: int) -> None:
    vectors = torch.zeros(2, dimensions, dtype=torch.double)
    vectors[:, 0], vectors[0, 1], vectors[1, 1] = math.cos(angle), math.sin(angle), -math.sin(angle)
    r = math.cos(angle)
    assert concentration(vectors).item() == pytest.approx((r * dimensions - r**3) / (1 - r**2))


def test_vectors_have_length_one_and_the_scale_a_bound() -> None:
    net = tiny().eval()
    images, codes = net.image_vectors(torch.randn(3, 16, 16)), net.map_vectors(torch.randn(3, 6))
    for vectors in (images, codes):
        assert vectors.shape == (3, 4)
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    assert net.image_features(torch.randn(3, 16, 16)).shape == (3, 16)
    net.log_scale.data.fill_(9.0)
    assert net.scale.item() == 100


def test_a_side_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="Images of 16 pixels cannot be halved 5 times"):
        JointSpace(size=16, **{**JOINT_NETWORK, "image_channels": [2] * 5})


def test_training_brings_an_image_and_its_map_together() -> None:
    net = tiny()
    images, codes = torch.randn(8, 16, 16), torch.randn(8, 6)
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        loss = contrastive_loss(net.image_vectors(images), net.map_vectors(codes), net.scale)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
