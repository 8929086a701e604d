"""The heart's report as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.heart.report.page import gauge, notices, number, probability, render
from GenerativeModelsLib.heart.shape.reference import Range
from Testing.helpers.heart_report import a_heart_report


def scene_of(page: str) -> dict:
    return json.loads(re.search(r'id="scene">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_is_self_contained_and_says_research_use() -> None:
    page = render(a_heart_report())
    assert "Content-Security-Policy" in page and page.count("Research use only") == 2
    assert not re.search(r'(src|href)="(?!data:|#)', page) and "http://" not in page.replace("http://www.w3.org", "")
    assert page.index("Volumes, function and mass") < page.index("Bull's-eye") < page.index("To reproduce")


def test_warnings_come_first_and_outside_is_serious() -> None:
    page = render(a_heart_report(verdict="outside", warnings=["The apex is cut."]))
    assert page.index("notice serious") < page.index("The apex is cut.") < page.index("Left ventricle, coloured")
    assert 'class="notices"' not in render(a_heart_report())
    assert [notice.severity for notice in notices(a_heart_report(verdict="unusual"))] == ["caution"]


def test_the_reasons_of_the_verdict_stand_beside_it_and_are_not_said_twice() -> None:
    warning = Caution("The shape of this heart is outside the population. Its wall is thick.", "verdict")
    serious, caution = notices(a_heart_report(verdict="outside", warnings=[warning, "The apex is cut."]))
    assert serious.severity == "serious" and serious.text.endswith("on the labels alone. Its wall is thick.")
    assert (caution.severity, caution.text) == ("caution", "The apex is cut.")


def test_reference_ranges_of_the_given_sex_or_of_both() -> None:
    both, men = render(a_heart_report()), render(a_heart_report(sex="male"))
    assert "Healthy men" in both and "Healthy women" in both and "sex was not given" in both
    assert "Healthy men" in men and "Healthy women" not in men and "sex was not given" not in men
    assert "UK Biobank" in men and "Contouring styles differ" in men


def test_the_one_number_rule_stands_beside_the_probability() -> None:
    page = render(a_heart_report())
    assert "&gt; 99 %" in page and "One-number rule" in page and "The two agree." in page
    report = a_heart_report()
    result = report.result | {"hcm_probability": 0.2}
    assert "The two disagree" in render(replace(report, result=result))


def test_end_diastole_alone_has_one_phase_and_dashes() -> None:
    page = render(a_heart_report(phases=1))
    assert 'value="es"' not in page and "end diastole alone" in page.lower()
    assert set(scene_of(page)["meshes"]) == {"ed-labelled", "ed-model"}


def test_the_scene_holds_four_hearts_on_one_set_of_triangles() -> None:
    scene = scene_of(render(a_heart_report()))
    assert set(scene["meshes"]) == {f"{phase}-{source}" for phase in ("ed", "es") for source in ("labelled", "model")}
    assert scene["range_mm"] == 20.0


def test_user_strings_are_escaped() -> None:
    nasty = "</script><script>alert('x')</script>&\"'"
    report = a_heart_report(warnings=[nasty], title=nasty)
    page = render(replace(report, trained_on=nasty, limits=[nasty], validation={nasty: nasty}, licence=nasty))
    assert "alert('x')" not in page
    assert page.count("<script") == page.count("</script>") == 2


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(None, "ml", "–"), (np.nan, "mm", "–"), (155.7, "ml", "156"), (9.27, "mm", "9.3"), (8.04, "g", "8.0")],
)
def test_numbers(value: float | None, unit: str, shown: str) -> None:
    assert number(value, unit) == shown


def test_probabilities_do_not_pretend_to_certainty() -> None:
    assert [probability(p) for p in (0.001, 0.5, 0.999, None)] == ["< 1 %", "50 %", "> 99 %", "–"]


def test_a_gauge_keeps_the_value_on_its_scale() -> None:
    reference = Range(100.0, 10.0 / 0.98)  # 80 to 120
    assert vars(gauge(100.0, reference)) == {"low": 33.3, "high": 66.7, "value": 50.0}
    assert gauge(1000.0, reference).value == 99.5 and gauge(-1000.0, reference).value == 0.5
