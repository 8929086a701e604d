"""Reading of the border in painted planes, whose outline is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.models.border_reader import BorderOutput
from GenerativeModelsLib.skull.locate.border import LOOKS, Border, read_border, read_strips
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.locate.strip import ANGLES, INNER, OUTER, RADII, Strip, bin_centres
from GenerativeModelsLib.skull.locate.window import normalise_grey
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from GenerativeModelsLib.skull.ultrasound.pose import PlanePose
from Testing.helpers.painted import GreyLevelBorder, painted_pixels, picture_outline, picture_pose

BIN = (OUTER - INNER) / RADII
SPACING, SIZE = (0.4, 0.4), (330, 412)
SHAPE = mean_head(250)
THETA = np.arange(ANGLES) * (2 * np.pi / ANGLES)


def picture(plane: str, angle: float = 0.4, **options) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and true outline of a finely painted plane."""
    pose = picture_pose(plane, angle, size=SIZE, spacing=SPACING, **options)
    return painted_pixels(SHAPE, pose, SIZE, SPACING), picture_outline(SHAPE, pose)


def near(outline: np.ndarray) -> Ellipse:
    """An ellipse with an error like that of a locator."""
    e = fit_ellipse(outline)
    return Ellipse((e.centre[0] + 1.5, e.centre[1] - 1), 1.06 * e.semi_major, 1.01 * e.semi_minor, e.angle_rad + 0.1)


def read(pixels: np.ndarray, ellipse: Ellipse) -> Border:
    return read_border(GreyLevelBorder(), pixels, SPACING, ellipse)


def read_strip(net: torch.nn.Module, grey: np.ndarray, spacing: tuple[float, float], strip: Strip) -> Border:
    (border,) = read_strips(net, grey, spacing, [strip])
    return border


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("looks", ["one", "several"])
def test_the_border_lies_on_the_true_outline(plane: str, looks: str) -> None:
    """To a fraction of a bin, which is the resolution of the painting."""
    pixels, outline = picture(plane)
    if looks == "one":
        border = read_strip(GreyLevelBorder(), normalise_grey(pixels), SPACING, Strip.about(near(outline)))
    else:
        border = read(pixels, near(outline))
    error = (border.radius - border.strip.radii_of(outline)) / BIN
    assert abs(error.mean()) < 0.06 and np.sqrt((error**2).mean()) < 0.25
    np.testing.assert_allclose(border.strip.radii_of(border.points_mm()), border.radius, rtol=1e-6)


def test_the_second_reading_looks_about_the_ellipse_of_the_first() -> None:
    """The strip of the result is about that ellipse itself, and the looks differ from it by at most 5 %."""
    pixels, outline = picture("axial")
    start = near(outline)
    first = read_strip(GreyLevelBorder(), normalise_grey(pixels), SPACING, Strip.about(start))
    border, fitted = read(pixels, start), Strip.about(first.ellipse())
    np.testing.assert_allclose(border.strip.matrix_mm, fitted.matrix_mm)
    np.testing.assert_allclose(border.strip.centre_mm, fitted.centre_mm)
    assert np.abs(border.radius - 1).max() < np.abs(first.radius - 1).max()
    assert len(set(LOOKS)) == 5 and LOOKS[0] == (1, 1) and np.abs(np.array(LOOKS) - 1).max() < 0.051
    np.testing.assert_allclose(np.mean(LOOKS, axis=0), 1)


class Stubborn(torch.nn.Module):
    """A reader that says about bin `bins[i]`, the less surely the larger i, of strip i of the second reading.

    It says that an echo is visible with probability `visible[i]`.

    In the first reading, of one strip and its mirror image, it says the bin of radius 1.
    """

    def __init__(self, bins: Sequence[int], visible: Sequence[float]) -> None:
        super().__init__()
        self.bins, self.visible = bins, visible

    def forward(self, strip: torch.Tensor) -> BorderOutput:
        count = len(strip) // 2
        bins = [UNIT] if count == 1 else self.bins
        visible = torch.tensor([0.5] if count == 1 else self.visible)
        p = torch.full((count, ANGLES, RADII), 1e-30)
        for away in (-1, 1):  # half of the probability each, i bins to either side in look i
            p[torch.arange(count), :, torch.tensor(bins) + away * torch.arange(count)] += 0.5
        odds = visible.logit()[:, None].expand(-1, ANGLES)
        return BorderOutput(p.log().repeat(2, 1, 1), odds.repeat(2, 1))


