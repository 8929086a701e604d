"""Corrections on a card: clicks, buttons and what is drawn over the picture."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.skull.corrections import (
    adjust,
    correction_fields,
    forget_corrections,
    mark,
    overlay_of,
    typed_corrections,
)
from GenerativeModelsWeb.skull.state import PlaneCard


def a_card(**fields) -> PlaneCard:
    return PlaneCard(**({"file_name": "a.png", "columns": 640, "rows": 432} | fields))


def test_texts_become_fields_of_the_request() -> None:
    card = a_card(facing="flip", ellipse="100,80,50,40,10", mask="0,0,9,9", length=" ")
    assert correction_fields(card, "sagittal") == {
        "sagittal_facing": "flip",
        "sagittal_ellipse": (100, 80, 50, 40, 10),
        "sagittal_mask": (((0, 0), (9, 0), (9, 9), (0, 9)),),
    }
    with pytest.raises(InputError, match="axial_ellipse is 'round'"):
        correction_fields(a_card(ellipse="round"), "axial")


@pytest.mark.parametrize(
    ("kind", "made"),
    [("ellipse", "60,20,50,39.5,0"), ("mask", "10,20,110,20,110,90,10,90"), ("length", "10,20,110,20,50")],
)
def test_two_clicks_mark_what_was_chosen(kind: str, made: str) -> None:
    card = a_card(marking=kind, millimetres="50")
    mark(card, 10, 20)
    assert card.points == [[10, 20]] and typed_corrections(card) == {}
    mark(card, 110, 90 if kind == "mask" else 20)
    assert typed_corrections(card) == {kind: made} and card.points == [] and card.marking == ""


def test_a_click_that_marks_nothing_changes_nothing() -> None:
    card = a_card()
    mark(card, 10, 20)
    assert card == a_card()


def test_clicks_that_cannot_be_used_are_forgotten() -> None:
    card = a_card(marking="length", millimetres="many", points=[[10, 20]])
    with pytest.raises(InputError, match="type millimetres"):
        mark(card, 110, 20)
    assert card.points == [] and card.length == "" and card.marking == "length"


def test_buttons_begin_with_the_ellipse_that_was_found() -> None:
    with pytest.raises(InputError, match="There is no ellipse yet"):
        adjust(a_card(), "left")
    card = a_card(found="100,80,50,40,10")
    adjust(card, "left")
    adjust(card, "left")
    assert card.ellipse == "92,80,50,40,10" and card.found == "100,80,50,40,10"


def test_corrections_are_taken_away_together() -> None:
    typed = {"facing": "up", "ellipse": "1,2,3,3,0", "mask": "0,0,9,9", "length": "0,0,50,0,9"}
    card = a_card(**typed, marking="mask", points=[[1, 2]])
    forget_corrections(card)
    assert card == a_card()


def test_what_is_drawn_over_the_picture() -> None:
    typed = {"found": "100,80,50,40,10", "mask": "0,0,9,9;20,20,30,30", "length": "0,0,50,0,9"}
    drawn = overlay_of(a_card(**typed, points=[[7, 8]]))
    assert drawn.startswith('<svg viewBox="0 0 640 432"') and drawn.count("gm-over-mask") == 2
    assert 'd="M0.0 0.0 L50.0 0.0"' in drawn and 'cx="7.0" cy="8.0"' in drawn and "gm-over-found" in drawn
    assert "gm-over-ellipse" not in drawn
    assert overlay_of(PlaneCard()) == ""


def test_no_typed_text_reaches_the_page_as_markup() -> None:
    nasty = "<script>alert(1)</script>"
    assert "script" not in overlay_of(a_card(found=nasty, ellipse=nasty, mask=nasty, length=nasty))
