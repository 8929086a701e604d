"""Sentences, numbers and file names between a page and the backend."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsWeb.parts.words import file_stem, number_or_none, on_page, whole_number


def test_the_page_calls_fields_as_a_window_does():
    refused = InputError(f"axial plane a.png carries no pixel spacing: give {named('axial_spacing_mm')} in mm.")
    words = "Axial plane a.png carries no pixel spacing: give the spacing of the axial plane in mm."
    assert on_page(SKULL, refused) == words
    assert on_page(SKULL, InputError(f"{named('samples')} is -1.")) == "The number of samples is -1."


def test_the_page_names_no_folder_of_the_server():
    words = f"/srv/GenerativeModels-session-ab/upload-1.nii cannot be read: give {named('seed')}."
    assert on_page(SKULL, InputError(words)) == "Upload-1.nii cannot be read: give the seed."
    assert on_page(SKULL, "/srv/a/b.vtp cannot be written.") == "B.vtp cannot be written."


@pytest.mark.parametrize(
    "typed, number", [("1.5", 1.5), (" 1,5 ", 1.5), ("", None), ("x", None), ("inf", None), ("nan", None)]
)
def test_numbers_as_typed(typed, number):
    assert number_or_none(typed) == number


def test_a_whole_number_is_bounded():
    assert whole_number(" 12 ", "seed", 20) == 12
    for typed in ("21", "-1", "1.0", "", "1e1"):
        with pytest.raises(InputError, match=r"The seed is .* type a whole number from 0 to 20"):
            whole_number(typed, "seed", 20)
    assert whole_number("1", "number", 9, least=1) == 1
    with pytest.raises(InputError, match="type a whole number from 1 to 9"):
        whole_number("0", "number", 9, least=1)


@pytest.mark.parametrize(
    "title, stem",
    [
        ("case 1", "case_1"),
        ("a/b\\\\c:d*e?", "a_b_c_d_e"),
        ("../../etc", "etc"),
        ("", "case"),
        ("Größe 3.2", "Größe_3.2"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_title_becomes_the_start_of_file_names(title, stem):
    assert file_stem(title) == stem
