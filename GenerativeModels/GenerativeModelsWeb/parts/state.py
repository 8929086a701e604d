"""What the pages of every anatomy hold: plain typed data, no trame and no Slicer."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsLib.language import DEFAULT

__all__ = ["CaseInputs", "CaseSettings", "Colours", "FileCard", "Navigation", "Playing", "Run", "Shown"]


@dataclass
class FileCard:
    """A card that takes one file.

    Attributes
    ----------
    file_name
        As the user's file is called; empty = none yet.
    preview
        Data URL of a picture; empty = none.
    size
        Such as "432 × 640 pixels".
    caution
        What the user should know about the file.
    problem
        Why the last file offered was refused.
    sending
        Percent of an upload under way, -1 = none.
    """

    file_name: str = ""
    preview: str = ""
    size: str = ""
    caution: str = ""
    problem: str = ""
    sending: int = -1


@dataclass
class CaseInputs:
    """What an anatomy's page says of its files beside their cards.

    Attributes
    ----------
    missing
        What stands in the way of a run; empty = nothing.
    notice
        What became of files that were given.
    dicom
        Whether a file is DICOM.
    """

    missing: str = ""
    notice: str = ""
    dicom: bool = False


@dataclass
class CaseSettings:
    """What a user of any anatomy may choose, as typed.

    Attributes
    ----------
    device_found
        What "auto" means here.
    case_id, examination_date, operator, institution
        Identity of the case; "" = left empty.
    language
        Of the report.
    new_patient
        Whether DICOM exports get a patient and a study of their own.
    """

    seed: str = "0"
    device: str = "auto"
    device_found: str = ""
    case_id: str = ""
    examination_date: str = ""
    operator: str = ""
    institution: str = ""
    language: str = DEFAULT
    new_patient: bool = False


@dataclass
class Navigation:
    """Where the user is.

    Attributes
    ----------
    page
        The page on show: the name of its anatomy, a slash, its own name.
    cases
        The finished cases, newest first: dictionaries with "number", "anatomy", "kind", "title", "time", "headline".
    cases_open
        Whether their list is unfolded.
    limit_bytes
        Size of the largest file taken.
    """

    page: str = ""
    cases: list[dict] = field(default_factory=list)
    cases_open: bool = False
    limit_bytes: int = 0


@dataclass
class Run:
    """The run under way; `share` is percent, `error` one sentence about the last one that failed."""

    busy: bool = False
    message: str = ""
    share: int = 0
    error: str = ""


@dataclass
class Shown:
    """The finished case on show.

    Attributes
    ----------
    present
        Whether there is one.
    number
        Its number in the list of cases.
    title
        Its name.
    stale
        The inputs have been changed since.
    notices
        Dictionaries with "severity" ("serious" or "caution"), "heading" and "text".
    downloads
        Groups of files: dictionaries with "label", "icon" and "files", each with "address" and "ending".
    """

    present: bool = False
    number: int = 0
    title: str = ""
    stale: bool = False
    notices: list[dict] = field(default_factory=list)
    downloads: list[dict] = field(default_factory=list)


@dataclass
class Colours:
    """Colours of the surface: their range in mm, how it was chosen ("fit", "compare" or "" = by hand), if any."""

    range_mm: list[float] = field(default_factory=lambda: [0.0, 1.0])
    chosen: str = "fit"
    known: bool = True


@dataclass
class Playing:
    """Frames that are played: the one on show, how many there are (0 = none), what they are."""

    frame: int = 0
    count: int = 0
    playing: bool = False
    title: str = ""
