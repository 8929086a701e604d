"""The page of a cohort in a real Chromium: sorted, found, pointed at, narrow, printed, silent and offline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.document import cohort_of
from GenerativeModelsLib.cohort.page import write_cohort_page
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.browser import open_pages
from Testing.helpers.cohort_cases import heart_case, skull_case

pytestmark = pytest.mark.browser
LONG = "a_very_long_name_" * 5
CASES = [
    skull_case("p10", 30.0),
    skull_case("p9", 24.0, case_id="A", day="2026-01-01"),
    skull_case(LONG, None),
    skull_case("p1", 27.0, z=6.0, case_id="B"),
    skull_case("s2", 29.0, case_id="A", day="2026-02-05"),
    CohortCase(SKULL, "<script>window.bad = 1</script>", "failed", "It was <b>bad</b>."),
]


@pytest.fixture
def open_page(a_browser, tmp_path):
    """Opens the cohort of some cases; on leaving, the page must have been silent and have asked for nothing."""
    yield from open_pages(
        a_browser,
        lambda cases: write_cohort_page(cohort_of(cases[0].anatomy, "x", cases), tmp_path / "cohort.html").as_uri(),
    )


def names(page) -> list[str]:
    return page.locator("#table tbody tr:not([hidden]) th").all_inner_texts()


def test_heads_sort_the_table_with_the_keyboard_and_empty_cells_stay_last(open_page) -> None:
    page = open_page(CASES)
    head = page.locator("#table thead th", has_text="HC")
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending" and names(page)[0] == "p9"
    head.locator("button").press("Space")
    assert head.get_attribute("aria-sort") == "descending" and names(page)[-1] == "p9"
    age = page.locator("#table thead th", has_text="Age")
    for _ in range(2):
        age.locator("button").click()
        assert names(page)[-1] == LONG, "the case without an age"
    assert head.get_attribute("aria-sort") == "none"
    page.locator("#table thead th", has_text="Case").first.locator("button").click()
    assert names(page) == [LONG, "p1", "p9", "p10", "s2"], "numbers in names count as numbers"


def test_names_that_look_like_numbers_are_sorted_as_names(open_page) -> None:
    page = open_page([skull_case(name, 27.0, case_id=f"{name}x") for name in ("900", "1e3", "10", "2")])
    page.locator("#table thead th", has_text="Case").first.locator("button").click()
    assert names(page) == ["1e3", "2", "10", "900"]


def test_cases_are_found_and_outliers_shown_alone(open_page) -> None:
    page = open_page(CASES)
    page.fill("#find", "p1")
    assert names(page) == ["p10", "p1"] and page.inner_text("#found") == "2 of 5 cases"
    page.check("#only-outliers")
    assert names(page) == ["p1"]


def test_a_point_names_its_case_and_opens_its_report(open_page, tmp_path) -> None:
    page = open_page(CASES)
    drawn = page.locator("#plots .drawn").first
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    points = page.evaluate("JSON.parse(document.getElementById('data').textContent).plots[0]")
    _, x, y = next(point for point in points if point[0] == "p1")
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    bubble = page.inner_text("#bubble")
    assert bubble.startswith("p1 HC ") and "at 27+0" in bubble and "check the pixel spacing" in bubble
    assert page.locator("tr.at").get_attribute("data-case") == "p1" and page.locator(".ring").count() >= 5
    (tmp_path / "p1").mkdir()
    (tmp_path / "p1" / "report.html").write_text("<title>its report</title>")
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_url("**/p1/report.html")


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_sideways(open_page, width, scheme) -> None:
    page = open_page(CASES, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_names_are_texts(open_page) -> None:
    page = open_page(CASES)
    assert page.evaluate("window.bad === undefined")
    assert "<script>window.bad" in page.inner_text("#failures") and "It was <b>bad</b>." in page.inner_text("#failures")


def test_three_hundred_rows_fit_the_paper(open_page) -> None:
    zs = np.random.default_rng(0).normal(size=300)
    page = open_page([skull_case(f"case-{i:03d}", 20.0 + i % 15, z=float(z)) for i, z in enumerate(zs)])
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not page.locator(".finder").is_visible() and not page.locator("nav").is_visible()
    assert page.locator("#table thead button:visible").count() == 0, "no head with a button is repeated on each page"
    assert page.locator("#table thead th").first.inner_text().strip() == "Case"


def test_the_table_of_hearts_shows_its_outliers_on_a_desk_and_on_paper(open_page) -> None:
    """With every quantity that a heart can have."""
    right = {"rv_edv_ml": 150.0, "rv_esv_ml": 70.0, "rv_ef_percent": 53.0, "sv_ml": 90.0, "wall_thickening_percent": 60}
    right["indexed"] = {"edv_ml_per_m2": 80.0, "esv_ml_per_m2": 30.0, "mass_g_per_m2": 60.0}
    known = {"case_id": "P-0001", "examination_date": "2026-01-02"}
    cases = [heart_case(f"heart-{i:02d}", 150.0 + i, "male", **known | {"case_id": f"P-{i}"}) for i in range(12)]
    cases.append(heart_case("strange", 600.0, "male", **known))
    page = open_page(
        [replace(case, result=case.result | right) for case in cases], viewport={"width": 1280, "height": 800}
    )
    fits = "[document.querySelector('#table').parentElement].every((box) => box.scrollWidth <= box.clientWidth)"
    assert page.evaluate(fits) and page.locator("td.outlier").is_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})
    assert page.evaluate(fits)


def test_every_table_and_figure_says_what_it_is(open_page) -> None:
    page = open_page(CASES)
    assert page.locator("svg[role=img]").count() == page.locator("svg").count() > 5
    assert all(svg.get_attribute("aria-label") for svg in page.locator("svg").all())
    assert page.locator("thead th:not([scope=col])").count() == 0
    assert page.locator("tbody th:not([scope=row])").count() == 0
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0
