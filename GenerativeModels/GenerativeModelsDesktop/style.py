"""Style sheets of the panel's notes, warnings and boxes; readable on Slicer's light and on its dark style."""

from __future__ import annotations

import html
import re

__all__ = ["ERROR_BOX", "INFO_BOX", "NOTE", "WARNING", "WARNING_BOX", "breakable", "html_list"]

NOTE = "color: gray;"
WARNING = "color: #c07000;"


def _box(colour: str) -> str:
    """Style of a frame: a tinted background and a bar at its left; the labels in it keep their style."""
    return f".QFrame {{ background: rgba({colour}, 30); border: none; border-left: 3px solid rgb({colour}); }}"


WARNING_BOX = _box("217, 150, 20")
ERROR_BOX = _box("200, 60, 50")
INFO_BOX = _box("50, 120, 190")


def html_list(sentences: list[str]) -> str:
    """The sentences as HTML for a QLabel, one paragraph each."""
    return "".join(f"<p style='margin:2px 0'>{html.escape(breakable(sentence))}</p>" for sentence in sentences)


def breakable(text: str) -> str:
    """The text with a zero-width space after each underscore and slash, so that long names wrap."""
    return re.sub(r"([_/\\])", "\\1\u200b", text)
