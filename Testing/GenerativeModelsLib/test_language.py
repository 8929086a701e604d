"""Texts in the language of a page, and sentences of results that are translated when a page shows them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from GenerativeModelsLib import language
from GenerativeModelsLib.anatomy.numbers import weeks_and_days
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import (
    SAID,
    _,
    in_language,
    in_words_of_page,
    is_translated,
    listed,
    ngettext,
    page_language,
    parse_language,
    said,
)


def test_texts_are_english_outside_and_again_after_a_page() -> None:
    assert (_("Head circumference"), page_language()) == ("Head circumference", "en")
    with in_language("de"):
        assert (_("Head circumference"), page_language()) == ("Kopfumfang", "de")
        with in_language("en"):
            assert _("Head circumference") == "Head circumference"
    with pytest.raises(ZeroDivisionError), in_language("de"):
        raise ZeroDivisionError
    assert _("Head circumference") == "Head circumference"


def test_values_and_plurals() -> None:
    with in_language("de"):
        assert _("{low:.1f} to {high:.1f}", low=1, high=2.55) == "1.0 bis 2.5"
        assert [ngettext("{n} outlier", "{n} outliers", n) for n in (1, 2)] == ["1 Ausreißer", "2 Ausreißer"]
        assert ngettext("{n} case computed", "{n} cases computed", 1) == "1 Fall berechnet"
        assert weeks_and_days(27.43) == "27+3 SSW"
        assert _("a text that no catalogue has {x}", x=1) == "a text that no catalogue has 1"


def test_an_unknown_language_is_refused_in_one_sentence() -> None:
    assert parse_language(" DE ") == "de"
    with pytest.raises(InputError, match=r"^language is 'fr': give en or de\.$"):
        parse_language("fr")


def test_a_sentence_of_a_result_is_english_and_translated_when_a_page_shows_it() -> None:
    with in_language("de"):
        made = said(
            "{far_list} do not fit the given age of {age} on the {chart} chart ({fits}): check the pixel spacing or "
            "the age.",
            far_list=listed([said("{name} (z {z:+.1f})", name=name, z=4.21) for name in ("HC", "BPD")]),
            age="24 weeks + 2 days",
            chart="NICHD (Hispanic)",
            fits="HC fits 30 weeks + 1 day",
        )
    assert made == (
        "HC (z +4.2) and BPD (z +4.2) do not fit the given age of 24 weeks + 2 days on the NICHD (Hispanic) chart "
        "(HC fits 30 weeks + 1 day): check the pixel spacing or the age."
    )
    assert in_words_of_page(made) == made and is_translated(made)
    with in_language("de"):
        assert in_words_of_page(made) == (
            "HC (z +4.2) und BPD (z +4.2) passen auf der Wachstumskurve NICHD (Hispanic) nicht zum angegebenen Alter "
            "von 24+2 SSW (HC entspricht 30+1 SSW): Bitte Pixelabstand oder Alter prüfen."
        )


@pytest.mark.parametrize(
    "text",
    [
        "axial 3 of 7.png in left cannot be read: export it again.",
        "--chart is 'x': give one of intergrowth, who.",
        "",
        "left and right",
    ],
)
def test_what_no_catalogue_has_stays_as_it_is(text: str) -> None:
    with in_language("de"):
        assert in_words_of_page(text) == text and (not text or not is_translated(text))


def test_names_of_files_are_never_translated() -> None:
    made = said("{label}: text was found {places} and blanked; look whether any is left.", label="axial plane left",
                places=said("in one place"))  # fmt: skip
    with in_language("de"):
        assert in_words_of_page(made).startswith("Axiale Ebene left: Text wurde an einer Stelle gefunden")


def test_every_text_of_results_is_recognised_as_itself() -> None:
    """Made with values in its placeholders, none is taken for another."""
    catalogue = language._read("de")
    known = [key.partition("\x04")[2] for key in catalogue._catalog if str(key).startswith(f"{SAID}\x04")]
    assert len(known) > 100
    for text in known:
        placeholders = [(name, form) for _plain, name, form, _own in Formatter().parse(text) if name]
        fields = {name: {"": "xyz", "s": "7"}.get(form, 7) for name, form in placeholders}
        translation = catalogue.pgettext(SAID, text)
        with in_language("de"):
            found = in_words_of_page(said(text, **fields))
            shown = {name: said(f"{{{name}:{form}}}" if form else f"{{{name}}}", **fields)
                     for name, form in placeholders}  # fmt: skip
        for name, value in shown.items():
            translation = re.sub(rf"\{{{name}[^}}]*\}}", lambda _found, value=value: value, translation)
        assert found == translation
