"""Titles of cases: the name of the image that a case was made from, without the words that say which image it is."""

from __future__ import annotations

import re

import slicer

__all__ = ["title_without"]


def title_without(node: slicer.vtkMRMLNode, words: str, otherwise: str) -> str:
    """The name of `node` without the words, a regular expression; `otherwise` where nothing is left."""
    name = node.GetName() or ""
    return re.sub(rf"(^|[\s_-]+)(?:{words})(?=$|[\s_-])", "", name, flags=re.IGNORECASE).strip(" _-") or otherwise
