"""What the page of cardiac segmentations shows and what its user has typed: plain typed data."""

from __future__ import annotations

from dataclasses import dataclass, field

from GenerativeModelsLib.segmentation.repair.request import MOST_CHANGE_PERCENT
from GenerativeModelsWeb.parts.state import CaseInputs, CaseSettings, FileCard

__all__ = ["Inputs", "Result", "Settings", "Views"]


@dataclass
class Inputs(CaseInputs):
    """The label map, the image behind it, and what the values may mean ([value, words])."""

    labels: FileCard = field(default_factory=FileCard)
    image: FileCard = field(default_factory=FileCard)
    values: list[list[str]] = field(default_factory=list)


@dataclass
class Settings(CaseSettings):
    """Everything else a user may choose, as typed; the values of the structures "" = none.

    Of a repair: the largest change in percent, whether the cine is a whole cycle, whether slices are shifted back,
    whether the label network takes part, and the frames that stay as they are.
    """

    view: str = "short-axis"
    lv: str = ""
    myo: str = ""
    rv: str = ""
    la: str = ""
    frame_interval: str = ""
    most_change: str = f"{MOST_CHANGE_PERCENT:g}"
    whole_cycle: bool = False
    realign: bool = False
    use_network: bool = True
    keep: list[int] = field(default_factory=list)


@dataclass
class Result:
    """The check as the page prints it.

    Attributes
    ----------
    outcome
        One sentence.
    heads
        Titles of the columns of numbers.
    rows
        Dictionaries with "short", "label" and "values".
    cells
        By slice and frame: state ("fault", "shift", "fine" or "empty"), words, and "changed" where it was repaired.
    whole
        By frame: the faults of the whole frame in words, "" for none.
    violations
        Dictionaries with "number", "frame", "slice", "heading", "text" and "acquisition".
    unlisted
        How many more there are.
    curves
        Dictionaries with "label", "unit", "svg", "x", "y" and "values".
    structures
        Dictionaries with "words" and "colour" of the labels on show.
    image
        Whether there is an image behind the labels.
    repaired
        Whether it is a repair.
    changes
        What a repair did, by frame: dictionaries with "frame" (None = all), "slice" to jump to, and "lines".
    left
        What still breaks rules, in words.
    summary
        One line on how it was made.
    """

    outcome: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    cells: list[list[list[str]]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    violations: list[dict] = field(default_factory=list)
    unlisted: int = 0
    curves: list[dict] = field(default_factory=list)
    structures: list[dict] = field(default_factory=list)
    image: bool = False
    repaired: bool = False
    changes: list[dict] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    summary: str = ""


@dataclass
class Views:
    """What the views show: a slice; the violation that was jumped to, -1 = none; a curve by number; which layers.

    Of a repair also whether overview, violations and curves are those "before" or "after".
    """

    slice: int = 0
    chosen: int = -1
    curve: int = 0
    layers: str = "both"
    when: str = "after"