UNIT = int(np.argmin(np.abs(bin_centres() - 1)))
LEVEL = Ellipse((60.0, 60.0), 40.0, 30.0, 0.0)
GREY = np.random.default_rng(0).random((120, 120)).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(UNIT - 4, UNIT + 4), min_size=5, max_size=5), st.permutations([0.1, 0.2, 0.4, 0.7, 0.9]))
def test_looks_are_averaged_and_those_that_disagree_widen_the_doubt(bins: list[int], visible: list[float]) -> None:
    """Mean of the means, mean variance of a look plus the variance between looks, mean visibility."""
    border = read_border(Stubborn(bins, visible), GREY, (1.0, 1.0), LEVEL)
    rays = np.stack([np.cos(THETA), np.sin(THETA)], -1)
    # in the direction of a ray, the border of a look is at the bin's radius of the look's ellipse
    said = np.array([bin_centres()[k] / np.linalg.norm(rays / look, axis=-1) for k, look in zip(bins, LOOKS)])
    length = np.linalg.norm(rays * [40, 30], axis=-1)
    width = [np.linalg.norm(rays * [40, 30] * look, axis=-1) / length for look in LOOKS]
    np.testing.assert_allclose(border.radius, said.mean(0), rtol=1e-3)
    variance = np.mean(np.square(width) * BIN**2 * (1 / 12 + np.arange(5)[:, None] ** 2), axis=0) + said.var(0)
    np.testing.assert_allclose(border.sd, np.sqrt(variance), rtol=0.02)
    np.testing.assert_allclose(border.visible, 0.46, rtol=1e-5)


def test_looks_that_agree_leave_the_doubt_of_one() -> None:
    """Painted planes are read alike by every look, to a fraction of a bin."""
    pixels, outline = picture("axial")
    start = near(outline)
    one = read_strip(GreyLevelBorder(), normalise_grey(pixels), SPACING, Strip.about(fit_ellipse(outline)))
    np.testing.assert_allclose(np.median(read(pixels, start).sd), np.median(one.sd), rtol=0.15)


