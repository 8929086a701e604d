"""What the page of a cohort shows of an anatomy's cases; part of the anatomy's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from GenerativeModelsLib.language import N_

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CohortPlan", "ReferenceChart"]


class ReferenceChart(Protocol):
    """Percentiles of quantities by age.

    Attributes
    ----------
    title
        Name and source, as printed.
    weeks
        First and last age; there is no extrapolation.
    """

    title: str
    weeks: tuple[float, float]

    def percentiles(self, key: str, weeks: np.ndarray) -> dict[int, np.ndarray]:
        """Values (W,) of a quantity at ages (W,), by percentile; empty where the chart has no such curve."""

    def scores(self, key: str, value: float, weeks: float) -> tuple[float, float] | None:
        """z-score and percentile, 0 to 100, of a value; None where the chart has no such curve or age."""


@dataclass(frozen=True)
class CohortPlan:
    """What the page of a cohort shows of an anatomy's cases. Quantities are named by their keys.

    Attributes
    ----------
    subject
        Who is examined, one and several: ("fetus", "fetuses").
    columns
        Quantities in the table; empty = all that a case has.
    plots
        Quantities that are drawn over the cases; empty = the first six.
    age
        Entry of `result.json` with the age in weeks, over which they are drawn; "" = their distributions are drawn.
    age_label
        Text of the axis, such as "Gestational age, weeks".
    ages
        First and last age in weeks that a subject can have; None = there are none.
    chart
        content of a `result.json` -> the chart its percentiles are of; None = there is none.
    ageless
        Quantities that do not depend on the age, although `age` is given.
    group
        Entry of `result.json` by which distributions are divided, such as "sex"; "" = none.
    ranges
        (key, value of `group`) -> low and high end of the range in health; None where there is none.
    ranges_source
        Publication of the ranges, and what the ends are.
    series
        Quantities of serial examinations; empty = those in `plots`.
    growing
        Quantities that do not become smaller from one examination to the next.
    constant
        Entries of `result.json` that are the same in all examinations of one subject, and what they are called.
    """

    subject: tuple[str, str] = (N_("patient"), N_("patients"))
    columns: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    age: str = ""
    age_label: str = N_("Age, weeks")
    ages: tuple[float, float] | None = None
    chart: Callable[[Mapping[str, Any]], ReferenceChart] | None = None
    ageless: tuple[str, ...] = ()
    group: str = ""
    ranges: Callable[[str, str], tuple[float, float] | None] = field(default=lambda key, group: None)
    ranges_source: str = ""
    series: tuple[str, ...] = ()
    growing: tuple[str, ...] = ()
    constant: Mapping[str, str] = field(default_factory=dict)
