"""Ages, sexes and numbers as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.entries import label_scheme, number_parser, parse_age, parse_sex
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.request import HeartRequest
from GenerativeModelsLib.skull.request import SkullRequest


@pytest.mark.parametrize("text", ["27+3", " 27 + 3 ", "27+3 "])
def test_weeks_and_days_are_read_with_and_without_spaces(text: str) -> None:
    assert parse_age(text) == pytest.approx(27 + 3 / 7)
    assert SkullRequest(axial=Path("a.png"), gestational_age_weeks=text).gestational_age_weeks == parse_age("27+3")


@pytest.mark.parametrize(
    ("text", "weeks"), [("28.4", 28.4), ("27+0", 27.0), ("27+3", 27 + 3 / 7), (" 16+6 ", 16 + 6 / 7)]
)
def test_an_age_is_read_in_weeks_or_in_weeks_and_days(text: str, weeks: float) -> None:
    assert parse_age(text) == pytest.approx(weeks, abs=1e-12)


@pytest.mark.parametrize("text", ["27+7", "27+", "27 weeks", "27+3+1", "", "27,5"])
def test_an_age_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^gestational_age_weeks is") as caught:
        parse_age(text)
    assert caught.value.field == "gestational_age_weeks"


@pytest.mark.parametrize("text", ["27+7", "27+", "+3", "term", "27w3d"])
def test_other_texts_are_no_ages(text: str) -> None:
    with pytest.raises(InputError, match="28\\+3"):
        SkullRequest(axial=Path("a.png"), gestational_age_weeks=text if text != "+3" else "+3+")


@pytest.mark.parametrize(
    ("text", "sex"), [("M", "male"), ("m", "male"), ("Male", "male"), ("F", "female"), (" FEMALE ", "female")]
)
def test_a_sex_is_read_by_its_first_letter(text: str, sex: str) -> None:
    assert parse_sex(text) == sex
    assert HeartRequest(ed=Path("ed.nii"), sex=text).sex == sex
    assert SkullRequest(axial=Path("a.png"), sex=text).sex == sex


@pytest.mark.parametrize("text", ["", "x", "fe", "mf"])
def test_other_texts_are_no_sexes(text: str) -> None:
    with pytest.raises(InputError, match="give male or female \\(M or F\\)"):
        HeartRequest(ed=Path("ed.nii"), sex=text)


def test_a_number_is_read_and_anything_else_asks_for_what_is_wanted() -> None:
    parse = number_parser("percent such as 50")
    assert parse(" 12.5 ", "most_change") == 12.5
    with pytest.raises(InputError, match=r"^most_change is 'all': give percent such as 50\.$") as caught:
        parse("all", "most_change")
    assert caught.value.field == "most_change"


def test_a_label_scheme_names_its_presets() -> None:
    field = label_scheme({"acdc": "lv=3,myo=2", "camus": "lv=1,myo=2"})
    about = field.metadata["asked"]
    assert (field.default, about.help) == ("acdc", "Meaning of the values; presets: acdc, camus.")
    assert about.column and about.batch
