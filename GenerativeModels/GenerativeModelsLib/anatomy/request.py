"""Base class of the requests of all anatomies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.exporters import parse_exports
from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.anatomy.identity import IDENTITY, check_identity, parse_case_id, parse_date, parse_name
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import DEFAULT, LANGUAGES, parse_language

__all__ = ["CaseRequest", "ModelRequest", "check_computing"]

DICOM_PATIENTS = ("input", "new")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


def check_computing(device: str, seed: int) -> None:
    """Raise `InputError` unless `device` and `seed` are valid."""
    if not 0 <= seed < 2**63:
        raise InputError(f"{named('seed')} is {seed}: give a whole number from 0 to 2^63 - 1.")
    if not _DEVICE.fullmatch(device):
        raise InputError(f"{named('device')} is '{device}': give auto, cpu, cuda, cuda:N or mps.")


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """Request of one case, validated without opening files. The request of an anatomy derives from it.

    Attributes
    ----------
    output
        Folder of the results; None = nothing is written.
    overwrite
        Whether `output` may be non-empty.
    case_id, examination_date, operator, institution
        Identity of the case, written into results, reports and exports; None = left empty. The date is YYYY-MM-DD.
    language
        Language of the report and of exports for readers, one of `language.LANGUAGES`; data is English.
    export
        Names of exporters, separated by commas, whose files are written into the folder `exports` of the results.
    identity_from_dicom
        Whether the fields of the identity that are None are read from the headers of DICOM inputs.
    dicom_patient
        Patient and study of DICOM exports: "input", those of the DICOM inputs, or "new", of their own.
    title
        Title of the report; None = the case ID, or the name of `output`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    output: Path | None = asked(
        "Folder of the results; created.", default=None, metavar="DIR", called="the output folder"
    )
    overwrite: bool = asked(
        "Write into a folder that is not empty.", default=False, called="permission to overwrite it"
    )
    case_id: str | None = asked(
        "Identifier of the case or the patient, on every page of the report; no path separators.",
        default=None,
        metavar="ID",
        called="the case identifier",
        parse=parse_case_id,
        column=True,
        default_text="empty",
    )
    examination_date: str | None = asked(
        "Day of the examination.",
        default=None,
        metavar="YYYY-MM-DD",
        called="the examination date",
        parse=parse_date,
        column=True,
        default_text="empty",
    )
    operator: str | None = asked(
        "Name of the operator.",
        default=None,
        metavar="NAME",
        called="the operator",
        parse=parse_name,
        column=True,
        batch=True,
        default_text="empty",
    )
    institution: str | None = asked(
        "Name of the institution.",
        default=None,
        metavar="NAME",
        called="the institution",
        parse=parse_name,
        column=True,
        batch=True,
        default_text="empty",
    )
    language: str = asked(
        "Language of the report.",
        default=DEFAULT,
        metavar="|".join(LANGUAGES),
        called="the language of the report",
        parse=parse_language,
        batch=True,
        recomputes=False,
        choices=tuple(LANGUAGES.items()),
    )
    export: str | None = asked(
        "Further files in DIR/exports, separated by commas.",
        default=None,
        metavar="NAME,...",
        called="the list of exports",
        parse=parse_exports,
        batch=True,
        default_text="none",
    )
    identity_from_dicom: bool = False
    dicom_patient: str = "input"
    title: str | None = None

    def __post_init__(self) -> None:
        check_identity({name: getattr(self, name) for name in IDENTITY})
        object.__setattr__(self, "language", parse_language(self.language))
        if self.export is not None:
            parse_exports(self.export)
        if self.dicom_patient not in DICOM_PATIENTS:
            raise InputError(f"{named('dicom_patient')} is '{self.dicom_patient}': give {' or '.join(DICOM_PATIENTS)}.")

    @property
    def exports(self) -> tuple[str, ...]:
        """The names in `export`."""
        return tuple(self.export.split(",")) if self.export else ()

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return self.title or self.case_id or (self.output.name if self.output is not None else "")


@dataclass(frozen=True, kw_only=True)
class ModelRequest(CaseRequest):
    """Request of a case that a model computes.

    Attributes
    ----------
    model
        Folder of a model bundle; None = the shipped one.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    seed
        Seed of all random numbers.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    model: Path | None = asked(
        "A model bundle, or the name of a shipped one.",
        default=None,
        metavar="DIR|NAME",
        called="the model folder",
        batch=True,
        default_text="the shipped one",
    )
    device: str = asked(
        "Device of the computation.",
        default="auto",
        metavar="auto|cpu|cuda|cuda:N|mps",
        called="the device",
        batch=True,
    )
    seed: int = asked(
        "Same seed, same device: same result to the bit.", default=0, metavar="N", called="the seed", batch=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_computing(self.device, self.seed)
