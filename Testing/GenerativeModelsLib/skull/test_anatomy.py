"""What the shared parts are told about skulls."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.shape.biometry import BiometryIntervals
from GenerativeModelsLib.skull.shape.growth_charts import CHARTS
from Testing.helpers.results import result_of

RESULT = result_of(SkullRequest(axial=Path("a.png")))


def test_every_quantity_is_measured_and_in_the_result() -> None:
    assert {quantity.key for quantity in SKULL.quantities} == set(BiometryIntervals.__dataclass_fields__)
    assert [quantity.of(RESULT).value for quantity in SKULL.quantities] == [70.25, 90.5, 260.125, 77.6, 310.0]
    assert {quantity.chart for quantity in SKULL.quantities} - {None} <= set(CHARTS)
    assert SKULL.quantity("hc_mm").of(RESULT).interval90 == (256.5, 263.5)


def test_the_uncertainty_is_noted_and_summed_up_where_it_is_known() -> None:
    assert SKULL.notes(RESULT) == ["Surface uncertainty: mean 0.88 mm, 95th percentile 1.60 mm"]
    assert SKULL.summary(RESULT) == {"uncertainty_mean_mm": 0.875}
    unknown = RESULT | {"uncertainty_mm": dict.fromkeys(("mean", "median", "p95", "max"))}
    assert SKULL.notes(unknown) == [] and SKULL.summary(unknown) == {"uncertainty_mean_mm": None}
    assert SKULL.summary({}) == {"uncertainty_mean_mm": None}
    assert tuple(SKULL.summary(RESULT)) == SKULL.summary_columns
