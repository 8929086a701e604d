"""What the page of the skull shows and what its user has typed: plain typed data, no trame and no Slicer."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsLib.skull.request import PLANES
from GenerativeModelsWeb.parts.state import CaseInputs, CaseSettings, FileCard

__all__ = ["Inputs", "PlaneCard", "Result", "Settings", "Views", "cards"]


@dataclass
class PlaneCard(FileCard):
    """One of the three planes.

    Attributes
    ----------
    row_mm, column_mm
        mm per pixel as typed, or as the file says.
    spacing_source
        "file", "user" or "" while unknown.
    """

    row_mm: str = ""
    column_mm: str = ""
    spacing_source: str = ""


@dataclass
class Inputs(CaseInputs):
    """The planes."""

    axial: PlaneCard = field(default_factory=PlaneCard)
    sagittal: PlaneCard = field(default_factory=PlaneCard)
    coronal: PlaneCard = field(default_factory=PlaneCard)


@dataclass
class Settings(CaseSettings):
    """Everything else a user may choose, as typed."""

    weeks: str = ""
    samples: str = "100"


@dataclass
class Result:
    """The finished reconstruction as the page prints it.

    Attributes
    ----------
    summary
        One line on how it was made.
    uncertainty
        One line on the surface's standard deviation.
    rows
        Dictionaries with "short", "label", "value", "interval" and "percentile", all text.
    charts
        Dictionaries with "name" and "svg".
    chart
        Name of the chart on show.
    dated
        Whether a gestational age was given.
    """

    summary: str = ""
    uncertainty: str = ""
    rows: list[dict] = field(default_factory=list)
    charts: list[dict] = field(default_factory=list)
    chart: str = "HC"
    dated: bool = False


@dataclass
class Views:
    """What the views show: planes by name, and three switches."""

    planes: list[str] = field(default_factory=list)
    show_planes: bool = False
    show_outlines: bool = True
    show_lines: bool = False


def cards(inputs: Inputs) -> dict[str, PlaneCard]:
    """The cards by plane name, in the order of `PLANES`."""
    return {name: getattr(inputs, name) for name in PLANES}
