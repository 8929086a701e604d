"""Sentences for users: the fields they name in the words of each front end, and the kind of a warning."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GenerativeModelsLib.errors import SCALE, Caution, InputError, in_words, named, scale_first

MARK = named("x")[0]
PLAIN = st.text().filter(lambda text: MARK not in text)
FIELDS = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
PIECES = st.lists(st.one_of(PLAIN, FIELDS.map(named)), max_size=6)


@given(PLAIN, st.one_of(st.none(), FIELDS))
def test_a_text_without_fields_is_the_same_in_all_words(text: str, field: str | None) -> None:
    error = InputError(text, field)
    assert str(error) == error.in_words("--{}".format) == error.in_words(lambda name: "the words") == text
    assert error.field == field


@given(PIECES)
def test_no_mark_is_ever_shown_and_every_field_is(pieces: list[str]) -> None:
    error = InputError("".join(pieces))
    fields = [piece.strip(MARK) for piece in pieces if piece.startswith(MARK)]
    assert MARK not in str(error) and MARK not in error.in_words("--{}".format)
    assert str(error) == "".join(piece.strip(MARK) for piece in pieces)
    asked: list[str] = []
    error.in_words(lambda name: asked.append(name) or name)
    assert [name for name in asked if name in fields][: len(fields)] == fields
    assert error.field == (fields[0] if fields else None)


@given(st.text(st.sampled_from([MARK, "a", "_", " ", "A", "."])))
def test_stray_marks_in_a_text_of_the_users_do_no_harm(text: str) -> None:
    """A file may have any name."""
    assert isinstance(str(InputError(text)), str)
    assert isinstance(InputError(text).in_words(lambda name: "some words"), str)


@given(PIECES, st.one_of(st.none(), FIELDS))
def test_an_error_survives_pickling_and_copying(pieces: list[str], field: str | None) -> None:
    error = InputError("".join(pieces), field)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is InputError
        assert (again.text, again.field, str(again)) == (error.text, error.field, str(error))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{named('samples')} is -1.", "The number is -1."),
        (f"{named('es')} is odd.", "es is odd."),
        (f"it is {named('samples')}.", "it is the number."),
        (f"the file: give {named('samples')}.", "the file: give the number."),
    ],
)
def test_a_phrase_that_begins_a_sentence_has_a_capital_and_a_name_is_left_as_it_is(text: str, words: str) -> None:
    called = {"samples": "the number"}
    assert InputError(text).in_words(lambda name: called.get(name, name)) == words
    assert in_words(text, lambda name: called.get(name, name)) == words


def test_the_field_given_wins_over_those_named() -> None:
    error = InputError(f"axial x: give {named('axial_spacing_mm')} or {named('pixel_spacing_mm')}.", field="axial")
    assert error.field == "axial"
    assert InputError(error.text).field == "axial_spacing_mm"
    assert error.in_words("--{}".format) == "axial x: give --axial_spacing_mm or --pixel_spacing_mm."


def test_it_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^samples is -1\.$"):
        raise InputError(f"{named('samples')} is -1.")


KINDS = st.sampled_from(["input", "scale", "verdict", "device", "missing", "quality"])


@given(st.text(), KINDS)
def test_a_warning_is_its_sentence_and_keeps_its_kind_on_the_way_to_another_process(text: str, kind: str) -> None:
    caution = Caution(text, kind)
    assert caution == text and isinstance(caution, str)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(caution, protocol))
        assert (type(again), again, again.kind) == (Caution, text, kind)
    assert copy.deepcopy(caution).kind == kind
    assert Caution(text).kind == "input"


def test_warnings_on_the_scale_stand_first_and_the_others_keep_their_order() -> None:
    warnings = [Caution("a"), Caution("b", SCALE), "c", Caution("d", "verdict"), Caution("e", SCALE)]
    assert scale_first(warnings) == ["b", "e", "a", "c", "d"]
