"""The cases of a cohort, from their `result.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from GenerativeModelsLib.anatomy.record import Anatomy, Reading

__all__ = ["CohortCase"]


@dataclass(frozen=True, eq=False)
class CohortCase:
    """A case of a cohort.

    Attributes
    ----------
    anatomy
        Record of the anatomy.
    case
        Name of its row.
    status
        "done", "failed" or "waiting".
    error
        Message of the error of a failed case.
    result
        Content of its `result.json`; empty unless it is done.
    """

    anatomy: Anatomy
    case: str
    status: str
    error: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it has a result."""
        return self.status == "done"

    @property
    def report(self) -> str | None:
        """Path of its report in the folder of the batch."""
        return f"{self.case}/report.html" if self.done else None

    @property
    def case_id(self) -> str | None:
        """Identifier of the patient or the fetus."""
        return (self.result.get("identity") or {}).get("case_id")

    @property
    def day(self) -> date | None:
        """Day of the examination."""
        text = (self.result.get("identity") or {}).get("examination_date")
        return None if text is None else date.fromisoformat(text)

    @property
    def weeks(self) -> float | None:
        """The age that was given, in weeks."""
        return self.result.get(self.anatomy.cohort.age) if self.anatomy.cohort.age else None

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """Value, interval and scores of every quantity that it has, by key."""
        found = {quantity.key: quantity.of(self.result) for quantity in self.anatomy.quantities}
        return {key: reading for key, reading in found.items() if reading.value is not None}

    @property
    def verdict(self) -> Mapping[str, Any] | None:
        """How usual the input is for the model, `in_distribution` of its result; None = not judged."""
        return self.result.get("in_distribution") or None

    @property
    def unreliable(self) -> bool:
        """Whether its numbers are shown grey, without intervals."""
        return self.anatomy.unreliable(self.result)

    def interval(self, key: str) -> tuple[float, float] | None:
        """90 % interval of a quantity; None where there is none, or where it must not be relied upon."""
        return None if self.unreliable or key not in self.readings else self.readings[key].interval90
