"""Corrections of a result in words."""

from __future__ import annotations

from GenerativeModelsLib.skull.case.correction_words import command_options, correction_sentences
from GenerativeModelsLib.skull.corrections import PARSERS, PlaneCorrection

BEFORE = {"faces_deg": 178.0, "facing": 0.93, "ellipse_px": [100.0, 80.0, 50.0, 40.0, 12.0]}


def entry(before: dict | None = BEFORE, source: str = "file", **texts: str) -> dict:
    made = PlaneCorrection(**{kind: PARSERS[kind](text) for kind, text in texts.items()})
    head = {"faces_deg": 44.0, "facing": 0.07, "ellipse_px": [1.0, 2.0, 3.0, 4.0, 5.0]}
    return {"corrections": made.document(), "uncorrected": before, "head": head, "spacing_source": source}


def test_without_a_correction_there_is_nothing_to_say() -> None:
    assert correction_sentences(entry(None), "axial") == [] and correction_sentences({}, "axial") == []
    assert command_options(entry(None), "axial") == ""


def test_a_facing_is_told_beside_the_one_found() -> None:
    (axial,) = correction_sentences(entry(facing="flip"), "axial")
    assert axial == (
        "The forehead lies towards the lower right of the picture, as the user says; found: left, probability 0.93."
    )
    (coronal,) = correction_sentences(entry(None, facing="up"), "coronal")
    assert coronal.startswith("The vertex lies") and coronal.endswith("found: no head.")


def test_an_ellipse_and_a_mask_are_told_beside_the_ellipse_found() -> None:
    ellipse, mask = correction_sentences(entry(ellipse="99,70,55,45,10", mask="0,0,9,9;1,1,5,5"), "axial")
    assert ellipse == (
        "The head lies on an ellipse of the user, centre (99, 70), half axes 55 and 45 px, 10°; "
        "found: centre (100, 80), half axes 50 and 40 px, 12°."
    )
    assert mask == "2 regions of the picture were not looked at."
    (alone,) = correction_sentences(entry(mask="0,0,9,9"), "axial")
    assert alone.startswith("1 region of the picture was not looked at; found with it: centre (100, 80)")


def test_a_length_gives_the_spacing_or_agrees_with_it() -> None:
    made = entry(None, "length", length="10,20,110,20,25.5")
    assert correction_sentences(made, "axial") == ["25.5 mm from (10, 20) to (110, 20) gives the spacing."]
    made["spacing_source"] = "argument"
    assert correction_sentences(made, "axial") == ["25.5 mm from (10, 20) to (110, 20) agrees with the spacing."]


def test_the_options_are_those_of_the_command_line() -> None:
    made = entry(facing="flip", mask="0,0,9,9;1,1,5,1,5,5")
    assert command_options(made, "sagittal") == (
        '--sagittal-facing "flip" --sagittal-mask "0,0,9,0,9,9,0,9;1,1,5,1,5,5"'
    )
