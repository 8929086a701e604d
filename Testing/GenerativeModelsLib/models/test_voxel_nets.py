"""Voxels of a head: occupancy and distance, projection on the basis, shapes of encoder and decoder."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.models.voxel_nets import (
    LIMIT,
    SOFTNESS,
    VoxelDecoder,
    VoxelEncoder,
    head_of_field,
    occupancy,
)
from GenerativeModelsLib.skull.shape.field import CLAMP, GRID_SIZE, HALF_EXTENT
from Testing.helpers.tiny_models import RANK, tiny_basis


def test_the_logit_of_the_occupancy_is_the_distance_and_inside_is_full() -> None:
    field = torch.linspace(-0.3, 0.3, 13)
    share = occupancy(field)
    np.testing.assert_allclose(-SOFTNESS * torch.logit(share), field, atol=1e-5)
    assert share[0] > 0.99 and share[6] == 0.5 and share[-1] < 0.01
    assert pytest.approx(SOFTNESS, rel=0.1) == 2 * HALF_EXTENT / (GRID_SIZE - 1) / 2


def test_the_projection_of_a_head_of_the_basis_is_its_coefficients() -> None:
    """Distances beyond the clamp, which a network may predict anywhere, change nothing."""
    basis, x = tiny_basis(), torch.tensor([[0.03, -0.02, 0.01, 0, 0, 0, 0, 0.01]])
    field = basis(x).clamp(-CLAMP, CLAMP)
    expected = torch.cat([x, torch.tensor([[0.1]])], dim=1)
    np.testing.assert_allclose(head_of_field(field, torch.tensor([0.1]), basis), expected, atol=2e-3)
    assert LIMIT == CLAMP
    far = torch.where(field >= CLAMP, 3.0, torch.where(field <= -CLAMP, -3.0, field))
    np.testing.assert_array_equal(
        head_of_field(far, torch.tensor([0.1]), basis), head_of_field(field, torch.tensor([0.1]), basis)
    )
    assert expected.shape == (1, RANK + 1)


def test_a_decoder_that_says_nothing_gives_the_mean_head() -> None:
    decoder = VoxelDecoder(5, channels=2, size=16).eval()
    torch.nn.init.zeros_(decoder.net[-1].weight)
    torch.nn.init.zeros_(decoder.net[-1].bias)
    decoder.mean.normal_()
    assert torch.equal(decoder(torch.randn(3, 5)), decoder.mean.expand(3, -1, -1, -1))


@pytest.mark.parametrize("norm", [True, False])
def test_an_encoder_sees_voxels_of_each_head_alone(norm: bool) -> None:
    encoder = VoxelEncoder(7, channels=2, size=16, norm=norm).eval()
    voxels = torch.rand(3, 16, 16, 16)
    assert encoder(voxels).shape == (3, 7)
    np.testing.assert_allclose(encoder(voxels)[1:2].detach(), encoder(voxels[1:2]).detach(), atol=1e-5)
    assert any(isinstance(layer, torch.nn.BatchNorm3d) for layer in encoder.modules()) == norm
