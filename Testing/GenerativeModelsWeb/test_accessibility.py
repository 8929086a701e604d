"""No critical or serious finding of axe-core in the pages of the browser application."""

from __future__ import annotations

import importlib.util

import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.accessibility import grave_findings
from Testing.helpers.heart_page import HeartPage
from Testing.helpers.hubs import running_hub
from Testing.helpers.segmentation_page import SegmentationPage
from Testing.helpers.skull_page import SkullPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here"),
]


@pytest.fixture(scope="module")
def a_page(a_browser):
    """A page and the address of a hub."""
    with running_hub(SessionPlan(grace_seconds=60.0, spare=False, device="cpu")) as hub:
        page = a_browser.new_page(viewport={"width": 1280, "height": 800})
        yield page, hub.address
        page.close()


@pytest.fixture(scope="module")
def skull(a_page):
    return SkullPage(*a_page)


@pytest.fixture(scope="module")
def heart(skull):
    """The pages of the heart in the same tab."""
    return same_tab(HeartPage, skull)


@pytest.fixture(scope="module")
def segmentation(skull):
    """The page of cardiac segmentations in the same tab."""
    return same_tab(SegmentationPage, skull)


def same_tab(kind, other):
    """Pages of another kind in the tab of `other`."""
    tab = kind.__new__(kind)
    tab.page, tab.errors = other.page, other.errors
    return tab


def unfold(page) -> None:
    """Open everything that is folded."""
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def test_the_skull_before_there_is_a_case(skull) -> None:
    assert grave_findings(skull.page) == []


def test_the_skull_with_pictures_and_all_settings(skull) -> None:
    skull.sample()
    unfold(skull.page)
    assert grave_findings(skull.page) == []


def test_the_skull_with_its_result(skull) -> None:
    skull.set(samples=5, seed=1)
    skull.start()
    skull.chart()
    unfold(skull.page)
    assert grave_findings(skull.page) == []


def test_the_heart(heart) -> None:
    heart.open("Analyse")
    unfold(heart.page)
    assert grave_findings(heart.page) == []
    heart.sample()
    heart.start()
    unfold(heart.page)
    assert grave_findings(heart.page) == []


def test_explore(heart) -> None:
    heart.open("Explore")
    heart.wait_for_shape()
    unfold(heart.page)
    assert grave_findings(heart.page) == []


def test_the_segmentation(segmentation) -> None:
    segmentation.open("Cardiac segmentation")
    unfold(segmentation.page)
    assert grave_findings(segmentation.page) == []
    segmentation.page.click("text=Try the sample with faults")
    segmentation.start()
    unfold(segmentation.page)
    assert grave_findings(segmentation.page) == []


def test_the_repaired_segmentation(segmentation) -> None:
    segmentation.page.click(".gm-repair .gm-button")
    segmentation.page.wait_for_selector("[data-gm-view=repaired] img")
    segmentation.go.wait_for()
    unfold(segmentation.page)
    assert grave_findings(segmentation.page) == []


def test_the_list_of_cases(heart) -> None:
    heart.open("Analyse")
    heart.page.click("text=Cases (")
    heart.page.locator(".gm-case-list button").first.wait_for()
    assert grave_findings(heart.page) == []
