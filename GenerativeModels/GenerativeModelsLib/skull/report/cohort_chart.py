"""The growth chart of a result, for the page of a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from GenerativeModelsLib.language import _
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth.registry import Chart
from GenerativeModelsLib.skull.growth.words import chart_in
from GenerativeModelsLib.skull.report.charts import percentile_curves

__all__ = ["CohortChart", "cohort_chart"]


@dataclass(frozen=True)
class CohortChart:
    """A growth chart by the keys of quantities; see `anatomy.cohort_plan.ReferenceChart`."""

    chart: Chart

    @property
    def title(self) -> str:
        """Name and source."""
        return f"{self.chart.title} ({_(self.chart.source)})"

    @property
    def weeks(self) -> tuple[float, float]:
        """First and last exact gestational age."""
        return self.chart.weeks

    def percentiles(self, key: str, weeks: np.ndarray) -> dict[int, np.ndarray]:
        """Values (W,) in mm at exact weeks (W,), by percentile; empty where the chart has no such curve."""
        name = SKULL.quantity(key).chart
        return percentile_curves(self.chart, name, weeks) if name in self.chart.curves else {}

    def scores(self, key: str, value: float, weeks: float) -> tuple[float, float] | None:
        """z-score and percentile of a value in mm; None where the chart has no such curve or age."""
        curve = self.chart.curves.get(SKULL.quantity(key).chart)
        if curve is None or not self.chart.covers(weeks):
            return None
        return float(curve.z_score(value, weeks)), float(curve.percentile(value, weeks))


def cohort_chart(result: Mapping[str, Any]) -> CohortChart:
    """The growth chart that a result was judged by."""
    return CohortChart(chart_in(result))
