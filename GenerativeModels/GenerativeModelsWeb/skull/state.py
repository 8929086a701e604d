"""What a session's page shows and what its user has typed: plain typed data, no trame and no Slicer."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsLib.skull.request import PLANES

__all__ = ["Inputs", "PlaneCard", "Result", "Run", "Settings", "Views", "cards"]


@dataclass
class PlaneCard:
    """One of the three planes.

    Attributes
    ----------
    file_name
        As the user's file is called; empty = no picture yet.
    preview
        Data URL of the picture, at most 640 pixels a side.
    size
        Such as "432 × 640 pixels".
    row_mm, column_mm
        mm per pixel as typed, or as the file says.
    spacing_source
        "file", "user" or "" while unknown.
    caution
        What the user should know about the picture or its spacing.
    problem
        Why the last picture offered was refused.
    sending
        Percent of an upload under way, -1 = none.
    """

    file_name: str = ""
    preview: str = ""
    size: str = ""
    row_mm: str = ""
    column_mm: str = ""
    spacing_source: str = ""
    caution: str = ""
    problem: str = ""
    sending: int = -1


@dataclass
class Inputs:
    """The planes, and what stands in the way of a reconstruction ("" = nothing)."""

    axial: PlaneCard = field(default_factory=PlaneCard)
    sagittal: PlaneCard = field(default_factory=PlaneCard)
    coronal: PlaneCard = field(default_factory=PlaneCard)
    missing: str = ""
    notice: str = ""
    limit_bytes: int = 0


@dataclass
class Settings:
    """Everything else a user may choose, as typed; `device_found` says what "auto" means here."""

    weeks: str = ""
    samples: str = "100"
    seed: str = "0"
    device: str = "auto"
    device_found: str = ""


@dataclass
class Run:
    """The reconstruction under way; `share` is percent, `error` one sentence about the last one that failed."""

    busy: bool = False
    message: str = ""
    share: int = 0
    error: str = ""


@dataclass
class Result:
    """The finished reconstruction as the page prints it.

    Attributes
    ----------
    present
        Whether there is one.
    stale
        The inputs have been changed since.
    summary
        One line on how it was made.
    uncertainty
        One line on the surface's standard deviation.
    notices
        Dictionaries with "severity" ("serious" or "caution") and "text".
    rows
        Dictionaries with "short", "label", "value", "interval" and "percentile", all text.
    charts
        Dictionaries with "name" and "svg".
    chart
        Name of the chart on show.
    dated
        Whether a gestational age was given.
    """

    present: bool = False
    stale: bool = False
    summary: str = ""
    uncertainty: str = ""
    notices: list[dict] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    charts: list[dict] = field(default_factory=list)
    chart: str = "HC"
    dated: bool = False


@dataclass
class Views:
    """What the views show: planes by name, the colour range in mm, and two switches."""

    planes: list[str] = field(default_factory=list)
    range_mm: list[float] = field(default_factory=lambda: [0.0, 4.0])
    coloured: bool = True
    show_planes: bool = False
    show_outlines: bool = True


def cards(inputs: Inputs) -> dict[str, PlaneCard]:
    """The cards by plane name, in the order of `PLANES`."""
    return {name: getattr(inputs, name) for name in PLANES}
