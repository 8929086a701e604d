"""Synthetic images in a real Chromium: labels and style in, a preview, then images to look through."""

from __future__ import annotations

import importlib.util

import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsLib.synthesis.images.anatomy import USEFULNESS
from GenerativeModelsWeb.server.sessions import SessionPlan
from Testing.helpers.hubs import running_hub
from Testing.helpers.tiny_images import grey_file, write_heart
from Testing.helpers.web_tab import WebTab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("trame_slicer") is None, reason="trame-slicer (extra web) is not here"),
]

VIEW = '[data-gm-view="synthetic"] img'


class SynthesisPage(WebTab):
    """A tab with the page of synthetic images."""

    anatomy = "images"
    picture = VIEW


@pytest.fixture(scope="module")
def tab(a_browser, tmp_path_factory):
    """A tab with a label map and its style; it must end without a script error."""
    folder = tmp_path_factory.mktemp("heart")
    labels = write_heart(folder / "heart.nii.gz", right=True)
    style = grey_file(labels, folder / "cine.nii.gz")
    with running_hub(SessionPlan(grace_seconds=3.0, spare=False, device="cpu")) as hub:
        tab = SynthesisPage(a_browser.new_page(viewport={"width": 1280, "height": 800}), hub.address)
        tab.open("Synthetic images")
        tab.choose("labels", labels)
        tab.choose("style", style)
        tab.go.wait_for()
        yield tab
        assert tab.errors == []


def test_a_preview_then_the_images(tab) -> None:
    assert USEFULNESS in tab.page.inner_text(".gm-side:visible")
    tab.page.click("text=Preview a slice")
    tab.page.wait_for_selector("text=Preview of slice 2, synthetic: synthseg")
    assert tab.settled(VIEW).std() > 10, "there is an image"
    tab.page.fill("#gm-image-count", "2")
    tab.start()
    tab.page.wait_for_selector("text=2 synthetic images by synthseg")
    assert not tab.page.locator("text=Preview of slice").count()
    before = tab.settled(VIEW)
    assert before.std() > 10
    tab.page.locator(".gm-of-slices input").fill("0")
    tab.changed(VIEW, before)
    tab.wait_until_nothing_sticks_out()
    assert USEFULNESS in tab.page.inner_text(".gm-results:visible")
