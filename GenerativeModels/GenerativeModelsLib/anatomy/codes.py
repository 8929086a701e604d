"""Codes by which other programs know the quantities and label maps of an anatomy.

Every code stands in DICOM PS3.16 (context groups and concept dictionaries); see docs/formats.md.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ANATOMICAL_STRUCTURE", "Code", "LabelMapFile", "Segment", "ucum_of"]

_UCUM = {"mm": "mm", "ml": "ml", "g": "g", "%": "%", "ml/m²": "ml/m2", "g/m²": "g/m2"}


@dataclass(frozen=True)
class Code:
    """A coded concept as in DICOM: value, designator of its coding scheme ("LN", "SCT", "DCM") and meaning."""

    value: str
    scheme: str
    meaning: str


ANATOMICAL_STRUCTURE = Code("91723000", "SCT", "Anatomical Structure")


@dataclass(frozen=True)
class Segment:
    """A value of a label map.

    Attributes
    ----------
    value
        In the file.
    label
        Its name for people.
    kind
        The structure.
    colour
        Red, green and blue, 0 to 255.
    """

    value: int
    label: str
    kind: Code
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class LabelMapFile:
    """A label map among the files of a case.

    Attributes
    ----------
    file
        Name of the file; a missing file is skipped.
    name, label
        First part of the names of files that are made of it, and its name for people.
    segments
        Its values, background left out.
    """

    file: str
    name: str
    label: str
    segments: tuple[Segment, ...]


def ucum_of(unit: str) -> str:
    """UCUM code of a unit as printed, such as "ml/m2" of "ml/m²"; `KeyError` for an unknown one."""
    return _UCUM[unit]
