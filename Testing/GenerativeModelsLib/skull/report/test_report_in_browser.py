"""The report in a real Chromium: drawn, silent, offline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.skull.report import write_report
from Testing.helpers.browser import open_pages, picture_of
from Testing.helpers.report_content import a_content, a_surface

pytestmark = pytest.mark.browser


@pytest.fixture
def open_report(a_browser, tmp_path):
    """Opens content as a page; on leaving, the page must have been silent and have asked the network for nothing."""
    yield from open_pages(a_browser, lambda content: write_report(content, tmp_path / "report.html").as_uri())


def test_canvas_is_drawn_in_the_colours_of_the_legend(open_report):
    page = open_report(a_content(surface=a_surface(lambda p: np.where(p[:, 0] > 0, 4.0, 0.0))))
    page.click('[data-view="front"]')
    picture = picture_of(page, "#skull-canvas")
    yellow = (picture[..., 1] > 120) & (picture[..., 2] < 90)
    middle = picture.shape[1] // 2
    assert yellow[:, middle:].sum() > 5000 and yellow[:, : middle - 5].sum() < 50, "patient left is viewer's right"
    assert "mm" in page.locator(".legend").inner_text()


def test_value_under_the_cursor_is_read_out(open_report):
    page = open_report(a_content())
    page.hover("#skull-canvas")
    assert page.locator("#readout").inner_text() == "Here: 1.70 mm"
    page.hover("h1")
    assert "Drag to turn" in page.locator("#readout").inner_text()


def test_drag_wheel_keys_light_and_planes_change_the_picture(open_report):
    page = open_report(a_content(surface=a_surface(lambda p: 2 + 0.03 * p[:, 0] + 0.02 * p[:, 2])))
    page.click('[data-view="below"]')
    before = picture_of(page, "#skull-canvas")

    def changed(act) -> bool:
        act()
        after = picture_of(page, "#skull-canvas")
        page.click('[data-view="below"]')
        for box in page.locator(".viewer input[type=checkbox]:checked").all():
            box.uncheck()
        return np.abs(after - before).mean() > 0.5

    box = page.locator("#skull-canvas").bounding_box()
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag():
        page.mouse.move(*centre)
        page.mouse.down()
        page.mouse.move(centre[0] + 90, centre[1] + 40, steps=3)
        page.mouse.up()

    def wheel():
        page.mouse.move(*centre)
        page.mouse.wheel(0, -300)

    assert changed(drag)
    assert changed(wheel)
    assert changed(lambda: page.locator("#skull-canvas").press("ArrowLeft"))
    assert changed(lambda: page.check("#mirror-light"))
    assert changed(lambda: page.check("#show-axial"))
    page.wait_for_timeout(100)
    np.testing.assert_allclose(picture_of(page, "#skull-canvas"), before, atol=30)


def shown_legend(page) -> str:
    return " ".join(bar.inner_text() for bar in page.locator(".legend .colour-bar").all() if bar.is_visible()).split(
        "\n"
    )


def test_the_colours_fit_the_case_or_are_those_of_all_cases(open_report):
    """Of a case between 0.5 and 0.7 mm the fitted colours reach yellow, those to compare by do not."""
    page = open_report(a_content(surface=a_surface(lambda p: np.where(p[:, 0] > 0, 0.7, 0.5))))
    page.click('[data-view="front"]')
    fitted = picture_of(page, "#skull-canvas")
    assert yellow(fitted) > 5000 and shown_legend(page)[0] == "≤ 0.5" and shown_legend(page)[-1] == "≥ 0.7 mm"
    page.locator('input[value="fit"]').press("ArrowRight")
    assert page.locator('input[value="compare"]').is_checked(), "the switch obeys the keyboard"
    compared = picture_of(page, "#skull-canvas")
    assert yellow(compared) < 50 and shown_legend(page)[0] == "0" and shown_legend(page)[-1] == "≥ 4 mm"
    page.mouse.move(*centre_of(page, 0.65))
    assert page.locator('.colour-bar[data-colours="compare"] i').evaluate("i => i.style.left") == "17.5%"
    page.emulate_media(media="print")
    assert shown_legend(page)[-1] == "≥ 0.7 mm", "that of the still pictures"


def test_lines_are_drawn_where_the_value_is_a_multiple_of_half_a_millimetre(open_report):
    page = open_report(a_content(surface=a_surface(lambda p: np.clip(1.6 + 0.02 * p[:, 0], 1.2, 2.2))))
    page.click('[data-view="front"]')
    plain = picture_of(page, "#skull-canvas")
    page.check("#lines")
    drawn = picture_of(page, "#skull-canvas")
    dark = (plain - drawn).sum(axis=2) > 120
    across = dark[dark.shape[0] // 2]
    found = np.flatnonzero(across & ~np.roll(across, 1))
    lines = [found[0], *[x for x, before in zip(found[1:], found) if x - before > 5]]
    assert len(lines) == 2, "at 1.5 and at 2 mm, and none where the value does not change"
    assert 1 <= across.sum() <= 8
    middle = dark.shape[1] / 2
    assert (lines[1] - middle) / (middle - lines[0]) == pytest.approx(4, rel=0.15), "20 and -5 mm from the middle"
    page.uncheck("#lines")
    np.testing.assert_allclose(picture_of(page, "#skull-canvas"), plain, atol=30)


def test_unknown_values_are_bone_in_both_ranges(open_report):
    page = open_report(a_content(surface=a_surface(lambda p: np.where(p[:, 0] > 0, np.nan, 1.0))))
    page.click('[data-view="front"]')
    page.check("#lines")
    pictures = []
    for way in ("fit", "compare"):
        page.check(f'input[value="{way}"]')
        picture = picture_of(page, "#skull-canvas")
        pictures.append(picture[:, int(0.6 * picture.shape[1]) :])
    np.testing.assert_allclose(*pictures, atol=2)
    red, green, blue = pictures[0][pictures[0].shape[0] // 2, 20]
    assert red > green > blue > 0.75 * red


def yellow(picture: np.ndarray) -> int:
    return int(((picture[..., 1] > 120) & (picture[..., 2] < 90)).sum())


def centre_of(page, across: float = 0.5) -> tuple[float, float]:
    """A place on the canvas, so far from its left side."""
    box = page.locator("#skull-canvas").bounding_box()
    return box["x"] + across * box["width"], box["y"] + box["height"] / 2


def test_still_pictures_stand_in_without_webgl_and_on_paper(open_report):
    off = "HTMLCanvasElement.prototype.getContext = () => null;"
    page = open_report(a_content(), init_script=off)
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()
    page = open_report(a_content())
    assert not page.locator(".stills").is_visible() and page.locator(".viewer").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()


def test_table_and_overlays(open_report):
    page = open_report(a_content())
    cells = page.locator('section[aria-labelledby="biometry-heading"] tbody tr').first.locator("td").all_inner_texts()
    assert cells == ["207.3 mm", "2.1", "203.9 to 210.8", "+0.3", "63"]
    outline = page.locator(".picture path.outline:not(.halo)").first
    assert outline.is_visible()
    page.uncheck("#overlay-outline")
    assert not outline.is_visible()
    full = page.locator(".picture svg").first.get_attribute("viewBox")
    page.check("#zoom-head")
    assert page.locator(".picture svg").first.get_attribute("viewBox") != full


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(340, "light"), (400, "dark"), (1024, "dark"), (1200, "light"), (1280, "dark"), (1920, "light")],
)
def test_nothing_sticks_out_sideways(open_report, width, scheme):
    long = "a_very_long_file_name_" * 20
    rows = [
        replace(row, value=333.3, interval90=(311.1, 355.5), z_score=-10.1, percentile=0.1) if row.chart else row
        for row in a_content().biometry
    ]
    content = a_content(title=long, warnings=(long,), biometry=rows)
    content = replace(content, planes=tuple(replace(plane, file_name=long, note=long) for plane in content.planes))
    page = open_report(content, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("table").first.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
