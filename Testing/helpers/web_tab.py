"""A tab of the application as a test drives it: by what a user sees."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np

from Testing.helpers.browser import picture_of

__all__ = ["SIZES", "WebTab"]

SIZES = {
    "820": {"width": 820, "height": 1180},
    "1280": {"width": 1280, "height": 800},
    "1920": {"width": 1920, "height": 1080},
}
PATIENCE_MS = 180_000
ANSWERED = "() => !window.trame.client.isBusy() && !window.trame.state.dirtyKeys.size"
COMPUTES = """() => {
    const said = document.querySelector(".gm-progress p");
    return said && said.textContent && said.textContent !== "Starting";
}"""
NOTHING_STICKS_OUT = """() => {
    const whole = document.documentElement;
    return whole.scrollWidth <= innerWidth && whole.scrollHeight <= innerHeight
        && [...document.querySelectorAll(".gm-scroll")].every((panel) => panel.scrollWidth <= panel.clientWidth);
}"""


class WebTab:
    """One tab.

    Parameters
    ----------
    page
        Playwright's.
    address
        Of the hub.
    """

    anatomy = ""
    """Whose pages it drives."""
    picture = ".gm-3d img"
    """What is there once a result is shown."""

    def __init__(self, page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        page.wait_for_selector(".gm-app")

    @property
    def token(self) -> str:
        """The session's part of the address."""
        return self.page.url.rstrip("/").split("/")[-1]

    def settled(self, view: str) -> np.ndarray:
        """The picture (rows, columns, 3) of a view, once the server has answered and three in a row are the same."""
        last, same = picture_of(self.page, view), 0
        for _ in range(100):
            self.page.wait_for_timeout(200)
            self.page.wait_for_function(ANSWERED)
            now = picture_of(self.page, view)
            same = same + 1 if now.shape == last.shape and np.abs(now - last).mean() < 0.01 else 0
            if same == 2:
                return now
            last = now
        raise AssertionError(f"{view} does not come to rest")

    def changed(self, view: str, before: np.ndarray, least: float = 1.0) -> np.ndarray:
        """The picture of a view at rest, after it has come to differ from `before` by more than `least` on average."""
        for _ in range(100):
            now = picture_of(self.page, view)
            if now.shape == before.shape and np.abs(now - before).mean() > least:
                return self.settled(view)
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{view} stays as it was")

    def wait_until_it_computes(self) -> None:
        """Wait until the worker has begun with the run under way."""
        self.page.wait_for_function(COMPUTES)

    def wait_until_nothing_sticks_out(self) -> None:
        """Wait until every part of the page fits into the window."""
        self.page.wait_for_function(NOTHING_STICKS_OUT)

    def open(self, label: str) -> None:
        """Go to a page by its button."""
        self.page.locator(".gm-page", has_text=label).click()
        self.page.wait_for_selector(f".gm-page[aria-current=page]:has-text('{label}')")

    def card(self, place: str):
        """The card of a place."""
        return self.page.locator(f'[data-gm-place="{self.anatomy}.{place}"]')

    def choose(self, place: str, file: Path | dict) -> None:
        """Pick a file for a card."""
        self.card(place).locator("input[type=file]").set_input_files(file)

    def clear(self) -> None:
        """Take all files away."""
        for button in self.page.locator(".gm-remove").all()[::-1]:
            button.click()
        self.page.wait_for_function("() => !document.querySelector('.gm-remove')")

    def sample(self) -> None:
        """Take the sample case."""
        self.page.click("text=Try the sample >> nth=0")
        self.go.wait_for()

    def set(self, **settings: object) -> None:
        """Type settings by the names of their fields."""
        details = self.page.locator(".gm-side:visible .gm-more").first
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        for name, value in settings.items():
            self.page.fill(f"#gm-{name}", str(value))

    @property
    def go(self):
        """The button that starts it all, once it may be pressed."""
        return self.page.locator(".gm-go:enabled")

    def start(self) -> float:
        """Press the button and wait for the result; seconds from click to picture."""
        self.go.wait_for()
        start = time.perf_counter()
        self.go.click()
        self.page.wait_for_selector(".gm-progress")
        self.page.wait_for_selector(f"{self.picture}, .gm-foot .gm-serious")
        self.go.wait_for()
        seconds = time.perf_counter() - start
        assert not self.page.locator(".gm-foot .gm-serious").count(), self.page.inner_text(".gm-foot")
        return seconds

    def refusal(self) -> str:
        """Press the button and wait for the sentence why not."""
        self.go.wait_for()
        self.go.click()
        self.page.wait_for_selector(".gm-foot .gm-serious")
        return self.page.inner_text(".gm-foot .gm-serious")

    def numbers(self) -> list[list[str]]:
        """The first table of results as shown."""
        rows = self.page.locator(".gm-results table").first.locator("tbody tr").all()
        return [row.locator("th, td").all_inner_texts() for row in rows]

    def download(self, name: str, folder: Path, of: str = "") -> Path:
        """The file behind a download link, by its name in the case; `of` is its anatomy, "" = that of the pages."""
        with self.page.expect_download() as waiting:
            self.page.click(f'.gm-downloads a[href="download/{of or self.anatomy}.{name}"]')
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def result(self, folder: Path) -> dict:
        """What result.json says."""
        return json.loads(self.download("result.json", folder).read_text(encoding="utf-8"))

    def notices(self) -> list[str]:
        """The warnings of the results panel."""
        return self.page.locator(".gm-results .gm-note").all_inner_texts()

    def shoot(self, name: str) -> None:
        """Screenshots at all sizes into the folder GM_SCREENSHOTS, when it is set."""
        folder = os.environ.get("GM_SCREENSHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for label, size in SIZES.items():
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(1500)
            self.page.screenshot(path=Path(folder) / f"web-{name}-{label}.png")
        self.page.set_viewport_size(SIZES["1280"])
