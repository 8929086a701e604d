"""Head and foot of printed pages: the identity as text of a style sheet, whatever its characters."""

from __future__ import annotations

from GenerativeModelsLib.page.print_edges import print_edges


def test_identity_and_page_numbers_are_in_the_margins() -> None:
    style = print_edges("Fetal skull", "p1", [("Case ID", "P-1"), ("Operator", "Ada")])
    assert 'content: "Case ID: P-1   Operator: Ada"' in style
    assert 'content: "Page " counter(page) " of " counter(pages)' in style and "Research use only" in style


def test_without_an_identity_the_title_stands_there() -> None:
    assert 'content: "p1"' in print_edges("Fetal skull", "p1", [])


def test_no_text_leaves_its_string_or_the_style_element() -> None:
    style = print_edges("x", "</style><script>alert(1)</script>", [("Case ID", '"} body{display:none} \\ \n Ä')])
    assert "<" not in style and "\n" not in style and "Ä" in style
    assert style.count('"') == 10 and style.count("}") == 5, "four boxes, and five strings in them"
