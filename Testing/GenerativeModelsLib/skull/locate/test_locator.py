"""Localisation from maps of analytic ellipses with known halves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GenerativeModelsLib.skull.locate import locator
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.locator import CLOSER, HeadFinding, closer_windows, locate, read_maps
from GenerativeModelsLib.skull.locate.strip import ANGLES, Strip
from GenerativeModelsLib.skull.locate.window import Window, whole_picture
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.skull.shape.star_surface import ellipsoid
from Testing.helpers.painted import SPACING, GreyLevelLocator, painted_pixels, picture_pose

N = 80
WINDOW = Window(np.array([70.0, 55.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 90.0)
CENTRE = np.array([75.0, 50.0])
ANGLE = st.floats(-3.1, 3.1)


def axes(angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit vector at `angle` from +u to +v, and the same rotated by 90 degrees."""
    return np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])


def offsets(window: Window = WINDOW) -> np.ndarray:
    return window.to_picture(window.pixel_centres(N)) - CENTRE


def ellipse_mask(along: np.ndarray, a: float, b: float, window: Window = WINDOW) -> np.ndarray:
    """Soft-edged probability of lying in the ellipse at CENTRE with half axis `a` along the unit vector `along`."""
    o = offsets(window)
    radius = np.hypot(o @ along / a, o @ np.array([-along[1], along[0]]) / b)
    return 1 / (1 + np.exp((radius - 1) * 60))


def read(plane: str, mask: np.ndarray, first: np.ndarray, second: np.ndarray | None = None, **k) -> HeadFinding:
    return read_maps(plane, k.get("window", WINDOW), mask, first, first if second is None else second, 0.9)


@settings(max_examples=30, deadline=None)
@given(ANGLE, st.floats(30, 55), st.floats(0.7, 0.92))
def test_an_axial_ellipse_is_measured_and_faces_its_anterior_half(angle: float, a: float, ratio: float) -> None:
    forward, _ = axes(angle)
    first = (offsets() @ forward > 0) * 0.98 + 0.01
    found = read("axial", ellipse_mask(forward, a, ratio * a), first)
    assert np.linalg.norm(found.ellipse.centre - CENTRE) < 0.3
    assert found.ellipse.semi_major == pytest.approx(a, rel=0.01)
    assert found.ellipse.semi_minor == pytest.approx(ratio * a, rel=0.01)
    turn = (found.ellipse.angle_rad - angle + np.pi / 2) % np.pi - np.pi / 2
    assert abs(turn) < 0.02 and 0 <= found.ellipse.angle_rad < np.pi
    assert found.anterior @ forward > np.cos(0.03)
    assert found.superior is None and found.presence == 0.9
    assert found.agreement > 0.97 and found.facing > 0.9
    assert found.radius_mm == pytest.approx(found.ellipse.perimeter / (2 * np.pi))


@settings(max_examples=20, deadline=None)
@given(ANGLE, ANGLE)
def test_halves_give_the_direction_also_oblique_to_the_ellipse(angle: float, facing: float) -> None:
    """The difference of the centroids is biased towards the long axis; the covariance corrects this."""
    towards, _ = axes(facing)
    mask = ellipse_mask(axes(angle)[0], 50, 35)
    found = read("coronal", mask, (offsets() @ towards > 0).astype(float))
    assert found.superior @ towards > np.cos(0.04) and found.anterior is None


@settings(max_examples=20, deadline=None)
@given(ANGLE, st.booleans())
def test_a_sagittal_picture_may_be_mirrored(angle: float, mirrored: bool) -> None:
    forward, across = axes(angle)
    up = across if mirrored else -across
    mask = ellipse_mask(forward, 50, 40)
    found = read("sagittal", mask, (offsets() @ forward > 0) * 1.0, (offsets() @ up > 0) * 1.0)
    assert found.anterior @ forward > np.cos(0.03) and found.superior @ up > np.cos(0.03)
    assert abs(found.anterior @ found.superior) < 1e-9
    assert found.canonical_window(60.0).mirrored is (not mirrored)


