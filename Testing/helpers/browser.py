"""Pages in a real Chromium that must be silent and ask the network for nothing."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
SWITCHES = ["--no-sandbox", "--disable-sync", *QUIET, *SOFTWARE_GL]
SHORT_FOLDER = "/tmp" if os.name == "posix" else None
"""Where Chromium keeps its sockets. A path of a Unix socket has at most 103 bytes on macOS and 107 on Linux."""


def chromium_path() -> str:
    """Path of this machine's Chromium; skips the test where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium here (set CHROMIUM to its path)")
    return found


@contextmanager
def chromium() -> Iterator[Any]:
    """Run a headless Chromium, as playwright drives it; skips the test where one of the two is missing."""
    path = chromium_path()
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # The temporary folder of this process may have a name too long for a socket in it.
    with tempfile.TemporaryDirectory(prefix="gm-", dir=SHORT_FOLDER, ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "TMPDIR": folder}
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=SWITCHES, env=environment)
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
