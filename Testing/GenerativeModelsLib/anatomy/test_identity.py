"""Case ID, examination date, operator and institution: what is accepted, and what is read from DICOM headers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydicom import Dataset

from GenerativeModelsLib.anatomy.identity import (
    IDENTITY,
    Identity,
    check_identity,
    identity_of,
    parse_case_id,
    parse_date,
    parse_name,
    shown_identity,
)
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.request import SkullRequest

NOTHING = dict.fromkeys(IDENTITY)


def header(**values: object) -> Dataset:
    """A header with what a machine writes."""
    found = Dataset()
    for name, value in {
        "PatientID": "F-1",
        "StudyDate": "20260311",
        "OperatorsName": "Okonkwo^Ada^^Dr.",
        "InstitutionName": "Klinik am See",
        **values,
    }.items():
        if value is not None:
            setattr(found, name, value)
    return found


@pytest.mark.parametrize("text", ["P-0042", "2026 0017", "Fötus_1", "a" * 64, "p.1"])
def test_case_ids_that_can_stand_in_file_names(text: str) -> None:
    assert parse_case_id(f" {text} ") == text


@pytest.mark.parametrize(
    "text", ["", " ", "a/b", "a\\b", "../x", "x.", "<b>", "a&b", "a%2f", "C:", 'a"', "a\nb", "a" * 65]
)
def test_a_case_id_with_path_separators_or_markup_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^case_id is .*without path separators, markup") as caught:
        parse_case_id(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["2026-03-11", "20260311"])
def test_a_date_is_iso_or_as_in_dicom(text: str) -> None:
    assert parse_date(text) == "2026-03-11"
    assert parse_date(date.today().isoformat()) == date.today().isoformat()


@pytest.mark.parametrize("text", ["11.03.2026", "2026-13-01", "2026-02-30", "202603", "2026-0311", "x"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="give a date as YYYY-MM-DD"):
        parse_date(text)


def test_a_date_in_the_future_or_long_ago_is_refused() -> None:
    with pytest.raises(InputError, match="a day in the future: give the day of the examination"):
        parse_date((date.today() + timedelta(days=1)).isoformat())
    with pytest.raises(InputError, match="give a date from 1950-01-01 to today"):
        parse_date("1949-12-31")


def test_names_keep_their_letters_and_markup_is_refused() -> None:
    assert parse_name("  St Mary & Sons, Ärzte ", "institution") == "St Mary & Sons, Ärzte"
    for text in ("<script>", "a\\b", "a\x07b", "", "a" * 65):
        with pytest.raises(InputError, match=r"^operator is .*without markup"):
            parse_name(text, "operator")


def test_a_request_refuses_what_was_not_parsed() -> None:
    with pytest.raises(InputError, match="case_id is 'a/b'"):
        SkullRequest("axial.png", case_id="a/b")
    with pytest.raises(InputError, match=r"examination_date is '20260311': give it as '2026-03-11'\."):
        check_identity(NOTHING | {"examination_date": "20260311"})


def test_the_title_is_the_case_id_unless_one_is_given() -> None:
    assert SkullRequest("axial.png", case_id="P-1").shown_title == "P-1"
    assert SkullRequest("axial.png", case_id="P-1", title="Other").shown_title == "Other"


def test_headers_are_read_only_when_asked_for() -> None:
    found, warnings = identity_of(NOTHING, {"axial": header()}, from_dicom=False)
    assert found == Identity() and warnings == ()


def test_headers_complete_what_is_given() -> None:
    found, warnings = identity_of(NOTHING | {"operator": "E. F"}, {"axial": header()}, from_dicom=True)
    assert found == Identity(
        "F-1", "2026-03-11", "E. F", "Klinik am See", ("case_id", "examination_date", "institution")
    )
    assert warnings == ()
    assert found.document()["from_dicom"] == ["case_id", "examination_date", "institution"]


def test_the_operator_is_written_as_spoken_and_the_first_of_several() -> None:
    read = {"axial": header(OperatorsName=["Okonkwo^Ada^^Dr.", "Other^One"])}
    assert identity_of(NOTHING, read, from_dicom=True)[0].operator == "Dr. Ada Okonkwo"


def test_another_date_stands_in_for_that_of_the_study() -> None:
    read = {"axial": header(StudyDate=None, ContentDate="20260312")}
    assert identity_of(NOTHING, read, from_dicom=True)[0].examination_date == "2026-03-12"


def test_what_a_header_lacks_stays_empty_and_another_image_may_have_it() -> None:
    lacking = header(PatientID="", OperatorsName=None, InstitutionName=None, StudyDate=None)
    assert identity_of(NOTHING, {"axial": lacking}, from_dicom=True)[0] == Identity()
    both = {"axial": lacking, "sagittal": header()}
    assert identity_of(NOTHING, both, from_dicom=True)[0].case_id == "F-1"


def test_without_dicom_there_is_a_warning() -> None:
    found, (warning,) = identity_of(NOTHING, {}, from_dicom=True)
    assert found == Identity() and warning.kind == "identity" and "no header" in warning


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"PatientID": "12/34"}, "case_id is '12/34'"),
        ({"StudyDate": "29990101"}, "a day in the future"),
        ({"InstitutionName": "<b>"}, "institution is '<b>'"),
    ],
)
def test_a_header_that_cannot_be_used_names_the_field_to_give(values: dict, said: str) -> None:
    with pytest.raises(InputError, match="The DICOM header of axial cannot be used") as caught:
        identity_of(NOTHING, {"axial": header(**values)}, from_dicom=True)
    assert said in str(caught.value)


def test_images_of_different_patients_are_refused_or_warned_of() -> None:
    two = {"axial": header(), "sagittal": header(PatientID="F-2")}
    with pytest.raises(InputError, match=r"axial and sagittal have different patients .* or case_id\."):
        identity_of(NOTHING, two, from_dicom=True)
    for from_dicom in (True, False):
        found, (warning,) = identity_of(NOTHING | {"case_id": "P"}, two, from_dicom=from_dicom)
        assert found.case_id == "P" and "name different patients" in warning and "F-2" not in warning


def test_a_page_shows_what_is_known_and_nothing_of_earlier_results() -> None:
    result = {"identity": Identity("P-1", None, None, "Hospital").document()}
    assert shown_identity(result) == [("Case ID", "P-1"), ("Institution", "Hospital")]
    assert shown_identity({}) == []
