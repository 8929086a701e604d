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
    assert page.locator("#readout").inner_text() == "Here: 1.7 mm"
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
        for box in page.locator(".viewer input:checked").all():
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
    assert cells == ["207.3 mm", "2.1", "203.9 to 210.8", "63"]
    outline = page.locator(".picture path.outline:not(.halo)").first
    assert outline.is_visible()
    page.uncheck("#overlay-outline")
    assert not outline.is_visible()
    full = page.locator(".picture svg").first.get_attribute("viewBox")
    page.check("#zoom-head")
    assert page.locator(".picture svg").first.get_attribute("viewBox") != full


@pytest.mark.parametrize("width", [400, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_sideways(open_report, width, scheme):
    long = "a_very_long_file_name_" * 20
    content = a_content(title=long, warnings=(long,))
    content = replace(content, planes=tuple(replace(plane, file_name=long, note=long) for plane in content.planes))
    page = open_report(content, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("table").first.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
