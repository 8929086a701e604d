"""Titles of cases: the name of the image that a case was made from, without the words that say which image it is."""

from __future__ import annotations

import re

__all__ = ["title_without"]


def title_without(name: str, words: str, otherwise: str) -> str:
    """The name of an image without the words, a regular expression; `otherwise` where nothing is left."""
    return re.sub(rf"(^|[\s_-]+)(?:{words})(?=$|[\s_-])", "", name, flags=re.IGNORECASE).strip(" _-") or otherwise