def test_the_surer_half_decides_how_a_sagittal_head_is_turned() -> None:
    """Forehead and vertex are orthogonal; an uncertain forehead 25 degrees off must not rotate the vertex."""
    forward, across = axes(0.4)
    askew, _ = axes(0.4 + np.radians(25))
    maps = ellipse_mask(forward, 50, 40), (offsets() @ askew > 0) * 0.3 + 0.35, (offsets() @ -across > 0) * 1.0
    found = read("sagittal", *maps)
    assert found.superior @ -across > np.cos(np.radians(4)) and found.anterior @ forward > np.cos(np.radians(4))


def test_in_the_canonical_window_the_face_is_up_or_left_and_the_vertex_up() -> None:
    forward, across = axes(0.7)
    up = -across
    axial = read("axial", ellipse_mask(forward, 50, 38), (offsets() @ forward > 0) * 1.0).canonical_window(60)
    assert axial.from_picture(CENTRE + 30 * forward) == pytest.approx([0, -0.5], abs=0.02) and not axial.mirrored
    maps = ellipse_mask(forward, 50, 40), (offsets() @ forward > 0) * 1.0, (offsets() @ up > 0) * 1.0
    sagittal = read("sagittal", *maps).canonical_window(60)
    assert sagittal.from_picture(CENTRE + 30 * forward) == pytest.approx([-0.5, 0], abs=0.02)
    assert sagittal.from_picture(CENTRE + 30 * up) == pytest.approx([0, -0.5], abs=0.02)
    coronal = read("coronal", ellipse_mask(up, 42, 40), (offsets() @ up > 0) * 1.0).canonical_window(60)
    assert coronal.from_picture(CENTRE + 30 * up) == pytest.approx([0, -0.5], abs=0.02) and not coronal.mirrored


@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal"])
def test_turned_is_the_opposite_way_round_and_twice_is_back(plane: str) -> None:
    forward, up = axes(0.4)
    maps = ellipse_mask(forward, 50, 40), (offsets() @ forward > 0) * 1.0, (offsets() @ up > 0) * 1.0
    found = read(plane, *maps)
    w, turned = found.canonical_window(60), found.turned().canonical_window(60)
    points = np.array([[0.3, 0.1], [-0.2, 0.5]])
    factors = [-1, 1] if plane == "sagittal" else [-1, -1]
    np.testing.assert_allclose(turned.to_picture(points * factors), w.to_picture(points), atol=1e-9)
    np.testing.assert_allclose(found.turned().turned().canonical_window(60).right, w.right)


def test_a_half_turn_of_the_halves_turns_the_head() -> None:
    forward, _ = axes(0.5)
    mask, half = ellipse_mask(forward, 50, 38), (offsets() @ forward > 0) * 1.0
    np.testing.assert_allclose(read("axial", mask, 1 - half).anterior, -read("axial", mask, half).anterior, atol=1e-6)


def test_a_long_head_faces_along_its_axis_although_the_halves_are_a_little_off() -> None:
    forward, _ = axes(0.5)
    off, _ = axes(0.5 + np.radians(12))
    half = (offsets() @ off > 0) * 1.0
    long = read("axial", ellipse_mask(forward, 50, 38), half).anterior
    assert long @ forward > np.cos(np.radians(1))
    round_one = read("axial", ellipse_mask(forward, 44, 43.5), half).anterior
    assert round_one @ off > np.cos(np.radians(3))


def test_maps_may_live_in_any_window() -> None:
    """The same head in a rotated, mirrored window."""
    forward, across = axes(0.3)
    turned = Window(np.array([60.0, 60.0]), -np.array([np.cos(1), np.sin(1)]), np.array([-np.sin(1), np.cos(1)]), 100.0)
    maps = (offsets(turned) @ forward > 0) * 1.0, (offsets(turned) @ -across > 0) * 1.0
    found = read("sagittal", ellipse_mask(forward, 50, 40, turned), *maps, window=turned)
    assert np.linalg.norm(found.ellipse.centre - CENTRE) < 0.4
    assert found.anterior @ forward > np.cos(0.04) and found.superior @ -across > np.cos(0.04)


