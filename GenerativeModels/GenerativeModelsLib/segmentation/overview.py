"""Overview of a check: the state of every slice of every frame, the curves worth drawing, and their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from GenerativeModelsLib.language import N_, _, ngettext

__all__ = ["CURVES", "Cell", "Found", "curves_on_show", "overview", "role_words"]

_ROLES = {
    "base": N_("basal"),
    "outflow": N_("outflow tract"),
    "mid": N_("middle"),
    "apex": N_("apical"),
    "alone": N_("single slice"),
    None: N_("not labelled"),
}
"""Words for the role of a slice."""
CURVES = {
    "lv_ml": (N_("Cavity"), "ml"),
    "myo_ml": (N_("Myocardium"), "ml"),
    "rv_ml": (N_("Right ventricle"), "ml"),
    "lv_area_mm2": (N_("Area of the cavity"), "mm²"),
    "myo_area_mm2": (N_("Area of the myocardium"), "mm²"),
    "lv_length_mm": (N_("Length of the cavity"), "mm"),
    "lv_base_width_mm": (N_("Width at the base"), "mm"),
    "lv_orientation_degrees": (N_("Turn of the long axis"), N_("degrees")),
    "la_area_mm2": (N_("Area of the left atrium"), "mm²"),
    "wall_mm": (N_("Mean thickness of the wall"), "mm"),
}
"""Label and unit of the curves by column of `curves.csv`."""
LEAST_FRAMES = 3
"""Number of frames from which there is a curve."""
_MOST_CURVES = 6


class Found(Protocol):
    """A violation, as checked (`criteria.record.Violation`) or as read back (`case.read.FoundViolation`)."""

    frame: int
    slice: int | None

    @property
    def acquisition(self) -> bool:
        """Whether it is a property of the images."""
        ...


@dataclass(frozen=True)
class Cell:
    """A slice of a frame: "fault", "shift", "fine" or "empty", this in words, and the number of its faults."""

    state: str
    words: str
    count: int


def role_words(role: str | None) -> str:
    """What a slice is, in the page's language."""
    return _(_ROLES[role])


def overview(roles: Sequence[Sequence[str | None]], violations: Iterable[Found]) -> list[list[Cell]]:
    """Cells by slice (row) and frame (column); those of whole frames do not count.

    Parameters
    ----------
    roles
        Role of each slice by frame, None without left ventricle.
    """
    violations = list(violations)
    faults = Counter((each.frame, each.slice) for each in violations if not each.acquisition)
    shifted = {(each.frame, each.slice) for each in violations if each.acquisition}

    def cell(frame: int, slice_: int, role: str | None) -> Cell:
        count = faults[frame, slice_]
        state = "fault" if count else "shift" if (frame, slice_) in shifted else "fine" if role else "empty"
        words = _("frame {frame}, slice {slice}: {role}", frame=frame, slice=slice_, role=role_words(role))
        return Cell(state, words + (", " + ngettext("{n} fault", "{n} faults", count) if count else ""), count)

    return [[cell(frame, slice_, role) for frame, role in enumerate(row)] for slice_, row in enumerate(zip(*roles))]


def curves_on_show(columns: Mapping[str, Sequence[float | None]], view: str) -> dict[str, tuple[str, str]]:
    """Label and unit of the columns to draw, in their order; none of fewer than three frames.

    Areas of a short-axis stack are left out where the volumes are known.
    """
    shown = {}
    for column, words in CURVES.items():
        values = columns.get(column)
        by_volume = column.endswith("area_mm2") and column.replace("area_mm2", "ml") in columns
        if values is None or len(values) < LEAST_FRAMES or (by_volume and view == "short-axis"):
            continue
        if sum(value is not None and isfinite(value) for value in values) >= LEAST_FRAMES:
            shown[column] = words
    return dict([*shown.items()][:_MOST_CURVES])
