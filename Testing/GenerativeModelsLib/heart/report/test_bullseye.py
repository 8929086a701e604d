"""The bull's-eye: position of every segment, legibility, missing values."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Wedge

from GenerativeModelsLib.heart.report.bullseye import bullseye_figure, bullseye_svg, write_bullseye_png
from GenerativeModelsLib.heart.shape.segments import aha_segments

ED = np.arange(17) / 2 + 5.5


def wedges(axes):
    return [patch for patch in axes.patches if isinstance(patch, Wedge)]


def test_every_number_stands_in_the_segment_of_its_place():
    """The heart is seen from the apex: its x points left, its y up."""
    figure = bullseye_figure(np.arange(1.0, 18.0), decimals=0)
    axes = figure.axes[0]
    numbers = {}
    for text in axes.texts:
        if text.get_text().isdigit() and text.get_fontsize() > 8:
            numbers[int(text.get_text())] = text.get_position()
    assert set(numbers) == set(range(1, 18))
    for segment, (x, y) in numbers.items():
        y -= 0.09
        radius = np.hypot(x, y)
        z = 90 * (radius - 1) / 3 if radius > 1 else -5.0  # the base is the rim, the apex 0
        heart = np.array([[-x, y, z]])
        assert aha_segments(heart, 90.0, 0.0)[0] == segment


def test_septum_left_and_anterior_up_are_said():
    texts = {t.get_text(): t.get_position() for t in bullseye_figure(ED).axes[0].texts}
    assert texts["septal"][0] < -4 and texts["lateral"][0] > 4
    assert texts["anterior"][1] > 4 and texts["inferior"][1] < -4


def test_both_phases_share_one_scale_in_mm():
    figure = bullseye_figure(ED, ED + 4)
    ed, es, bar = figure.axes
    assert bar.get_ylabel() == "Wall thickness (mm)"
    assert bar.get_ylim() == (5.0, 18.0)
    same = [w.get_facecolor() for w in wedges(bullseye_figure(ED + 4, limits=(5, 18)).axes[0])]
    assert [w.get_facecolor() for w in wedges(es)] == same
    assert [t.get_text() for t in figure.texts] == ["End diastole", "End systole"]
    assert len(wedges(ed)) == 17


def test_missing_segments_are_grey_and_have_no_number():
    values = ED.copy()
    values[[2, 16]] = np.nan
    axes = bullseye_figure(values).axes[0]
    shown = [t.get_text() for t in axes.texts if t.get_fontsize() > 9]
    assert shown.count("\N{EN DASH}") == 2
    assert not any("nan" in text for text in shown)
    grey = [w for w in wedges(axes) if np.ptp(w.get_facecolor()[:3]) < 0.05]
    assert len(grey) == 2


@pytest.mark.parametrize("values", [np.full(17, np.nan), np.full(17, 9.0)])
def test_nothing_known_and_all_alike_are_drawn(values):
    figure = bullseye_figure(values)
    low, high = figure.axes[1].get_ylim()
    assert low < high


def test_numbers_contrast_with_their_segment():
    axes = bullseye_figure(np.linspace(5, 20, 17)).axes[0]
    values, used = [t for t in axes.texts if t.get_fontsize() > 9], set()
    for wedge, text in zip(wedges(axes), values, strict=False):
        light, dark = sorted((luminance(wedge.get_facecolor()), luminance(to_rgb(text.get_color()))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.0
        used.add(text.get_color())
    assert used == {"#ffffff", "#14202b"}


def luminance(colour) -> float:
    """Relative luminance as WCAG defines it."""
    parts = np.array(colour[:3])
    return float(np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722))


def test_svg_is_one_element_of_text_in_the_colours_of_the_page():
    svg = bullseye_svg(ED, ED + 4)
    root = ElementTree.fromstring(svg.replace("xlink:", ""))
    assert root.tag.endswith("svg") and root.get("role") == "img"
    assert "End systole" in svg and "septal" in svg and ">5.5<" in svg
    assert "var(--ink" in svg and "<style" not in svg
    assert not re.search("#0[1-4]0[1-4]0[1-4]", svg)
    assert svg == bullseye_svg(ED, ED + 4), "the same values give the same bytes"


def test_png_is_written_on_white(tmp_path):
    from PIL import Image

    write_bullseye_png(bullseye_figure(ED), tmp_path / "bullseye.png")
    image = Image.open(tmp_path / "bullseye.png").convert("RGB")
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert min(image.size) > 500


def test_wrong_values_are_named():
    with pytest.raises(ValueError, match=r"shape \(16,\), expected one for each of 17"):
        bullseye_figure(np.zeros(16))
    with pytest.raises(ValueError, match="limits is"):
        bullseye_figure(ED, limits=(9, 9))
