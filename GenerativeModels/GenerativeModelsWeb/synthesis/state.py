"""What the page of synthetic images shows and what its user has typed: plain typed data."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsWeb.parts.state import CaseInputs, CaseSettings, FileCard

__all__ = ["Inputs", "Result", "Settings", "Views"]


@dataclass
class Inputs(CaseInputs):
    """Label map and style, what the values may mean ([value, words]), and the methods.

    Attributes
    ----------
    methods
        [name, words] of those that can be used.
    others
        Sentences on those that cannot.
    """

    labels: FileCard = field(default_factory=FileCard)
    style: FileCard = field(default_factory=FileCard)
    values: list[list[str]] = field(default_factory=list)
    methods: list[list[str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass
class Settings(CaseSettings):
    """Everything else a user may choose, as typed; the values of the structures "" = none."""

    lv: str = ""
    myo: str = ""
    rv: str = ""
    method: str = "synthseg"
    count: str = "1"


@dataclass
class Result:
    """The images as the page prints them.

    Attributes
    ----------
    outcome
        One sentence.
    images
        Names of the images.
    heads, rows
        Titles of the columns, and dictionaries with "label" and "values", of the distances from the style.
    summary
        One line on how they were made.
    """

    outcome: str = ""
    images: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    summary: str = ""


@dataclass
class Views:
    """What the view shows: a slice of so many; an image by number; outlines "on" or "off"; a preview, in words."""

    slice: int = 0
    slices: int = 0
    image: int = 0
    outlines: str = "on"
    preview: str = ""
    drawing: bool = False
