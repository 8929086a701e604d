"""The page of the skull reconstruction as a test drives it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from Testing.helpers.web_tab import WebTab

__all__ = ["SkullPage", "names_in"]


class SkullPage(WebTab):
    """A tab with the page of the skull."""

    anatomy = "skull"

    def give(self, plane: str, file: Path | dict, spacing: float | str) -> None:
        """Pick a file, wait for its picture, type its spacing."""
        self.choose(plane, file)
        self.card(plane).locator(".gm-thumb img").wait_for()
        self.card(plane).locator(".gm-spacing input").first.fill(str(spacing))

    def chart(self) -> None:
        """Wait for the growth chart."""
        self.page.wait_for_selector(".gm-chart:visible svg")


def names_in(archive: Path) -> set[str]:
    """The files in a zip archive, without their folder."""
    with zipfile.ZipFile(archive) as opened:
        return {name.split("/", 1)[1] for name in opened.namelist() if "/" in name}
