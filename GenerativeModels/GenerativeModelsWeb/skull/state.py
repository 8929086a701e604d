"""What the page of the skull shows and what its user has typed: plain typed data, no trame and no Slicer."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsLib.skull.growth.registry import DEFAULT_CHART
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
        "file", "user", "length" for a known length in the picture, or "" while unknown.
    frames
        Number of frames of a clip; 1 for a picture.
    frame
        Number of the frame as typed; "" = the best one.
    columns, rows
        Pixels of the file, those of the corrections.
    facing, ellipse, mask, length
        Corrections as typed, see `skull.corrections`; "" = none.
    marking
        What two clicks on the picture mark: "ellipse", "mask" or "length"; "" = nothing.
    points
        [column, row] of the clicks so far.
    millimetres
        Of the length that is marked, as typed.
    found
        The ellipse on which the head was found, as text; "" while nothing was computed.
    overlay
        Paths over the picture, as SVG.
    correction_problem
        Why a click or a correction as typed cannot be used.
    """

    row_mm: str = ""
    column_mm: str = ""
    spacing_source: str = ""
    frames: int = 1
    frame: str = ""
    columns: int = 0
    rows: int = 0
    facing: str = ""
    ellipse: str = ""
    mask: str = ""
    length: str = ""
    marking: str = ""
    points: list[list[float]] = field(default_factory=list)
    millimetres: str = ""
    found: str = ""
    overlay: str = ""
    correction_problem: str = ""


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
    sex: str = ""
    chart: str = DEFAULT_CHART
    samples: str = "100"
    mask_text: bool = False
    imagine: bool = False


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
        Dictionaries with "short", "label", "value", "interval", "z" and "percentile", all text.
    ages
        Lines on corrections, on the gestational ages that the measurements fit, and on normal ranges.
    grey
        Whether the numbers are not to be relied upon.
    verdict, score
        How usual the input is, and what its score says.
    chart_title
        Title of the growth chart.
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
    ages: list[str] = field(default_factory=list)
    grey: bool = False
    verdict: str = ""
    score: str = ""
    chart_title: str = ""
    charts: list[dict] = field(default_factory=list)
    chart: str = "HC"
    dated: bool = False


@dataclass
class Views:
    """What the views show: planes by name, which of them are imagined, and three switches."""

    planes: list[str] = field(default_factory=list)
    imagined: list[str] = field(default_factory=list)
    show_planes: bool = False
    show_outlines: bool = True
    show_lines: bool = False


def cards(inputs: Inputs) -> dict[str, PlaneCard]:
    """The cards by plane name, in the order of `PLANES`."""
    return {name: getattr(inputs, name) for name in PLANES}
