"""Pages in a real Chromium that must be silent and ask the network for nothing."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
SWITCHES = ["--no-sandbox", "--disable-sync", *QUIET, *SOFTWARE_GL]


@pytest.fixture(scope="module")
def a_browser() -> Iterator[Any]:
    """A headless Chromium; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


def open_pages(browser: Any, address: Callable[[Any], str]) -> Iterator[Callable[..., Any]]:
    """Body of a fixture: opens content, whose file `address` writes; on leaving, no page may have complained."""
    complaints: list[str] = []
    pages: list[Any] = []

    def open_(content: Any, init_script: str | None = None, **options: Any) -> Any:
        page = browser.new_page(**({"viewport": {"width": 1280, "height": 800}} | options))
        pages.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        local = ("file:", "data:")
        page.on("request", lambda request: None if request.url.startswith(local) else complaints.append(request.url))
        if init_script:
            page.add_init_script(init_script)
        page.goto(address(content))
        page.wait_for_timeout(300)
        return page

    yield open_
    for page in pages:
        page.close()
    assert complaints == []


def picture_of(page: Any, selector: str) -> np.ndarray:
    """(rows, cols, 3) grey levels of an element of the page."""
    page.wait_for_timeout(150)
    return np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")).astype(float)
