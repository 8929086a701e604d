"""What the shared parts are told about skulls."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.anatomy.fields import judged_fields
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.growth import intergrowth
from GenerativeModelsLib.skull.request import SkullRequest
from GenerativeModelsLib.skull.shape.biometry import BiometryIntervals
from Testing.helpers.results import result_of

RESULT = result_of(SkullRequest(axial=Path("a.png")))


def test_every_quantity_is_measured_and_in_the_result() -> None:
    assert {quantity.key for quantity in SKULL.quantities} == set(BiometryIntervals.__dataclass_fields__)
    assert [quantity.of(RESULT).value for quantity in SKULL.quantities] == [70.25, 90.5, 260.125, 77.6, 310.0]
    assert {quantity.chart for quantity in SKULL.quantities} - {None} == set(intergrowth.CURVES)
    assert SKULL.quantity("hc_mm").of(RESULT).interval90 == (256.5, 263.5)


def test_ages_normal_ranges_and_uncertainty_are_noted() -> None:
    lines = SKULL.notes(RESULT)
    assert lines[0] == "HC fits 28 weeks + 0 days (90 % interval 26+3 to 29+5)"
    assert lines[1].startswith("BPD fits 26 weeks + 6 days (90 % interval 25+2 to 28+5); OFD fits 27 weeks + 4 days")
    assert lines[2].startswith("Ages by the INTERGROWTH-21st chart; no gestational age was given")
    assert lines[3].startswith("Cephalic index within the normal range of 74 to 83 % (Hadlock")
    assert lines[4] == "Surface uncertainty: mean 0.88 mm, 95th percentile 1.60 mm"
    assert SKULL.notes(RESULT | {"uncertainty_mm": dict.fromkeys(("mean", "median", "p95", "max"))}) == lines[:4]


def test_a_result_of_an_earlier_version_is_shown_without_ages() -> None:
    earlier = {name: value for name, value in RESULT.items() if name not in ("chart", "age_from")}
    assert SKULL.notes(earlier)[0].startswith("Ages by the INTERGROWTH-21st chart") and SKULL.cautions(earlier) == []


def test_the_summary_has_ages_and_the_first_warning_on_the_scale() -> None:
    said = {"warnings": ["Cut off.", "Check the spacing."], "warning_kinds": ["input", "scale"]}
    found = SKULL.summary(RESULT | said)
    assert tuple(found) == SKULL.summary_columns and found["scale_warning"] == "Check the spacing."
    assert (found["chart"], found["gestational_age_weeks"], found["uncertainty_mean_mm"]) == (
        "intergrowth",
        None,
        0.875,
    )
    assert found["age_from_hc_low90_weeks"] < found["age_from_hc_weeks"] < found["age_from_hc_high90_weeks"]
    assert SKULL.summary({}) == dict.fromkeys(SKULL.summary_columns)


def test_a_change_of_age_chart_sex_or_language_needs_no_computation() -> None:
    assert judged_fields(SkullRequest) == {"gestational_age_weeks", "chart", "sex", "language"}
