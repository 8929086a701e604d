"""The page of the skull reconstruction as a test drives it: by what a user sees."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path

SIZES = {"1280": {"width": 1280, "height": 800}, "1920": {"width": 1920, "height": 1080}}
PATIENCE_MS = 60_000


class SkullPage:
    """One tab.

    Parameters
    ----------
    page
        Playwright's.
    address
        Of the hub.
    """

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

    def card(self, plane: str):
        """The card of a plane."""
        return self.page.locator(f'[data-gm-plane="{plane}"]')

    def choose(self, plane: str, file: Path | dict) -> None:
        """Pick a file for a plane."""
        self.card(plane).locator("input[type=file]").set_input_files(file)

    def give(self, plane: str, file: Path | dict, spacing: float | str) -> None:
        """Pick a file, wait for its picture, type its spacing."""
        self.choose(plane, file)
        self.card(plane).locator(".gm-thumb img").wait_for()
        self.card(plane).locator(".gm-spacing input").first.fill(str(spacing))

    def clear(self) -> None:
        """Take all pictures away."""
        for button in self.page.locator(".gm-remove").all()[::-1]:
            button.click()
        self.page.locator(".gm-remove").wait_for(state="detached")

    def sample(self) -> None:
        """Take the sample case."""
        self.page.click("text=Try the sample >> nth=0")
        self.go.wait_for()

    def chart(self) -> None:
        """Wait for the growth chart."""
        self.page.wait_for_selector(".gm-chart:visible svg")

    def set(self, **settings: object) -> None:
        """Type settings: weeks, samples, seed."""
        details = self.page.locator(".gm-more")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        for name, value in settings.items():
            self.page.fill(f"#gm-{name}", str(value))
        self.page.wait_for_timeout(200)  # a person takes longer from a field to the button

    @property
    def go(self):
        """The button that starts it all, once it may be pressed."""
        return self.page.locator(".gm-go:enabled")

    def reconstruct(self) -> float:
        """Press the button and wait for the skull; seconds from click to picture."""
        self.go.wait_for()
        start = time.perf_counter()
        self.go.click()
        self.page.wait_for_selector(".gm-progress")
        self.page.wait_for_selector(".gm-3d img, .gm-foot .gm-serious")
        seconds = time.perf_counter() - start
        assert not self.page.locator(".gm-foot .gm-serious").count(), self.page.inner_text(".gm-foot")
        self.go.wait_for()
        return seconds

    def numbers(self) -> list[list[str]]:
        """The biometry table as shown."""
        rows = self.page.locator(".gm-results tbody tr").all()
        return [row.locator("th, td").all_inner_texts() for row in rows]

    def download(self, name: str, folder: Path) -> Path:
        """The file behind a download button."""
        with self.page.expect_download() as waiting:
            self.page.click(f'.gm-downloads a[href="download/{name}"]')
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
        """Screenshots at both sizes into the folder GM_SCREENSHOTS, when it is set."""
        folder = os.environ.get("GM_SCREENSHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for label, size in SIZES.items():
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(1500)
            self.page.screenshot(path=Path(folder) / f"web-{name}-{label}.png")
        self.page.set_viewport_size(SIZES["1280"])


def names_in(archive: Path) -> set[str]:
    """The files in a zip archive, without their folder."""
    with zipfile.ZipFile(archive) as opened:
        return {name.split("/", 1)[1] for name in opened.namelist() if "/" in name}
