"""Why a case stands out."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.cohort.outliers import outliers
from GenerativeModelsLib.cohort.series import serial_examinations
from Testing.helpers.cohort_cases import heart_case, skull_case


def kinds(found, name: str) -> list[str]:
    return [reason.kind for reason in found.get(name, ())]


def test_a_usual_case_does_not_stand_out() -> None:
    cases = [skull_case(f"p{i}", z=z) for i, z in enumerate(np.linspace(-2, 2, 12))]
    assert outliers(cases) == {}


def test_scale_verdict_and_chart_are_reasons() -> None:
    cases = [
        skull_case("wrong scale", z=6.0),
        skull_case("unusual", verdict="unusual"),
        skull_case("large", z=3.1),
        skull_case("two", case_id="A", day="2026-01-01"),
        skull_case("two too", case_id="A", day="2026-03-01"),
    ]
    found = outliers(cases, serial_examinations(cases))
    assert kinds(found, "wrong scale") == ["scale"] and "check the pixel spacing" in found["wrong scale"][0].text
    assert [r.text for r in found["unusual"]] == ["Unusual for the model: the outline is doubtful"]
    assert kinds(found, "large") == ["chart"] and "HC z-score +3.1" in found["large"][0].text
    assert kinds(found, "two") == kinds(found, "two too") == ["ID"]


def test_a_value_far_from_the_others_stands_out_from_ten_values_on() -> None:
    def found(count: int):
        return outliers([*(heart_case(f"p{i}", 140.0 + i) for i in range(count)), heart_case("far", 400.0)])

    assert found(8) == {}
    assert kinds(found(9), "far") == ["cohort"]
    assert found(9)["far"][0].text.startswith("Far from the other cases: EDV 400.0 ml (median 144.5), ESV ")


def test_measurements_that_grow_are_compared_by_their_z_scores() -> None:
    ages = np.linspace(16, 39, 24)
    cases = [skull_case(f"p{i}", age, z=0.1 * (-1) ** i * (1 + i % 3)) for i, age in enumerate(ages)]
    assert outliers(cases) == {}, "neither the smallest nor the largest head, nor their volumes"
    found = outliers([*cases, skull_case("far", 27.0, z=2.5)])
    assert kinds(found, "far") == ["cohort"] and "HC z-score +2.5" in found["far"][0].text
