"""Corrections applied to a picture and to the head found in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.corrections import PARSERS, EllipsePx, PlaneCorrection
from GenerativeModelsLib.skull.locate.border import WANDER, read_border
from GenerativeModelsLib.skull.locate.corrected import (
    corrected_image,
    ellipse_in_mm,
    ellipse_in_px,
    hidden_pixels,
    on_ellipse,
)
from GenerativeModelsLib.skull.locate.locator import PLANES, HeadFinding, locate
from GenerativeModelsLib.skull.locate.strip import ANGLES
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse, fit_ellipse
from Testing.helpers.painted import GreyLevelBorder, GreyLevelLocator, painted_pixels, picture_outline, picture_pose

SPACING, SIZE = (0.4, 0.4), (330, 412)
SHAPE = mean_head(250)
POSE = picture_pose("axial", 0.4, size=SIZE, spacing=SPACING)
PIXELS, OUTLINE = painted_pixels(SHAPE, POSE, SIZE, SPACING), picture_outline(SHAPE, POSE)
TRUE = fit_ellipse(OUTLINE)
IMAGE = plane_from_array(PIXELS, SPACING, "axial")


def correction(**texts: str) -> PlaneCorrection:
    return PlaneCorrection(**{kind: PARSERS[kind](text) for kind, text in texts.items()})


def found(plane: str = "axial") -> HeadFinding:
    return locate(GreyLevelLocator(), PIXELS, SPACING, plane)


spacings = st.tuples(st.floats(0.1, 0.5), st.floats(0.1, 0.5))


@given(spacings, st.floats(30, 60), st.floats(0.5, 1.0), st.floats(0, 180))
def test_an_ellipse_keeps_its_points_in_pixels_and_in_mm(
    spacing: tuple[float, float], first: float, ratio: float, angle: float
) -> None:
    in_px = EllipsePx(200.0, 150.0, first, ratio * first, angle)
    drawn = ellipse_in_mm(in_px, (1.0, 1.0)).points(60) * [spacing[1], spacing[0]]
    x, y = (drawn - ellipse_in_mm(in_px, spacing).centre).T
    e = ellipse_in_mm(in_px, spacing)
    c, s = np.cos(e.angle_rad), np.sin(e.angle_rad)
    np.testing.assert_allclose(np.hypot((c * x + s * y) / e.semi_major, (c * y - s * x) / e.semi_minor), 1, rtol=1e-9)
    assert e.semi_major >= e.semi_minor and 0 <= e.angle_rad < np.pi
    again = ellipse_in_mm(ellipse_in_px(e, spacing), spacing)
    np.testing.assert_allclose(again.points(60).mean(0), e.points(60).mean(0), rtol=1e-9)
    assert (again.semi_major, again.semi_minor) == pytest.approx((e.semi_major, e.semi_minor), rel=1e-9)


def test_the_first_axis_may_be_the_shorter_one() -> None:
    one, other = EllipsePx(50, 40, 30, 20, 10), EllipsePx(50, 40, 20, 30, 100)
    assert ellipse_in_mm(one, SPACING).points(8) == pytest.approx(ellipse_in_mm(other, SPACING).points(8))


def test_regions_hide_the_pixels_whose_centres_they_hold() -> None:
    hidden = hidden_pixels(PARSERS["mask"]("1.5,2.5,4.5,3.5; 8,0,12,0,8,4"), (6, 11))
    assert hidden.sum() == 3 + 3 + 3 + 3 + 2 + 1 and hidden[3, 2:5].all() and hidden[0, 8:11].all()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"ellipse": "600,150,90,80,0"}, r"^axial_ellipse lies outside the 412 x 330 pixels of the axial plane"),
        ({"ellipse": "200,-60,90,80,0"}, "at least half of its outline"),
        ({"mask": "500,0,600,100"}, "^axial_mask lies outside the 412 x 330"),
        ({"mask": "0,0,411,310"}, r"^axial_mask covers 94 % of the 412 x 330"),
        ({"mask": "80,40,330,290", "ellipse": "200,160,100,90,0"}, "^axial_mask covers the outline of axial_ellipse"),
    ],
)
def test_corrections_that_do_not_fit_the_picture_are_refused(made: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        corrected_image(IMAGE, correction(**made), "axial")
    assert caught.value.field in ("axial_ellipse", "axial_mask")


def test_an_ellipse_that_the_edge_cuts_and_a_mask_over_part_of_it_are_taken() -> None:
    """With the mask, pixels of the picture stay as they are, and are marked."""
    made = correction(ellipse="200,20,100,90,0", mask="0,0,411,60")
    image = corrected_image(IMAGE, made, "axial")
    assert image.pixels is IMAGE.pixels and image.hidden.mean() == pytest.approx(61 / 330, abs=0.01)
    assert corrected_image(IMAGE, correction(facing="flip"), "axial") is IMAGE


def test_hidden_pixels_change_nothing_of_what_is_found() -> None:
    """Locator and border say the same of a picture whose hidden part holds anything else."""
    made = correction(mask="0,0,411,90")
    hidden = corrected_image(IMAGE, made, "axial").hidden
    other = np.where(hidden, np.random.default_rng(0).integers(0, 255, SIZE), PIXELS).astype(np.uint8)
    seen = [locate(GreyLevelLocator(), p, SPACING, "axial", hidden=hidden) for p in (PIXELS, other)]
    np.testing.assert_array_equal(seen[0].ellipse.points(), seen[1].ellipse.points())
    assert seen[0].agreement == seen[1].agreement
    assert np.abs(seen[0].ellipse.points() - found().ellipse.points()).max() > 1
    borders = [read_border(GreyLevelBorder(), p, SPACING, TRUE, hidden=hidden) for p in (PIXELS, other)]
    np.testing.assert_array_equal(borders[0].radius, borders[1].radius)


def test_no_border_is_visible_where_pixels_are_hidden() -> None:
    hidden = corrected_image(IMAGE, correction(mask="0,0,411,90"), "axial").hidden
    border = read_border(GreyLevelBorder(), PIXELS, SPACING, TRUE, hidden=hidden, given=True)
    row = border.points_mm()[:, 1] / SPACING[0]
    assert (row < 88).sum() > 6
    assert border.visible[row < 88].max() == 0 and border.visible[row > 95].min() > 0.9


def wide(factor: float) -> Ellipse:
    return replace(TRUE, semi_major=factor * TRUE.semi_major, semi_minor=factor * TRUE.semi_minor)


def test_the_border_of_a_given_ellipse_is_sharpened_by_the_echo_beside_it() -> None:
    border = read_border(GreyLevelBorder(), PIXELS, SPACING, wide(1.03), given=True)
    assert border.ellipse().perimeter == pytest.approx(TRUE.perimeter, rel=0.007)
    assert border.visible.mean() > 0.9 and border.sd.mean() < 0.02


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_the_border_does_not_leave_a_given_ellipse(factor: float) -> None:
    """The echo is 20 % away: the ellipse is the border, known to the stated doubt, and nothing of it is visible."""
    border = read_border(GreyLevelBorder(), PIXELS, SPACING, wide(factor), given=True)
    np.testing.assert_allclose(border.strip.radii_of(border.points_mm()), 1, atol=WANDER)
    assert border.ellipse().perimeter == pytest.approx(wide(factor).perimeter, rel=0.005)
    np.testing.assert_allclose(border.sd, WANDER / np.sqrt(7), rtol=0.15)
    assert border.visible.max() < 0.05 and len(border.visible) == ANGLES
    free = read_border(GreyLevelBorder(), PIXELS, SPACING, wide(factor))
    assert free.ellipse().perimeter == pytest.approx(TRUE.perimeter, rel=0.01)


@pytest.mark.parametrize("plane", PLANES)
def test_a_head_on_a_turned_ellipse_is_turned_with_it(plane: str) -> None:
    before = replace(found(plane), ellipse=TRUE)
    turned = replace(TRUE, angle_rad=(TRUE.angle_rad + 0.3) % np.pi)
    after = on_ellipse(before, turned, plane, IMAGE)
    assert after.ellipse is turned and after.presence == before.presence
    for name in ("anterior", "superior"):
        was, now = getattr(before, name), getattr(after, name)
        assert (was is None) == (now is None)
        if was is not None:
            assert np.arctan2(was[0] * now[1] - was[1] * now[0], was @ now) == pytest.approx(0.3)


def test_a_round_ellipse_turns_nothing() -> None:
    before = found("sagittal")
    after = on_ellipse(before, replace(before.ellipse, semi_major=1.02 * before.ellipse.semi_minor), "sagittal", IMAGE)
    np.testing.assert_array_equal(after.anterior, before.anterior)


@pytest.mark.parametrize("plane", PLANES)
def test_where_nothing_was_found_a_head_faces_left_with_its_vertex_up(plane: str) -> None:
    for before in (None, replace(found(plane), ellipse=replace(TRUE, centre=(5.0, 5.0)))):
        after = on_ellipse(before, TRUE, plane, IMAGE)
        along = np.array([np.cos(TRUE.angle_rad), np.sin(TRUE.angle_rad)])
        expected = {"axial": (along, None), "sagittal": ([-1, 0], [0, -1]), "coronal": (None, [0, -1])}[plane]
        for now, wanted in zip((after.anterior, after.superior), expected):
            assert now is None if wanted is None else np.allclose(now, wanted)
    assert on_ellipse(None, TRUE, plane, IMAGE).presence == 0
