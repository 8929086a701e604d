"""The network that judges which way round a picture is."""

from __future__ import annotations

import pytest
import torch

from GenerativeModelsLib.models.facing import FacingNet


@pytest.fixture
def net() -> FacingNet:
    """A network whose normalisations know such pictures, so that its output varies."""
    torch.manual_seed(0)
    net = FacingNet(32, (4, 4, 8, 8)).train()
    for _ in range(30):
        net(pictures(6), torch.arange(6) % 3)
    return net.eval()


def pictures(count: int = 3) -> torch.Tensor:
    return torch.rand(count, 32, 32, generator=torch.Generator().manual_seed(1))


def test_a_picture_has_one_logit(net: FacingNet) -> None:
    assert net(pictures(), torch.tensor([0, 1, 2])).shape == (3,)


def test_the_plane_and_where_a_thing_lies_matter(net: FacingNet) -> None:
    picture = pictures(1)
    axial, sagittal, coronal = (net(picture, torch.tensor([k])) for k in range(3))
    assert axial != sagittal != coronal != axial
    assert abs(net(picture.flip(1), torch.tensor([0])) - axial) > 1e-2
    assert abs(net(picture.flip(2), torch.tensor([0])) - axial) > 1e-2


def test_pictures_of_a_batch_do_not_see_each_other(net: FacingNet) -> None:
    plane = torch.tensor([0, 1, 2])
    torch.testing.assert_close(net(pictures(), plane)[1:2], net(pictures()[1:2], plane[1:2]), rtol=1e-4, atol=1e-5)


def test_a_size_that_does_not_halve_four_times_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 40, expected a multiple of 16"):
        FacingNet(40)


def test_training_learns_which_half_is_bright() -> None:
    torch.manual_seed(0)
    net = FacingNet(32, (4, 4, 8, 8)).train()
    picture = 0.2 * pictures(32)
    upright = torch.arange(32) % 2
    picture[upright == 1, :16] += 0.5
    picture[upright == 0, 16:] += 0.5
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(25):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(picture, upright * 0), upright.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert ((net.eval()(picture, upright * 0) > 0) == (upright == 1)).all()
