"""The encoder of one plane's border."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.plane_encoder import BorderNorm, PlaneEncoder


@pytest.fixture
def encoder() -> PlaneEncoder:
    torch.manual_seed(0)
    return PlaneEncoder(angles=16, channels=3, features=12).eval()


def test_a_border_becomes_a_vector(encoder: PlaneEncoder) -> None:
    assert encoder(torch.rand(5, 3, 16)).shape == (5, 12)


def test_every_value_of_every_angle_matters(encoder: PlaneEncoder) -> None:
    border = torch.rand(1, 3, 16, generator=torch.Generator().manual_seed(1), requires_grad=True)
    encoder(border)[0, 0].backward()
    assert border.grad.abs().min() > 0


def test_a_plane_is_the_same_alone_and_in_a_batch(encoder: PlaneEncoder) -> None:
    borders = torch.rand(4, 3, 16, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(encoder(borders)[2:3], encoder(borders[2:3]))


def test_a_batch_of_one_border_trains(encoder: PlaneEncoder) -> None:
    encoder.train()
    found = encoder(torch.rand(1, 3, 16))
    found.square().sum().backward()
    assert found.isfinite().all()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in encoder.parameters())


def test_one_case_is_normalised_by_the_running_statistics_and_leaves_them() -> None:
    norm = BorderNorm(3).train()
    norm(torch.randn(50, 3, generator=torch.Generator().manual_seed(0)) * 2 + 1)
    mean, variance = norm.running_mean.clone(), norm.running_var.clone()
    x = torch.tensor([[0.5, -1.0, 2.0]])
    torch.testing.assert_close(norm(x), (x - mean) / (variance + norm.eps).sqrt())
    assert torch.equal(norm.running_mean, mean) and torch.equal(norm.running_var, variance)
    assert set(norm.state_dict()) == set(torch.nn.BatchNorm1d(3).state_dict())


def test_more_than_one_case_is_normalised_as_by_torch() -> None:
    own, torchs = BorderNorm(3).train(), torch.nn.BatchNorm1d(3).train()
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(own(x), torchs(x)) and torch.equal(own.running_var, torchs.running_var)
