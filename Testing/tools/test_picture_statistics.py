"""Statistics of pictures of heads: what is drawn is what is measured."""

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from tools.head_pictures import SIZE, Picture, real_picture, sheet, simulated_like, usable
from tools.picture_statistics import auc, band, classifier_auc, compare, statistics, wall_echo

OUTLINE = Ellipse((140.0, 96.0), 80.0, 60.0, 0.0)


def drawn(open_ends: bool = False, sigma_px: float = 2.0, outline: Ellipse = OUTLINE, head: str = "a") -> Picture:
    """A bright ring on grey, Gaussian across; with `open_ends` only above and below."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(float)
    c, s = np.cos(outline.angle_rad), np.sin(outline.angle_rad)
    dx, dy = x - outline.centre[0], y - outline.centre[1]
    along, across = dx * c + dy * s, dy * c - dx * s
    angle = np.arctan2(across / outline.semi_minor, along / outline.semi_major)
    radius = np.hypot(outline.semi_major * np.cos(angle), outline.semi_minor * np.sin(angle))
    ring = np.exp(-0.5 * ((np.hypot(along, across) - radius) / sigma_px) ** 2)
    if open_ends:
        ring = ring * (np.abs(np.arctan2(across, np.abs(along))) > np.radians(30.0))
    return Picture((30.0 + 180.0 * ring).astype(np.float32), outline, head)


def test_open_ends_are_missing_and_sides_are_not():
    closed, opened = statistics(drawn()), statistics(drawn(open_ends=True))
    assert closed["missing, ends"] == 0.0 and closed["missing, sides"] == 0.0
    assert opened["missing, ends"] > 0.9 and opened["missing, sides"] == 0.0
    assert opened["variation of the wall"] > closed["variation of the wall"] + 0.2
    assert closed["grey, inside"] == pytest.approx(30 / 255, abs=0.01)


def test_ends_turn_with_the_head_and_the_beam_does_not():
    turned = drawn(open_ends=True, outline=Ellipse((140.0, 96.0), 75.0, 60.0, np.pi / 2))
    values = statistics(turned)
    assert values["missing, ends"] > 0.9 and values["missing, near wall"] > 0.9
    assert values["missing, tangential"] < 0.1


def test_width_is_that_of_the_ring():
    for sigma in (2.0, 3.0):
        _, _, width = wall_echo(band(drawn(sigma_px=sigma)))
        expected = 2.355 * sigma / np.sqrt(80.0 * 60.0)
        assert np.nanmedian(width) == pytest.approx(expected, rel=0.2)


def test_sides_of_the_band_know_near_and_far_wall():
    sampled = band(drawn())
    assert sampled.beam.max() > 0.99 and sampled.beam.min() < -0.99
    top = np.argmax(sampled.beam)
    assert sampled.from_end_degrees[top] == pytest.approx(90.0, abs=2.0)


def test_auc_and_cross_validation(rng):
    assert auc(np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])) == 1.0
    positive = np.arange(80) % 2 == 0
    heads = np.array([f"h{i}" for i in range(80)])
    noise = rng.normal(size=(80, 5))
    assert 0.2 < classifier_auc(noise, positive, heads) < 0.8
    noise[:, 2] += 4.0 * positive
    noise[3, 4] = np.nan
    assert classifier_auc(noise, positive, heads) > 0.97


def test_simulated_pictures_are_repeatable_and_usable():
    one, two = (simulated_like([60.0, 175.0, 320.0], 5) for _ in range(2))
    assert len(one) == 3 and all(usable(p) for p in one)
    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(one, two, strict=True))


def test_real_picture_keeps_its_outline(tmp_path):
    picture = drawn()
    large = Image.fromarray(picture.grey.astype(np.uint8)).resize((864, 576), Image.Resampling.BILINEAR)
    large.save(tmp_path / "001_HC.png")
    ellipse = Ellipse((3 * 140.0 * 0.1 + 0.1, 3 * 96.0 * 0.1 + 0.1), 24.0, 18.0, 0.0)
    found = real_picture(Hc18Case(tmp_path / "001_HC.png", 0.1, ellipse, 130.0))
    assert found.head == "001" and found.grey.shape == SIZE
    assert found.outline.semi_major == pytest.approx(80.0)
    assert found.outline.centre == pytest.approx((140.0, 96.0), abs=0.01)
    assert np.abs(found.grey - picture.grey).mean() < 3.0


def test_table_and_sheet(tmp_path):
    real = [drawn(sigma_px=2.0 + 0.1 * i, head=f"r{i}") for i in range(8)]
    simulated = [drawn(open_ends=True, sigma_px=2.0 + 0.1 * i, head=f"s{i}") for i in range(8)]
    lines = list(compare(real, simulated))
    assert any(line.startswith("missing, ends") for line in lines)
    assert float(lines[-3].rsplit(" ", 1)[1]) == 1.0
    sheet(tmp_path / "sheet.png", simulated, real)
    with Image.open(tmp_path / "sheet.png") as page:
        assert page.height == 2 * (SIZE[0] + 4)
