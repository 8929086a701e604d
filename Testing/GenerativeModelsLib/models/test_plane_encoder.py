"""The encoder of one plane."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.plane_encoder import PlaneEncoder


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
    """Pooling would have thrown that away."""
    pictures = torch.zeros(2, 2, 32, 32)
    pictures[0, 0, 4:8, 4:8] = pictures[1, 0, 20:24, 20:24] = 1
    one, other = encoder.train()(pictures, torch.zeros(2, 2))
    assert (one - other).abs().max() > 0.05


def test_a_size_that_does_not_halve_four_times_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 40, expected a multiple of 16"):
        PlaneEncoder(size=40)
