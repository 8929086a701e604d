"""Identity of a case: case ID, examination date, operator and institution, given by the user or read from DICOM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.image_files.dicom_header import dicom_header
from GenerativeModelsLib.language import N_, _, said

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = [
    "IDENTITY",
    "Identity",
    "check_identity",
    "identity_as_typed",
    "identity_in_files",
    "identity_of",
    "parse_case_id",
    "parse_date",
    "parse_name",
    "shown_identity",
]

IDENTITY = {
    "case_id": N_("Case ID"),
    "examination_date": N_("Examination date"),
    "operator": N_("Operator"),
    "institution": N_("Institution"),
}
"""Fields of a request that are part of the identity, and what pages call them."""

LONGEST = 64
"""Most characters of a text, as in DICOM attributes of the type LO."""
EARLIEST = date(1950, 1, 1)

_NOT_IN_AN_ID = re.compile(r"""[/\\<>:"|?*&%\x00-\x1f\x7f]""")
_NOT_IN_A_NAME = re.compile(r"[\\<>\x00-\x1f\x7f]")


def parse_case_id(text: str, field: str = "case_id") -> str:
    """A case ID that can be part of a file name on every system.

    Raises
    ------
    InputError
        It is empty or too long, or has a path separator, markup or a control character.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or _NOT_IN_AN_ID.search(text) or text[0] == "." or text[-1] == ".":
        raise InputError(
            f"{named(field)} is {text[:80]!r}: give 1 to {LONGEST} characters without path separators, markup and any "
            'of : " | ? * & %, and no dot at its ends.'
        )
    return text


def parse_date(text: str, field: str = "examination_date") -> str:
    """A date as YYYY-MM-DD, of a text such as "2026-11-20" or, as in DICOM, "20261120".

    Raises
    ------
    InputError
        It is no date, lies in the future, or before 1950.
    """
    plain = text.strip()
    digits = plain.replace("-", "") if re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{8}", plain) else ""
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise InputError(f"{named(field)} is {plain[:40]!r}: give a date as YYYY-MM-DD, such as 2026-03-31.") from error
    if found > date.today():
        raise InputError(
            f"{named(field)} is {found.isoformat()}, a day in the future: give the day of the examination."
        )
    if found < EARLIEST:
        raise InputError(f"{named(field)} is {found.isoformat()}: give a date from {EARLIEST.isoformat()} to today.")
    return found.isoformat()


def parse_name(text: str, field: str) -> str:
    """The name of a person or institution.

    Raises
    ------
    InputError
        It is empty or too long, or has markup, a backslash or a control character.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or _NOT_IN_A_NAME.search(text):
        raise InputError(
            f"{named(field)} is {text[:80]!r}: give 1 to {LONGEST} characters without markup, backslashes and control "
            "characters."
        )
    return text


_PARSE = {
    "case_id": parse_case_id,
    "examination_date": parse_date,
    "operator": parse_name,
    "institution": parse_name,
}


def check_identity(given: Mapping[str, str | None]) -> None:
    """Raise `InputError` unless the identity in the fields of a request is valid."""
    for name, parse in _PARSE.items():
        value = given[name]
        if value is not None and parse(value, name) != value:
            raise InputError(f"{named(name)} is {value!r}: give it as {parse(value, name)!r}.")


@dataclass(frozen=True)
class Identity:
    """Identity of a case; unknown parts are None.

    Attributes
    ----------
    examination_date
        YYYY-MM-DD.
    from_dicom
        Fields that were read from a DICOM header.
    """

    case_id: str | None = None
    examination_date: str | None = None
    operator: str | None = None
    institution: str | None = None
    from_dicom: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The entry `identity` of `result.json`."""
        return {name: getattr(self, name) for name in IDENTITY} | {"from_dicom": list(self.from_dicom)}


def shown_identity(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and text of every known part of the identity in a `result.json`, in the order of `IDENTITY`."""
    known = result.get("identity") or {}
    return [(_(label), str(known[name])) for name, label in IDENTITY.items() if known.get(name)]


