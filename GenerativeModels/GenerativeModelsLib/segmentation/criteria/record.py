"""What a criterion is, and what is reported where one is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from GenerativeModelsLib.language import S_, said

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.plane import Plane

__all__ = ["PAINCHAUD", "Criterion", "PlaneCriterion", "Reading", "Violation", "amount", "by_role"]

PAINCHAUD = "Painchaud et al., IEEE TMI 2020"
Limit = float | Callable[["Plane"], float] | None
Place = tuple[float, float]
"""Row and column."""


@dataclass(frozen=True)
class Reading:
    """Value of a criterion, and the place (row, column) in the plane to look at."""

    value: float
    place: Place


@dataclass(frozen=True)
class Criterion:
    """A rule for label maps.

    Attributes
    ----------
    name
        Name in `violations.csv` and `result.json`.
    title
        What is wrong, in words for people, marked by `language.S_`; see `titles`.
    structure
        "lv", "myo", "rv", "la" or "epi", which is lv and myo.
    unit
        "mm", "mm2", "degrees", "%", "" for a count or a ratio.
    text
        Sentence for a violation, marked by `language.S_`; {value} and {limit} are filled in with their unit.
    source
        Where the rule comes from; words are marked by `language.N_`.
    published
        The published limit, marked likewise; "" without one.
    acquisition
        Whether it finds a property of the images, such as a breath hold, instead of a fault of the labels.
    at_least
        Whether the limit is the smallest valid value instead of the largest one.
    """

    name: str
    title: str
    structure: str
    unit: str
    text: str
    source: str = PAINCHAUD
    published: str = ""
    acquisition: bool = False
    at_least: bool = False

    def broken(self, value: float, limit: float) -> bool:
        """Whether a value is on the wrong side of the limit; NaN never is."""
        return value < limit if self.at_least else value > limit


@dataclass(frozen=True)
class PlaneCriterion(Criterion):
    """A rule for one slice of one frame.

    Attributes
    ----------
    measure
        plane -> its reading; None where the rule does not apply.
    limits
        Limit by the role of the slice: a number, a function of the plane, or None where it is not judged.
    """

    measure: Callable[[Plane], Reading | None] = lambda plane: None
    limits: Mapping[str, Limit] | None = None

    def judged(self, plane: Plane) -> tuple[Reading, float] | None:
        """The reading and the limit of a plane; None where the rule does not apply."""
        limit = (self.limits or {}).get(plane.role)
        if limit is None or (reading := self.measure(plane)) is None:
            return None
        return reading, limit(plane) if callable(limit) else limit


@dataclass(frozen=True)
class Violation:
    """A broken criterion.

    Attributes
    ----------
    criterion
        The rule.
    value, limit
        What was measured, and its limit here, in the unit of the criterion.
    frame
        Number of the frame, from 0.
    slice
        Number of the slice, from 0; None for a whole frame.
    where
        LPS mm of the place to look at.
    """

    criterion: Criterion
    value: float
    limit: float
    frame: int
    slice: int | None
    where: tuple[float, float, float]

    @property
    def acquisition(self) -> bool:
        """Whether it is a property of the images."""
        return self.criterion.acquisition

    @property
    def text(self) -> str:
        """The violation in a sentence; `language.in_words_of_page` translates it."""
        shown = (f"{v:.0f}" if v == round(v) else f"{v:.2f}" if abs(v) < 1 else f"{v:.1f}" for v in self._rounded)
        value, limit = (amount(number, self.criterion.unit) for number in shown)
        return said(self.criterion.text, value=value, limit=limit)

    @property
    def _rounded(self) -> tuple[float, float]:
        return round(self.value, 2), round(self.limit, 2)


_DEGREES = S_("{value:s} degrees")
"""Within the sentences of violations."""


def amount(number: str, unit: str) -> str:
    """A number as printed with the unit of a criterion; `language.in_words_of_page` translates it."""
    if unit == "degrees":
        return said(_DEGREES, value=number)
    return f"{number} {unit.replace('mm2', 'mm²')}".rstrip()


def by_role(
    mid: Limit, base: Limit | str = "mid", apex: Limit | str = "mid", *, outflow: Limit | str = "base"
) -> dict[str, Limit]:
    """Limits by role; an end that is not given has the limit of the middle, and the outflow that of the base."""
    base = mid if base == "mid" else base
    return {
        "mid": mid,
        "alone": mid,
        "base": base,
        "outflow": base if outflow == "base" else outflow,
        "apex": mid if apex == "mid" else apex,
    }
