"""Selection of the head's orientation by the facing network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.locate.border import read_border
from GenerativeModelsLib.skull.locate.canonical import HALF_WIDTH, PICTURE_SIZE, canonical_plane
from GenerativeModelsLib.skull.locate.facing import DIRECTIONS, conditions, upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES, locate
from GenerativeModelsLib.skull.population.heads import mean_head
from Testing.helpers.painted import GreyLevelBorder, GreyLevelLocator, SteadyFacing, painted_planes

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def images() -> dict:
    return painted_planes(mean_head(250))


@pytest.fixture(scope="module")
def findings(images: dict) -> dict:
    found = {n: locate(GreyLevelLocator(), image.pixels, image.spacing_mm, n) for n, image in images.items()}
    return {
        n: f.with_border(read_border(GreyLevelBorder(), images[n].pixels, images[n].spacing_mm, f.ellipse))
        for n, f in found.items()
    }


class BrightTop(torch.nn.Module):
    """Stand-in for the network: a plane is upright if the upper (sagittal: left) half of its picture is brighter."""

    def __init__(self, sign: float = 1.0) -> None:
        super().__init__()
        self.sign, self.asked = sign, []

    def forward(self, picture: torch.Tensor, plane: torch.Tensor) -> torch.Tensor:
        self.asked.append(picture)
        n = picture.shape[-1] // 2
        up = picture[:, :n].mean((1, 2)) - picture[:, n:].mean((1, 2))
        left = picture[..., :n].mean((1, 2)) - picture[..., n:].mean((1, 2))
        return self.sign * 50 * torch.where(plane == 1, left, up)


def test_a_plane_the_right_way_round_is_kept(images: dict, findings: dict) -> None:
    for name, found in upright_planes(BrightTop(), images, findings, 40.0, CPU).items():
        assert found.finding is findings[name] and 0.5 < found.certainty < 1
        np.testing.assert_array_equal(found.plane.border, canonical_plane(findings[name], 40.0).border)
        assert found.plane.window.half_width_mm == HALF_WIDTH * 40.0


@pytest.mark.parametrize("plane", PLANES)
def test_a_plane_the_wrong_way_round_is_turned_and_no_other(images: dict, findings: dict, plane: str) -> None:
    wrong = findings | {plane: findings[plane].turned()}
    right = upright_planes(BrightTop(), images, findings, 40.0, CPU)
    for name, found in upright_planes(BrightTop(), images, wrong, 40.0, CPU).items():
        np.testing.assert_allclose(found.plane.border, right[name].plane.border, atol=1e-5)
        np.testing.assert_allclose(found.finding.canonical_window(1).down, right[name].finding.canonical_window(1).down)
        assert found.certainty == pytest.approx(right[name].certainty, abs=1e-5)


def test_the_opposite_opinion_turns_all(images: dict, findings: dict) -> None:
    for name, found in upright_planes(BrightTop(-1), images, findings, 40.0, CPU).items():
        turned = findings[name].turned()
        np.testing.assert_allclose(found.finding.canonical_window(1).right, turned.canonical_window(1).right)
        np.testing.assert_array_equal(found.plane.border, canonical_plane(turned, 40.0).border)


def test_the_network_sees_both_orientations_of_the_same_picture(images: dict, findings: dict) -> None:
    net = BrightTop()
    upright_planes(net, images, findings, 40.0, CPU)
    for name, (one, other) in zip(findings, net.asked):
        assert one.shape == (PICTURE_SIZE, PICTURE_SIZE) and one.dtype == torch.float32
        turned = one.flip(1) if name == "sagittal" else one.flip(0, 1)
        assert (other - turned).abs().mean() < 1e-3 < (other - one).abs().mean()


def test_certainty_is_the_probability_against_the_opposite_orientation(images: dict, findings: dict) -> None:
    """Logits of 1.5 and 0.5: the difference decides."""

    class Fixed(torch.nn.Module):
        def forward(self, picture: torch.Tensor, plane: torch.Tensor) -> torch.Tensor:
            return torch.tensor([1.5, 0.5])

    found = upright_planes(Fixed(), images, findings, 40.0, CPU)["coronal"]
    assert found.certainty == pytest.approx(1 / (1 + np.exp(-1))) and found.finding is findings["coronal"]


@pytest.mark.parametrize("plane", PLANES)
def test_a_flip_turns_what_would_be_found_and_no_other_plane(images: dict, findings: dict, plane: str) -> None:
    before = upright_planes(BrightTop(), images, findings, 40.0, CPU)
    for start in (findings[plane], findings[plane].turned()):
        after = upright_planes(BrightTop(), images, findings | {plane: start}, 40.0, CPU, {plane: "flip"})
        np.testing.assert_allclose(after[plane].finding.faces, -before[plane].finding.faces)
        assert after[plane].certainty == pytest.approx(1 - before[plane].certainty, abs=1e-5)
        assert all(after[name].finding is before[name].finding for name in PLANES if name != plane)


@pytest.mark.parametrize("plane", PLANES)
def test_a_side_of_the_picture_is_the_same_whatever_the_network_says(images: dict, findings: dict, plane: str) -> None:
    """A head that faces along neither of two opposite sides is refused for them."""
    for side, towards in DIRECTIONS.items():
        along = abs(findings[plane].faces @ np.array(towards))
        for net in (BrightTop(), BrightTop(-1)):
            if along < 0.26:
                with pytest.raises(InputError, match=f"^{plane}_facing is {side}, and the head .* lies across it"):
                    upright_planes(net, images, findings, 40.0, CPU, {plane: side})
            else:
                found = upright_planes(net, images, findings, 40.0, CPU, {plane: side})[plane]
                assert found.finding.faces @ np.array(towards) > 0.25


def test_a_head_across_the_named_side_is_refused(images: dict, findings: dict) -> None:
    across = replace(findings["axial"], anterior=np.array([0.1, -0.995]))
    with pytest.raises(InputError, match=r"^axial_facing is left, and the head in the axial plane .* give up or down"):
        upright_planes(BrightTop(), images, {"axial": across}, 40.0, CPU, {"axial": "left"})


def test_undecided_is_a_coin_flip_that_keeps_what_the_locator_said(images: dict, findings: dict) -> None:
    for name, found in upright_planes(SteadyFacing(), images, findings, 40.0, CPU).items():
        assert found.finding is findings[name] and found.certainty == 0.5


def test_conditions_hold_each_plane_in_its_place(findings: dict) -> None:
    planes = {n: canonical_plane(findings[n], 40.0) for n in PLANES}
    y = conditions([planes, {"axial": planes["axial"]}, {}], CPU)
    assert y.present.tolist() == [[True] * 3, [True, False, False], [False] * 3]
    for k, name in enumerate(PLANES):
        np.testing.assert_array_equal(y.borders[0, k].numpy(), planes[name].border)
    assert y.borders.dtype == torch.float32 and y.borders[2].abs().max() == 0
