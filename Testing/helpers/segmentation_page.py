"""The page of cardiac segmentations as a test drives it."""

from __future__ import annotations

from Testing.helpers.web_tab import WebTab

__all__ = ["SegmentationPage"]


class SegmentationPage(WebTab):
    """A tab with the page of cardiac segmentations."""

    anatomy = "segmentation"
    picture = ".gm-pair img"

    def cell(self, slice_: int, frame: int):
        """The cell of a slice of a frame."""
        return self.page.locator(f'[data-gm-cell="{slice_},{frame}"]')

    def wait_for_place(self, frame: int, slice_: int) -> None:
        """Wait until the page shows a slice of a frame."""
        self.page.wait_for_selector(f".gm-what:text-is('Frame {frame}, slice {slice_}')")
