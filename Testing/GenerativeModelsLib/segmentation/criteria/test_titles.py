"""Titles of the criteria."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.segmentation.check import VIEWS, criteria_of
from GenerativeModelsLib.segmentation.criteria.titles import title_of, titles


@pytest.mark.parametrize("view", VIEWS)
def test_every_criterion_has_a_title_of_its_own(view: str) -> None:
    criteria = criteria_of(view)
    assert len({criterion.title for criterion in criteria}) == len(criteria)
    for criterion in criteria:
        assert title_of(criterion.name) == criterion.title, "one name has one title in both views"
        assert criterion.title == criterion.title.strip() and "_" not in criterion.title
        assert not set(",;.{}") & set(criterion.title), "within a list"


def test_titles_are_listed_once_and_a_name_of_another_version_stays() -> None:
    assert titles(["lv_hole", "of_tomorrow", "lv_hole"]) == "hole in the left ventricle, of_tomorrow"
