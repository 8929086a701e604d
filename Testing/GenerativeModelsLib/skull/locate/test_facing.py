"""Selection of the head's orientation by the plane encoder."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from GenerativeModelsLib.skull.locate.canonical import canonical_plane
from GenerativeModelsLib.skull.locate.facing import conditions, upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, locate
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import GreyLevelLocator, painted_planes
from Testing.helpers.tiny_models import tiny_skull

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def images() -> dict:
    return painted_planes(mean_head(250))


@pytest.fixture(scope="module")
def findings(images: dict) -> dict:
    return {n: locate(GreyLevelLocator(), image.pixels, image.spacing_mm, n) for n, image in images.items()}


class BrightTop(torch.nn.Module):
    """Stand-in for the network: a plane is upright if the upper (sagittal: left) half of its picture is brighter."""

    def __init__(self, sign: float = 1.0) -> None:
        super().__init__()
        self.sign = sign

    def encode_planes(self, y):
        grey = y.pictures[:, :, 0]
        n = grey.shape[-1] // 2
        up = grey[:, :, :n].mean((2, 3)) - grey[:, :, n:].mean((2, 3))
        left = grey[..., :n].mean((2, 3)) - grey[..., n:].mean((2, 3))
        return torch.stack([up[:, 0], left[:, 1], up[:, 2]], 1)[..., None]

    def upright_logits(self, features):
        return self.sign * 50 * features[..., 0]


def test_a_plane_the_right_way_round_is_kept(images: dict, findings: dict) -> None:
    for name, found in upright_planes(BrightTop(), images, findings, 40.0, CPU).items():
        assert found.finding is findings[name] and 0.5 < found.certainty < 1


@pytest.mark.parametrize("plane", PLANES)
def test_a_plane_the_wrong_way_round_is_turned_and_no_other(images: dict, findings: dict, plane: str) -> None:
    wrong = findings | {plane: findings[plane].turned()}
    right = upright_planes(BrightTop(), images, findings, 40.0, CPU)
    for name, found in upright_planes(BrightTop(), images, wrong, 40.0, CPU).items():
        np.testing.assert_allclose(found.plane.picture, right[name].plane.picture, atol=1e-5)
        np.testing.assert_allclose(found.finding.canonical_window(1).down, right[name].finding.canonical_window(1).down)
        assert found.certainty == pytest.approx(right[name].certainty, abs=1e-5)


def test_the_opposite_opinion_turns_all(images: dict, findings: dict) -> None:
    for name, found in upright_planes(BrightTop(-1), images, findings, 40.0, CPU).items():
        turned = findings[name].turned()
        np.testing.assert_allclose(found.finding.canonical_window(1).right, turned.canonical_window(1).right)


def test_undecided_is_a_coin_flip_that_keeps_what_the_locator_said(images: dict, findings: dict) -> None:
    for name, found in upright_planes(tiny_skull(), images, findings, 40.0, CPU).items():
        assert found.finding is findings[name] and found.certainty == 0.5


def test_conditions_hold_each_plane_in_its_place(images: dict, findings: dict) -> None:
    planes = {n: canonical_plane(images[n].pixels, images[n].spacing_mm, findings[n], 40.0) for n in PLANES}
    y = conditions([planes, {"axial": planes["axial"]}, {}], CPU)
    assert y.present.tolist() == [[True] * 3, [True, False, False], [False] * 3]
    for k, name in enumerate(PLANES):
        np.testing.assert_array_equal(y.pictures[0, k].numpy(), planes[name].picture)
        np.testing.assert_array_equal(y.scalars[0, k].numpy(), planes[name].scalars)
    assert y.pictures.dtype == y.scalars.dtype == torch.float32