def test_only_the_largest_piece_is_the_head() -> None:
    forward, _ = axes(0.3)
    mask = ellipse_mask(forward, 45, 36)
    stray = mask.copy()
    stray[:4, :10] = 1
    clean, found = (read("axial", m, (offsets() @ forward > 0) * 1.0) for m in (mask, stray))
    np.testing.assert_allclose(found.ellipse.centre, clean.ellipse.centre, atol=1e-6)


def test_a_torn_outline_agrees_less_with_its_ellipse() -> None:
    forward, across = axes(0.3)
    mask = ellipse_mask(forward, 45, 36)
    torn = np.where((offsets() @ across > 0) & (np.abs(offsets() @ forward) < 15), 0, mask)
    half = (offsets() @ forward > 0) * 1.0
    assert read("axial", torn, half).agreement < 0.93 < read("axial", mask, half).agreement


def test_undecided_halves_are_told_by_a_low_certainty() -> None:
    forward, _ = axes(0.3)
    found = read("axial", ellipse_mask(forward, 45, 36), np.full((N, N), 0.5))
    assert found.facing == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("pixels", [0, 5])
def test_no_head_is_none(pixels: int) -> None:
    mask = np.zeros((N, N))
    mask[40, 40 : 40 + pixels] = 1
    assert read("axial", mask, mask) is None


@pytest.mark.parametrize("spacing", [SPACING, (0.95, 1.25)])
def test_locating_a_painted_head(spacing: tuple[float, float]) -> None:
    shape = ellipsoid(38, 48, 42)
    pose = picture_pose("axial", 0.6, middle=(2, -3), spacing=spacing)
    pixels = painted_pixels(shape, pose, spacing=spacing)
    found = locate(GreyLevelLocator(presence=0.8), pixels, spacing, "axial")
    centre = -pose.origin_mm @ np.stack([pose.u_axis, pose.v_axis]).T
    np.testing.assert_allclose(found.ellipse.centre, centre, atol=0.7)
    assert (found.ellipse.semi_major, found.ellipse.semi_minor) == pytest.approx((48, 38), rel=0.02)
    assert found.anterior @ [-pose.u_axis[1], -pose.v_axis[1]] > np.cos(0.03)
    assert found.presence == pytest.approx(0.8, abs=1e-5)


def border_of(ellipse: Ellipse) -> Border:
    return Border(Strip.about(ellipse), np.ones(ANGLES), np.full(ANGLES, 0.01), np.ones(ANGLES))


@settings(max_examples=20, deadline=None)
@given(ANGLE, st.floats(1.2, 1.5), st.floats(-0.2, 0.2))
def test_a_border_replaces_the_ellipse_and_turns_an_axial_head_to_its_axis(
    angle: float, ratio: float, error: float
) -> None:
    """The mask's axis is wrong by `error`; forward stays forward."""
    wrong, _ = axes(angle + error)
    forward, _ = axes(angle)
    found = read("axial", ellipse_mask(wrong, 50, 38), (offsets() @ wrong > 0) * 1.0)
    assert found.border is None
    border = border_of(Ellipse((76.0, 49.0), 40.0 * ratio, 40.0, angle % np.pi))
    read_again = found.with_border(border)
    assert read_again.border is border and read_again.ellipse == border.ellipse()
    assert read_again.anterior @ forward > np.cos(1e-3)
    assert read_again.radius_mm == pytest.approx(Ellipse((0, 0), 40.0 * ratio, 40.0, 0.0).perimeter / (2 * np.pi))
    assert (read_again.presence, read_again.agreement) == (found.presence, found.agreement)
    np.testing.assert_allclose(read_again.turned().anterior, -read_again.anterior)


def test_a_border_without_an_axis_leaves_the_head_as_the_halves_say() -> None:
    forward, _ = axes(0.5)
    found = read("axial", ellipse_mask(forward, 44, 43.5), (offsets() @ forward > 0) * 1.0)
    round_one = found.with_border(border_of(Ellipse((75.0, 50.0), 44.0, 43.99, 1.4)))
    np.testing.assert_allclose(round_one.anterior, found.anterior, atol=0.01)


