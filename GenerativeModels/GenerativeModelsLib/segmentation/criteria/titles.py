"""Titles of the criteria by their names, for sentences and pages; files have the names."""

from __future__ import annotations

from collections.abc import Iterable

from GenerativeModelsLib.language import listed
from GenerativeModelsLib.segmentation.criteria.apical import APICAL
from GenerativeModelsLib.segmentation.criteria.between_slices import BETWEEN_SLICES
from GenerativeModelsLib.segmentation.criteria.over_time import OVER_TIME
from GenerativeModelsLib.segmentation.criteria.short_axis import SHORT_AXIS

__all__ = ["title_of", "titles"]

_TITLES = {
    criterion.name: criterion.title
    for criteria in (SHORT_AXIS, APICAL, BETWEEN_SLICES, *OVER_TIME.values())
    for criterion in criteria
}


def title_of(name: str) -> str:
    """Title of a criterion in English, which `language.in_words_of_page` translates; of another version the name."""
    return _TITLES.get(name, name)


def titles(names: Iterable[str]) -> str:
    """Titles of criteria, each once, with commas between; for a placeholder that ends with "_list"."""
    return listed(dict.fromkeys(title_of(name) for name in names), last=", ")
