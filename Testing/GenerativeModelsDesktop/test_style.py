"""Texts of the panel as a label shows them."""

from __future__ import annotations

from GenerativeModelsDesktop.style import ERROR_BOX, INFO_BOX, WARNING_BOX, breakable, html_list


def test_long_names_may_wrap_and_markup_is_escaped() -> None:
    assert breakable("a_b/c\\d e") == "a_\u200bb/\u200bc\\\u200bd e"
    assert html_list(["1 < 2"]) == "<p style='margin:2px 0'>1 &lt; 2</p>"
    assert html_list(["a", "b"]).count("<p ") == 2


def test_the_boxes_differ() -> None:
    assert len({ERROR_BOX, INFO_BOX, WARNING_BOX}) == 3