@pytest.mark.parametrize("plane", ["sagittal", "coronal"])
def test_the_border_of_another_plane_does_not_turn_the_head(plane: str) -> None:
    forward, up = axes(0.4)
    maps = ellipse_mask(forward, 50, 40), (offsets() @ forward > 0) * 1.0, (offsets() @ up > 0) * 1.0
    found = read(plane, *maps)
    again = found.with_border(border_of(Ellipse((75.0, 50.0), 52.0, 40.0, 1.2)))
    for name in ("anterior", "superior"):
        assert getattr(again, name) is getattr(found, name)


def test_nothing_in_the_picture_is_none() -> None:
    assert locate(GreyLevelLocator(), np.zeros((60, 80), np.uint8), (1.0, 1.0), "axial") is None


def test_a_head_cut_by_the_edge_is_measured_beyond_it_as_far_as_the_mask_goes() -> None:
    """The margin of the whole-picture window lets the mask extend outside the picture."""
    pose = picture_pose("axial", middle=(0, 45))
    found = locate(GreyLevelLocator(), painted_pixels(mean_head(260), pose), SPACING, "axial")
    assert found is not None and found.agreement > 0.5


def looks(monkeypatch: pytest.MonkeyPatch, whole: HeadFinding | None, *parts: HeadFinding | None) -> list[Window]:
    """Let the locator find `whole` in the picture and `parts` in its first parts; the windows it looks at."""
    asked: list[Window] = []
    answers = iter([whole, *parts])

    def look(net, grey, spacing_mm, plane, window, device, hidden):
        asked.append(window)
        return next(answers, None)

    monkeypatch.setattr(locator, "_look", look)
    return asked


def seen(
    agreement: float, presence: float = 0.99, semi_major: float = 30.0, half_width_mm: float = 50.0
) -> HeadFinding:
    window = Window(np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]), half_width_mm)
    ellipse = Ellipse((0.0, 0.0), semi_major, 25.0, 0.0)
    return HeadFinding("axial", window, np.ones((4, 4)), ellipse, np.array([0.0, -1.0]), None, presence, agreement, 1.0)


def test_a_mask_that_is_no_ellipse_is_looked_at_more_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best ellipse within its part counts; one that leaves its part, is poor or no head does not."""
    pixels, spacing = np.zeros((80, 80)), (1.0, 1.0)
    doubtful, good = seen(0.8), seen(0.95)
    asked = looks(monkeypatch, doubtful, None, seen(0.99, semi_major=60.0), seen(0.94), good, seen(0.97, presence=0.5))
    assert locate(None, pixels, spacing, "axial") is good
    assert len(asked) == 1 + 9 * len(CLOSER)
    for poor in (seen(0.9), seen(0.99, presence=0.6), seen(0.99, half_width_mm=20.0)):
        looks(monkeypatch, doubtful, poor)
        assert locate(None, pixels, spacing, "axial") is doubtful
    for enough in (None, seen(0.89), good):
        asked = looks(monkeypatch, enough, seen(0.99))
        assert locate(None, pixels, spacing, "axial") is enough and len(asked) == 1


def test_the_parts_of_a_picture_cover_it_and_lie_in_it() -> None:
    whole = whole_picture((90, 120), (0.5, 0.5))
    windows = closer_windows(whole)
    for zoom in CLOSER:
        parts = [w for w in windows if w.half_width_mm == pytest.approx(zoom * whole.half_width_mm)]
        assert len(parts) == 9
        corners = np.array([[u, v] for u in (-1.0, 1.0) for v in (-1.0, 1.0)])
        assert max(np.abs(whole.from_picture(w.to_picture(corners))).max() for w in parts) <= 1 + 1e-9
        points = whole.to_picture(np.random.default_rng(0).uniform(-1, 1, (200, 2)))
        assert all(any(np.abs(w.from_picture(p[None])).max() <= 1 for w in parts) for p in points)
