"""The encoder of one plane."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.plane_encoder import OutlineNorm, PlaneEncoder


@pytest.fixture
def encoder() -> PlaneEncoder:
    torch.manual_seed(0)
    return PlaneEncoder(size=32, scalars=2, features=12, channels=(4, 4, 8, 8)).eval()


def test_a_picture_and_its_numbers_become_a_vector(encoder: PlaneEncoder) -> None:
    assert encoder(torch.rand(3, 2, 32, 32), torch.zeros(3, 2)).shape == (3, 12)


def test_grey_values_mask_and_numbers_all_matter(encoder: PlaneEncoder) -> None:
    picture, scalars = torch.rand(1, 2, 32, 32, generator=torch.Generator().manual_seed(1)), torch.zeros(1, 2)
    before = encoder(picture, scalars)
    for channel in range(2):
        changed = picture.clone()
        changed[:, channel] = 0
        assert not torch.allclose(encoder(changed, scalars), before)
    assert not torch.allclose(encoder(picture, scalars + 1), before)


def test_where_a_thing_lies_in_the_picture_matters(encoder: PlaneEncoder) -> None:
    """Pooling would discard the position."""
    pictures = torch.zeros(2, 2, 32, 32)
    pictures[0, 0, 4:8, 4:8] = pictures[1, 0, 20:24, 20:24] = 1
    one, other = encoder.train()(pictures, torch.zeros(2, 2))
    assert (one - other).abs().max() > 0.05


def test_a_size_that_does_not_halve_four_times_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 40, expected a multiple of 16"):
        PlaneEncoder(size=40)


def test_a_batch_of_one_picture_trains(encoder: PlaneEncoder) -> None:
    encoder.train()
    found = encoder(torch.rand(1, 2, 32, 32), torch.ones(1, 2))
    found.square().sum().backward()
    assert found.isfinite().all()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in encoder.parameters())


def test_one_case_is_normalised_by_the_running_statistics_and_leaves_them() -> None:
    norm = OutlineNorm(3).train()
    norm(torch.randn(50, 3, generator=torch.Generator().manual_seed(0)) * 2 + 1)
    mean, variance = norm.running_mean.clone(), norm.running_var.clone()
    x = torch.tensor([[0.5, -1.0, 2.0]])
    torch.testing.assert_close(norm(x), (x - mean) / (variance + norm.eps).sqrt())
    assert torch.equal(norm.running_mean, mean) and torch.equal(norm.running_var, variance)
    assert set(norm.state_dict()) == set(torch.nn.BatchNorm1d(3).state_dict())


def test_more_than_one_case_is_normalised_as_by_torch() -> None:
    own, torchs = OutlineNorm(3).train(), torch.nn.BatchNorm1d(3).train()
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(own(x), torchs(x)) and torch.equal(own.running_var, torchs.running_var)
