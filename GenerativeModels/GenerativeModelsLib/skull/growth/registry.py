"""The growth charts by name. Needs the standard library alone; curves are imported when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from GenerativeModelsLib.anatomy.record import Lazy
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.language import N_

if TYPE_CHECKING:
    from GenerativeModelsLib.skull.growth.curves import Curve

__all__ = ["AGES", "CHARTS", "DEFAULT_CHART", "WEEKS", "Chart", "chart_of", "check_age"]


@dataclass(frozen=True)
class Chart:
    """A growth chart.

    Attributes
    ----------
    name
        As in requests and results: "intergrowth".
    title
        As printed: "INTERGROWTH-21st".
    source
        Publication.
    weeks
        First and last exact gestational age; there is no extrapolation.
    bpd_calipers
        "outer-outer" or "outer-inner"; the heads' BPD, outer to outer, is converted for the latter.
    place
        Where the curves are: "module:name", a mapping by quantity "hc", "bpd" and, where the chart has it, "ofd".
    """

    name: str
    title: str
    source: str
    weeks: tuple[float, float]
    bpd_calipers: str
    place: str

    @property
    def curves(self) -> Mapping[str, Curve]:
        """The curves by quantity, each for measurements outer to outer."""
        return Lazy(f"GenerativeModelsLib.skull.growth.{self.place}").get()

    def covers(self, weeks: float) -> bool:
        """Whether `weeks` lie within the chart."""
        return self.weeks[0] <= weeks <= self.weeks[1]


_NICHD = N_("Buck Louis et al., Am J Obstet Gynecol 2015;213:449.e1-41; percentiles of the NICHD's calculator")


def _nichd(name: str, group: str, place: str) -> Chart:
    return Chart(f"nichd-{name}", f"NICHD ({group})", _NICHD, (15.0, 40.0), "outer-inner", f"nichd:{place}")


CHARTS = {
    chart.name: chart
    for chart in (
        Chart(
            "intergrowth",
            "INTERGROWTH-21st",
            "Papageorghiou et al., Lancet 2014;384:869-879",
            (14.0, 40.0),
            "outer-outer",
            "intergrowth:CURVES",
        ),
        Chart(
            "who",
            "WHO",
            N_("Kiserud et al., PLoS Med 2017;14:e1002220; coefficients of the authors, version 3 of 2023"),
            (14.0, 40.0),
            "outer-inner",
            "who:CURVES",
        ),
        Chart(
            "hadlock",
            "Hadlock 1984",
            "Hadlock et al., Radiology 1984;152:497-501",
            (14.0, 42.0),
            "outer-inner",
            "hadlock:CURVES",
        ),
        _nichd("white", "non-Hispanic white", "WHITE"),
        _nichd("black", "non-Hispanic black", "BLACK"),
        _nichd("hispanic", "Hispanic", "HISPANIC"),
        _nichd("asian", "Asian and Pacific Islander", "ASIAN"),
    )
}
"""By name."""
DEFAULT_CHART = "intergrowth"
AGES = (11.0, 42.0)
"""Ages that may be given, those of `skull.population.sizes.WEEKS`. Beyond its chart an age has no percentiles."""
WEEKS = (min(chart.weeks[0] for chart in CHARTS.values()), max(chart.weeks[1] for chart in CHARTS.values()))
"""From the youngest to the oldest age on any chart."""


def chart_of(name: str) -> Chart:
    """The chart of that name.

    Raises
    ------
    InputError
        There is none; `nichd` alone names four.
    """
    if name in CHARTS:
        return CHARTS[name]
    same = [known for known in CHARTS if known.startswith(f"{name}-")]
    if same:
        raise InputError(
            f"{named('chart')} is '{name}', which has a chart for each group of mothers and none for all: give one of "
            f"{', '.join(same)}."
        )
    raise InputError(f"{named('chart')} is '{name}': give one of {', '.join(CHARTS)}.")


def check_age(weeks: float, field: str = "gestational_age_weeks") -> None:
    """Raise `InputError` unless heads of the age `weeks` can be reconstructed; a chart need not reach it."""
    low, high = AGES
    if not low <= weeks <= high:
        raise InputError(
            f"{named(field)} is {weeks:g}: give decimal weeks from {low:g} to {high:g}, the ages of the heads that the "
            "model knows, or leave it out."
        )