def identity_of(
    given: Mapping[str, str | None], headers: Mapping[str, Dataset], *, from_dicom: bool
) -> tuple[Identity, tuple[Caution, ...]]:
    """The identity of a case, and warnings.

    Parameters
    ----------
    given
        Values given by the user, by field; they come first.
    headers
        Headers of the inputs that are DICOM files, by field of the request.
    from_dicom
        Complete the identity from PatientID, StudyDate (else AcquisitionDate, ContentDate), OperatorsName and
        InstitutionName of the headers.

    Raises
    ------
    InputError
        A value in a header cannot be used, or the headers name different patients.
    """
    patients = {field: str(header.get("PatientID", "") or "").strip() for field, header in headers.items()}
    differ = len(set(patients.values()) - {""}) > 1
    if not from_dicom:
        return Identity(**given), _different_patients(patients) if differ else ()
    if not headers:
        nothing = said("No input is a DICOM file: there is no header to take the identity from.")
        return Identity(**given), (Caution(nothing, "identity"),)
    if differ and given["case_id"] is None:
        raise InputError(
            f"{' and '.join(named(field) for field in patients)} have different patients in their DICOM headers "
            f"(PatientID): give the images of one patient, or {named('case_id')}."
        )
    found: dict[str, str] = {}
    for name, read in _READ.items():
        if given[name] is None:
            texts = {field: read(header) for field, header in headers.items()}
            field = next((field for field, text in texts.items() if text), None)
            if field is not None:
                found[name] = _parsed(name, texts[field], field)
    identity = Identity(**{**given, **found}, from_dicom=tuple(name for name in IDENTITY if name in found))
    return identity, _different_patients(patients) if differ else ()


def identity_in_files(paths: Mapping[str, Path]) -> dict[str, str]:
    """The identity in the headers of the DICOM files among these, by field, "" for what they do not say; for windows.

    Parameters
    ----------
    paths
        By field of the request.

    Raises
    ------
    InputError
        No file is DICOM, a header cannot be used, or the headers name different patients.
    """
    found = {name: header for name, path in paths.items() if (header := dicom_header(path, path.name)) is not None}
    if not found:
        raise InputError("No file is DICOM: there is no header to take the identity from.")
    identity, _ = identity_of(dict.fromkeys(IDENTITY), found, from_dicom=True)
    return {name: getattr(identity, name) or "" for name in IDENTITY}


def identity_as_typed(typed: Mapping[str, str]) -> dict[str, str | None]:
    """Fields of a request from the texts of a window, None where nothing is typed.

    Raises
    ------
    InputError
        A text cannot be used.
    """
    return {name: _PARSE[name](typed[name], name) if typed[name].strip() else None for name in IDENTITY}


def _different_patients(patients: Mapping[str, str]) -> tuple[Caution, ...]:
    sentence = said(
        "The DICOM headers of {images_list} name different patients: check that the images are of one.",
        images_list=" and ".join(field for field, patient in patients.items() if patient),
    )
    return (Caution(sentence, "identity"),)


def _parsed(name: str, text: str, field: str) -> str:
    """The value of a header in the form of a request."""
    try:
        return _PARSE[name](text, name)
    except InputError as error:
        raise InputError(f"The DICOM header of {named(field)} cannot be used: {error.text}", name) from error


def _date(header: Dataset) -> str:
    days = (str(header.get(name, "") or "").strip() for name in ("StudyDate", "AcquisitionDate", "ContentDate"))
    return next((day for day in days if day), "")


def _operator(header: Dataset) -> str:
    """Given and family name of the first operator."""
    names = header.get("OperatorsName", None) or ""
    first = names if isinstance(names, str) or hasattr(names, "family_name") else next(iter(names), "")
    if not hasattr(first, "family_name"):
        return str(first).replace("^", " ").strip()
    parts = (first.name_prefix, first.given_name, first.middle_name, first.family_name, first.name_suffix)
    return " ".join(part for part in map(str, parts) if part).strip()


_READ = {
    "case_id": lambda header: str(header.get("PatientID", "") or "").strip(),
    "examination_date": _date,
    "operator": _operator,
    "institution": lambda header: str(header.get("InstitutionName", "") or "").strip(),
}
