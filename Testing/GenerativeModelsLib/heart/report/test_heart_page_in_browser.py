"""The heart's report in Chromium: drawn, without console messages, offline."""

from __future__ import annotations

import numpy as np
import pytest

from GenerativeModelsLib.heart.report import write_report
from Testing.helpers.browser import open_pages, picture_of
from Testing.helpers.heart_report import a_heart_report

pytestmark = pytest.mark.browser


@pytest.fixture
def open_report(a_browser, tmp_path):
    def address(content):
        return write_report(content, tmp_path / "report.html").as_uri()

    yield from open_pages(a_browser, address)


def changed(page, before) -> bool:
    return np.abs(picture_of(page, "#heart-canvas") - before).mean() > 0.5


def test_phase_shape_surfaces_and_cut_change_the_picture(open_report):
    page = open_report(a_heart_report())
    before = picture_of(page, "#heart-canvas")
    assert before.std() > 10
    for act, undo in (
        ('input[value="es"]', 'input[value="ed"]'),
        ('input[value="model"]', 'input[value="labelled"]'),
        ("#cut-open", "#cut-open"),
        ("#show-epi", "#show-epi"),
        ("#show-endo", "#show-endo"),
    ):
        page.click(act)
        assert changed(page, before), act
        page.click(undo)
        assert not changed(page, before), undo
    page.click('[data-view="base"]')
    assert changed(page, before)


def test_the_thickness_under_the_cursor_is_read_out(open_report):
    page = open_report(a_heart_report())
    page.click('[data-view="septal"]')
    page.hover("#heart-canvas")
    text = page.locator("#readout").inner_text()
    assert text.startswith("Here: ") and 5 < float(text.split()[1]) < 30
    page.hover("h1")
    assert "Drag to turn" in page.locator("#readout").inner_text()


def test_colours_and_bullseyes_fit_the_case_or_are_those_of_all_hearts_and_lines_can_be_drawn(open_report):
    page = open_report(a_heart_report())
    before = picture_of(page, "#heart-canvas")
    fitted = page.locator("svg.bullseye:visible").count()
    page.check('input[value="compare"]')
    assert changed(page, before)
    bars = [bar.inner_text() for bar in page.locator(".legend .colour-bar").all() if bar.is_visible()]
    assert len(bars) == 1 and "≥ 30 mm" in bars[0]
    assert page.locator("svg.bullseye:visible").count() == fitted == 2
    assert page.locator('[data-colours="compare"] svg.bullseye').first.is_visible()
    page.check('input[value="fit"]')
    assert not changed(page, before)
    page.check("#lines")
    assert ((before - picture_of(page, "#heart-canvas")).sum(axis=2) > 120).sum() > 200, "dark lines"


def test_still_pictures_stand_in_without_webgl_and_on_paper(open_report):
    page = open_report(a_heart_report(), init_script="HTMLCanvasElement.prototype.getContext = () => null;")
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()
    assert page.locator(".stills img").count() == 4
    page = open_report(a_heart_report())
    page.emulate_media(media="print")
    assert page.locator(".stills").is_visible() and not page.locator(".viewer").is_visible()


@pytest.mark.parametrize("width", [400, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_sideways(open_report, width, scheme):
    long = "a_very_long_file_name_" * 20
    page = open_report(
        a_heart_report(warnings=[long], title=long), viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
