"""What the pages of the left ventricle show and what their user has typed: plain typed data."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsWeb.parts.state import CaseInputs, CaseSettings, FileCard

__all__ = ["Explored", "Inputs", "Result", "Settings", "Views"]


@dataclass
class Inputs(CaseInputs):
    """The label maps, and what their values may mean ([value, words])."""

    ed: FileCard = field(default_factory=FileCard)
    es: FileCard = field(default_factory=FileCard)
    cine: FileCard = field(default_factory=FileCard)
    values: list[list[str]] = field(default_factory=list)


@dataclass
class Settings(CaseSettings):
    """Everything else a user may choose, as typed; the values of the structures "" = none."""

    lv: str = ""
    myo: str = ""
    rv: str = ""
    sex: str = ""
    height: str = ""
    weight: str = ""
    ed_frame: str = ""
    es_frame: str = ""
    force: bool = False
    realign: bool = False


@dataclass
class Result:
    """The analysis as the page prints it.

    Attributes
    ----------
    phases
        Keys of the phases there are.
    rows
        Dictionaries with "short", "label", "value" and "ranges".
    heads
        Titles of the columns of ranges.
    segments
        Rows of the 17 segments.
    statements
        On hypertrophy: dictionaries with "figure", "unit", "words" and "muted".
    remark
        What the probability adds.
    verdict, score
        How usual the input is, and what its score says.
    summary
        One line on how it was made.
    bullseyes
        SVG by phase.
    curve
        SVG of the cavity's volume over the frames of a cine; "" = no cine.
    curve_x, curve_y
        Ends of its axes.
    volumes
        ml by frame.
    frame_ed, frame_es
        The frames of its phases, as moved by hand.
    """

    phases: list[str] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    segments: list[list[str]] = field(default_factory=list)
    statements: list[dict] = field(default_factory=list)
    remark: str = ""
    verdict: str = ""
    score: str = ""
    summary: str = ""
    bullseyes: dict[str, str] = field(default_factory=dict)
    curve: str = ""
    curve_x: list[float] = field(default_factory=lambda: [0.0, 1.0])
    curve_y: list[float] = field(default_factory=lambda: [0.0, 1.0])
    volumes: list[float] = field(default_factory=list)
    frame_ed: int = 0
    frame_es: int = 0


@dataclass
class Views:
    """What the views show: a phase, which surfaces, coloured by what; end of the colours of the distance in mm."""

    phase: str = "ed"
    of: str = "patient"
    by: str = "thickness"
    distance_mm: float = 1.0


@dataclass
class Explored:
    """The explored shape.

    Attributes
    ----------
    z
        The point in the plot.
    x, y
        Ends of the plot's axes.
    svg
        The plot.
    own
        The point of the analysed heart; empty = none.
    levels
        Sizes of the lower levels, finest first.
    level, dimension, sd
        Which number of a lower level the slider moves (both from 1), and by how many standard deviations.
    moved
        How many numbers are moved.
    readings
        Dictionaries with "label", "value" and "muted".
    scale
        End of the colours of a difference in mm; 0 = none is shown.
    drawn
        The point whose shape is drawn, as text.
    title
        What is drawn.
    phase
        "ed" or "es".
    problem
        Why the last question had no answer.
    """

    z: list[float] = field(default_factory=lambda: [0.0, 0.0])
    x: list[float] = field(default_factory=lambda: [-1.0, 1.0])
    y: list[float] = field(default_factory=lambda: [-1.0, 1.0])
    svg: str = ""
    own: list[float] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    level: str = "1"
    dimension: int = 1
    sd: float = 0.0
    moved: int = 0
    readings: list[dict] = field(default_factory=list)
    scale: float = 0.0
    drawn: str = ""
    title: str = ""
    phase: str = "ed"
    problem: str = ""
