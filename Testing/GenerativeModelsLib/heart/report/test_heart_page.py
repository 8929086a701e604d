"""The heart's report as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from GenerativeModelsLib.errors import Caution
from GenerativeModelsLib.heart.report.page import gauge, notices, number, render
from GenerativeModelsLib.heart.shape.reference import Range
from GenerativeModelsLib.uncertainty.platt import probability_text
from Testing.helpers.heart_report import a_heart_report


def scene_of(page: str) -> dict:
    return json.loads(re.search(r'id="scene">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_is_self_contained_and_says_research_use() -> None:
    page = render(a_heart_report())
    assert "Content-Security-Policy" in page and page.count("Research use only") == 3
    assert not re.search(r'(src|href)="(?!data:|#)', page) and "http://" not in page.replace("http://www.w3.org", "")
    assert page.index("Volumes, function and mass") < page.index("Bull&#39;s-eye") < page.index("To reproduce")


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


def test_values_per_body_surface_stand_beside_the_range_that_is_published() -> None:
    page = render(a_heart_report(sex="male", indexed=True))
    row = page[page.index("Myocardial mass per body surface") :].partition("</tr>")[0]
    assert "88" in row and "35 to 71" in row and "above" in row
    others = page[page.index("Without a published range at hand") :].partition("</table>")[0]
    assert "End-diastolic volume per body surface" in others and "82" in others and "Mass index" not in others
    assert "1.82 m² of 170 cm and 70 kg" in page
    plain = render(a_heart_report())
    assert "per body surface" not in plain.lower() and "m² of" not in plain and "Without a published" not in plain


def test_the_legend_reaches_the_walls_of_systole() -> None:
    page = render(a_heart_report())
    compared = page[page.index('data-colours="compare" data-low="0.0" data-high="30.0"') :].partition(
        "</div>\n    </div>"
    )[0]
    assert "<span>15</span><span>22.5</span><span>≥ 30 mm</span>" in compared and "from 0 to 30 mm" in compared


def test_the_thickest_segment_is_judged_by_the_guidelines_before_the_probability() -> None:
    page = render(a_heart_report())
    section = page[page.index("<h3>Hypertrophic") :].partition("</section>")[0]
    assert section.index("16.4 <small>mm, hypertrophic") < section.index("&gt; 99 %")
    assert "Thickest segment at end diastole: 2, basal anteroseptal" in section
    assert "15 mm or more in any segment is hypertrophy" in section
    assert "Probability by the model (90 % interval 96 % to &gt; 99 %)" in section
    assert "mostly re-tells the thickest wall (on real patients their correlation is 0.995)" in section
    assert "14 mm" not in section and "One-number" not in page and "agree." not in page and "evidence" not in page


@pytest.mark.parametrize(
    ("judgement", "words"),
    [("borderline", "13 to 14 mm is borderline"), ("normal", "a wall of less than 13 mm is not hypertrophied")],
)
def test_a_borderline_wall_is_called_so(judgement: str, words: str) -> None:
    report = a_heart_report()
    thickest = {"segment": 9, "mean_mm": 13.5, "judgement": judgement}
    page = render(replace(report, result=report.result | {"thickest_segment": thickest}))
    assert f"13.5 <small>mm, {judgement}" in page and words in page and "9, mid inferoseptal" in page


def test_the_probability_of_an_odd_heart_is_muted_or_not_shown() -> None:
    reason = Caution("The shape of this heart is odd. Its wall is thick.", "verdict")
    unusual = render(a_heart_report(verdict="unusual", warnings=[reason]))
    tile = unusual[unusual.index('<div class="muted">') :].partition("</div>")[0]
    assert "&gt; 99 %" in tile and "unusual for the model" in tile and "Its wall is thick." in tile
    outside = render(a_heart_report(verdict="outside", warnings=[reason]))
    assert "99 %" not in outside and "96 %" not in outside and "not shown, since this heart lies outside" in outside
    assert 'class="muted"' not in render(a_heart_report())


def test_end_diastole_alone_has_one_phase_and_dashes() -> None:
    page = render(a_heart_report(phases=1))
    assert 'value="es"' not in page and "end diastole alone" in page.lower()
    assert set(scene_of(page)["meshes"]) == {"ed-labelled", "ed-model"}


def test_what_is_grey_beyond_the_slices_is_said_in_the_legend() -> None:
    report = a_heart_report()
    assert "Grey: the base, where the wall ends.<" in render(report)
    page = render(replace(report, result=report.result | {"volumes_lower_bounds": True}))
    assert "Grey: the base, where the wall ends, and the apex, which the slices do not show.<" in page


def test_the_scene_holds_four_hearts_on_one_set_of_triangles() -> None:
    scene = scene_of(render(a_heart_report()))
    assert set(scene["meshes"]) == {f"{phase}-{source}" for phase in ("ed", "es") for source in ("labelled", "model")}


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
    assert [probability_text(p) for p in (0.001, 0.5, 0.999)] == ["< 1 %", "50 %", "> 99 %"]


def test_a_gauge_keeps_the_value_on_its_scale() -> None:
    reference = Range(100.0, 10.0 / 0.98)  # 80 to 120
    assert vars(gauge(100.0, reference)) == {"low": 33.3, "high": 66.7, "value": 50.0}
    assert gauge(1000.0, reference).value == 99.5 and gauge(-1000.0, reference).value == 0.5
