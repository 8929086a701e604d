"""No critical or serious finding of axe-core in the pages that are written, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.cohort.cases import CohortCase
from GenerativeModelsLib.cohort.document import cohort_of
from GenerativeModelsLib.cohort.page import write_cohort_page
from GenerativeModelsLib.heart.report import write_report as write_heart_report
from GenerativeModelsLib.page.case_page import write_case_page
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.report import write_report as write_skull_report
from Testing.helpers.accessibility import grave_findings
from Testing.helpers.browser import open_pages
from Testing.helpers.case_page import a_page
from Testing.helpers.cohort_cases import skull_case
from Testing.helpers.heart_report import a_heart_report
from Testing.helpers.report_content import a_content

pytestmark = pytest.mark.browser

WARNINGS = ["The axial image is cut off at its left side.", "The spacing was given by hand."]


def _cohort(folder: Path) -> Path:
    cases = [
        skull_case("p10", 30.0),
        skull_case("p9", 24.0, case_id="A", day="2026-01-01"),
        skull_case("p8", 29.0, case_id="A", day="2026-02-05"),
        skull_case("p1", 27.0, z=6.0, case_id="B"),
        CohortCase(SKULL, "p2", "failed", "The axial image shows no fetal head."),
    ]
    return write_cohort_page(cohort_of(SKULL, "A study", cases), folder / "cohort.html")


PAGES = {
    "skull": lambda folder: write_skull_report(a_content(), folder / "report.html"),
    "skull with warnings": lambda folder: write_skull_report(
        a_content(warnings=tuple(WARNINGS)), folder / "report.html"
    ),
    "heart": lambda folder: write_heart_report(a_heart_report(), folder / "report.html"),
    "heart outside, with warnings": lambda folder: write_heart_report(
        a_heart_report(verdict="outside", warnings=WARNINGS, indexed=True, sex="female"), folder / "report.html"
    ),
    "any anatomy": lambda folder: write_case_page(a_page(), folder / "report.html"),
    "cohort": _cohort,
}


@pytest.fixture
def open_page(a_browser, tmp_path):
    yield from open_pages(a_browser, lambda write: write(tmp_path).as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_can_be_used_by_everyone(name: str, scheme: str, open_page) -> None:
    assert grave_findings(open_page(PAGES[name], color_scheme=scheme)) == []


def test_a_page_that_cannot_is_found(open_page) -> None:
    def write(folder: Path) -> Path:
        path = folder / "bad.html"
        path.write_text("<html><body><main><button></button></main></body></html>", encoding="utf-8")
        return path

    assert {line.split(" at ")[0] for line in grave_findings(open_page(write))} >= {"critical: button-name"}
