"""What is typed becomes numbers or a sentence."""

from __future__ import annotations

import re

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.skull.form import missing, samples_of, seed_of, spacing_of, weeks_of
from GenerativeModelsWeb.skull.state import Inputs, PlaneCard, Settings


def filled(**fields) -> PlaneCard:
    return PlaneCard(**({"file_name": "a.png", "row_mm": "0.2", "column_mm": "0.3"} | fields))


@pytest.mark.parametrize(
    "row, column, spacing",
    [("0.2", "0.3", (0.2, 0.3)), ("0,2", "", (0.2, 0.2)), ("", " 0.3 ", (0.3, 0.3)), ("", "", None)],
)
def test_spacing(row, column, spacing):
    assert spacing_of(filled(row_mm=row, column_mm=column), "axial") == spacing


@pytest.mark.parametrize("typed", ["0", "-1", "x", "nan", "inf", "0.2 mm"])
def test_a_spacing_that_is_none_is_quoted(typed):
    with pytest.raises(InputError, match=f"The axial spacing is “{typed}”.*such as 0.22"):
        spacing_of(filled(row_mm=typed, column_mm=""), "axial")


@pytest.mark.parametrize("typed, weeks", [("27.4", 27.4), ("27,4", 27.4), ("27+3", 27 + 3 / 7), (" 27 + 0", 27.0)])
def test_gestational_age_in_either_way_of_writing(typed, weeks):
    assert weeks_of(typed) == pytest.approx(weeks)


def test_no_gestational_age_is_an_answer():
    assert weeks_of("  ") is None


@pytest.mark.parametrize("typed", ["10.9", "42.1", "42+1"])
def test_a_gestational_age_outside_the_population_is_refused(typed):
    with pytest.raises(InputError, match=r"^The gestational age is .*: give decimal weeks from 11 to 42, the ages"):
        weeks_of(typed)


@pytest.mark.parametrize("typed", ["27+7", "soon", "nan"])
def test_a_gestational_age_that_is_none_is_quoted(typed):
    with pytest.raises(InputError, match=f"is “{re.escape(typed)}”: type weeks such as 27.4 or 27"):
        weeks_of(typed)


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "10001", "a", "1e3"])
def test_number_of_samples_is_whole_and_bounded(typed):
    with pytest.raises(InputError, match="from 0 to 10000"):
        samples_of(typed)


def test_whole_numbers():
    assert (samples_of("0"), samples_of(" 250 "), seed_of("12345678901")) == (0, 250, 12345678901)


def test_the_axial_picture_comes_first():
    assert missing(Inputs(), Settings()) == "Add the axial picture to begin."
    assert missing(Inputs(sagittal=filled()), Settings()) == "Add the axial picture to begin."


def test_a_picture_without_spacing_holds_everything_up():
    inputs = Inputs(axial=filled(), coronal=filled(row_mm="", column_mm=""))
    assert missing(inputs, Settings()) == "Type the spacing of the coronal picture in mm per pixel."


def test_nothing_is_missing():
    assert missing(Inputs(axial=filled()), Settings(weeks="27+3")) == ""
    assert missing(Inputs(axial=filled()), Settings(weeks="12+0", chart="who")) == "", "beyond the chart"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(weeks="90"), "The gestational age is 90"),
        (Settings(samples="many"), "type"),
        (Settings(seed="-3"), "type"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings, words):
    assert words in missing(Inputs(axial=filled()), settings)