@pytest.mark.parametrize("plane", PLANES)
def test_a_picture_shown_from_behind_has_the_border_of_the_head_there(plane: str) -> None:
    pixels, outline = picture(plane)
    width = (SIZE[1] - 1) * SPACING[1]
    border = read(pixels, near(outline))
    e = near(outline)
    reflected = Ellipse((width - e.centre[0], e.centre[1]), e.semi_major, e.semi_minor, np.pi - e.angle_rad)
    mirrored = read(pixels[:, ::-1], reflected)
    index = (ANGLES // 2 - np.arange(ANGLES)) % ANGLES
    np.testing.assert_allclose(mirrored.points_mm()[index], [width, 0] + [-1, 1] * border.points_mm(), atol=0.02)


def test_a_rotated_picture_has_the_rotated_border() -> None:
    """Turned by 90 degrees, so that the pixels are the same."""
    pixels, outline = picture("axial")
    e, height = near(outline), (SIZE[0] - 1) * SPACING[0]
    centre = (height - e.centre[1], e.centre[0])
    turned = read(np.rot90(pixels, -1), Ellipse(centre, e.semi_major, e.semi_minor, (e.angle_rad + np.pi / 2) % np.pi))
    still = read(pixels, e).points_mm()
    expected = np.stack([height - still[:, 1], still[:, 0]], -1)
    np.testing.assert_allclose(np.roll(turned.points_mm(), -ANGLES // 4, axis=0), expected, atol=0.02)


def test_magnified_pixels_change_the_millimetres_alone() -> None:
    pixels, outline = picture("coronal")
    one, e = read(pixels, near(outline)), near(outline)
    magnified = Ellipse((1.7 * e.centre[0], 1.7 * e.centre[1]), 1.7 * e.semi_major, 1.7 * e.semi_minor, e.angle_rad)
    other = read_border(GreyLevelBorder(), pixels, (0.68, 0.68), magnified)
    np.testing.assert_allclose(other.radius, one.radius, atol=1e-4)
    np.testing.assert_allclose(other.points_mm(), 1.7 * one.points_mm(), rtol=1e-4)
    np.testing.assert_allclose(other.sd_mm(), 1.7 * one.sd_mm(), rtol=1e-3)


class Leaning(torch.nn.Module):
    """A reader with another opinion of the same angle in a picture and in its mirror image.

    It says bin `bins[i]` at every angle of strip i, and probability `visible[i]`.
    """

    def __init__(self, bins: tuple[int, int], visible: tuple[float, float] = (0.5, 0.5)) -> None:
        super().__init__()
        self.bins, self.visible, self.seen = bins, visible, []

    def forward(self, strip: torch.Tensor) -> BorderOutput:
        self.seen.append(strip)
        p = torch.zeros(len(strip), ANGLES, RADII)
        for i, k in enumerate(self.bins):
            p[i, :, k] = 1
        odds = torch.tensor(self.visible).logit()[:, None].expand(-1, ANGLES)
        return BorderOutput(p.log(), odds)


def test_the_distributions_of_picture_and_mirror_image_are_averaged() -> None:
    """Two bins with half the probability each: half their distance is the standard deviation, plus that of the bin."""
    net = Leaning((20, 26), (0.2, 0.8))
    grey = np.random.default_rng(0).random((100, 100)).astype(np.float32)
    border = read_strip(net, grey, (1.0, 1.0), Strip.about(Ellipse((50.0, 50.0), 30.0, 30.0, 0.0)))
    np.testing.assert_allclose(border.radius, bin_centres()[[20, 26]].mean())
    np.testing.assert_allclose(border.sd, np.hypot(3 * BIN, BIN / np.sqrt(12)))
    np.testing.assert_allclose(border.visible, 0.5, rtol=1e-6)
    one, other = net.seen[0]
    for k in range(ANGLES):
        assert torch.equal(other[:, -k % ANGLES], one[:, k])


class ByAngle(torch.nn.Module):
    """A reader whose radius, visibility and sharpness are those of the grey at each angle; it has no position."""

    def forward(self, strip: torch.Tensor) -> BorderOutput:
        level = strip[:, 0].mean(-1)
        at = RADII * level[..., None]
        return BorderOutput((-((torch.arange(RADII) - at) ** 2) / 8).log_softmax(-1), 4 * level - 2)


def test_the_mirror_image_is_turned_back_before_it_is_averaged() -> None:
    """A reader without preference for a side says the same of both, so that the average is what it says of one."""
    grey = normalise_grey(picture("sagittal")[0])
    strip = Strip.about(Ellipse((80.0, 60.0), 45.0, 30.0, 0.3))
    border = read_strip(ByAngle(), grey, SPACING, strip)
    out = ByAngle()(torch.from_numpy(strip.sample(grey, SPACING))[None])
    mean, sd = out.moments(torch.from_numpy(bin_centres()).float())
    np.testing.assert_allclose(border.radius, mean[0], rtol=1e-5)
    np.testing.assert_allclose(border.sd, sd[0], rtol=1e-4)
    np.testing.assert_allclose(border.visible, torch.sigmoid(out.visible[0]), rtol=1e-5)


def made(ellipse: Ellipse, sd: np.ndarray, radius: np.ndarray | None = None) -> Border:
    return Border(Strip.about(ellipse), np.ones(ANGLES) if radius is None else radius, sd, np.ones(ANGLES))


@settings(max_examples=30, deadline=None)
@given(st.floats(25, 50), st.floats(0.6, 0.95), st.floats(0, 3.1), st.integers(0, 100))
def test_the_ellipse_of_an_elliptic_border_is_that_ellipse_whatever_the_weights(
    a: float, ratio: float, angle: float, seed: int
) -> None:
    e = Ellipse((70.0, 60.0), a, ratio * a, angle)
    found = made(e, np.random.default_rng(seed).uniform(0.005, 0.2, ANGLES)).ellipse()
    assert found.centre == pytest.approx(e.centre, abs=1e-4)
    assert (found.semi_major, found.semi_minor) == pytest.approx((e.semi_major, e.semi_minor), rel=1e-5)
    assert abs(np.sin(found.angle_rad - angle)) < 1e-4


def test_a_doubtful_angle_hardly_bends_the_ellipse() -> None:
    """Six angles 10 % too far out, known as well as the others, and then known to be doubtful."""
    e = Ellipse((70.0, 60.0), 45.0, 36.0, 0.5)
    radius, sd = np.ones(ANGLES), np.full(ANGLES, 0.01)
    radius[10:16] = 1.1
    doubtful = sd.copy()
    doubtful[10:16] = 0.3
    sure, unsure = (made(e, value, radius).ellipse().perimeter / e.perimeter - 1 for value in (sd, doubtful))
    assert sure > 0.003 and abs(unsure) < 0.05 * sure


def test_no_angle_dominates_however_sure_it_is() -> None:
    """The weight of an angle of standard deviation 0 is that of one of 0.01."""
    e = Ellipse((70.0, 60.0), 45.0, 36.0, 0.5)
    radius = 1 + 0.03 * np.random.default_rng(1).normal(size=ANGLES)
    sd = np.full(ANGLES, 0.0)
    sd[::2] = 0.01
    weights = np.where(sd > 0, 0.5, 1.0)
    border = made(e, sd, radius)
    assert border.ellipse() == fit_ellipse(border.points_mm(), weights * 1e4)


def test_the_standard_deviation_in_mm_is_along_the_ray() -> None:
    border = made(Ellipse((70.0, 60.0), 45.0, 36.0, 0.0), np.full(ANGLES, 0.02))
    assert border.sd_mm()[[0, ANGLES // 4]] == pytest.approx([0.9, 0.72])
    moved = replace(border, radius=border.radius + border.sd)
    step = np.linalg.norm(moved.points_mm() - border.points_mm(), axis=-1)
    np.testing.assert_allclose(step, border.sd_mm())


def test_an_oblique_plane_off_the_centre_is_read_too() -> None:
    """The outline of the painting is that of the section, not of the head through its centre."""
    at = PlanePose(np.array([0.0, 0.0, 9.0]), np.array([np.cos(0.2), 0, np.sin(0.2)]), np.array([0.0, 1, 0]))
    pixels, outline = picture("axial", at=at, mirrored=True, middle=(4.0, -3.0))
    border = read(pixels, near(outline))
    assert np.abs(border.radius - border.strip.radii_of(outline)).mean() < 0.25 * BIN
