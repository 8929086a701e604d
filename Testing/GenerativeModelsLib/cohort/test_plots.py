"""Where the points of a plot lie, and what is drawn."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.cohort.document import cohort_of
from GenerativeModelsLib.cohort.plots import MOST_DRAWN, cohort_plots, common_chart, series_plots
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.skull.anatomy import SKULL
from Testing.helpers.cohort_cases import heart_case, skull_case


def test_quantities_are_drawn_over_the_age_with_the_percentiles() -> None:
    cases = [skull_case("a", 20.0), skull_case("b", 30.0), skull_case("none", None)]
    plots = cohort_plots(cohort_of(SKULL, "x", cases))
    assert [plot.key for plot in plots] == list(SKULL.cohort.plots)
    (_, x_a, y_a), (_, x_b, y_b) = plots[0].points
    assert [point[0] for point in plots[0].points] == ["a", "b"], "a case without an age has no place"
    assert 0 < x_a < x_b < 1 and 0 < y_b < y_a < 1, "older is further right, larger further up"
    assert "2 cases by age" in plots[0].svg and ">97<" in plots[0].svg.replace("\n", "")
    assert ">97<" not in plots[3].svg.replace("\n", ""), "the chart has no cephalic index"


def test_a_chart_is_not_drawn_at_ages_that_it_does_not_reach() -> None:
    """INTERGROWTH-21st begins at 14 weeks."""
    plots = cohort_plots(cohort_of(SKULL, "x", [skull_case("a", 11.0, hc_mm=80.0), skull_case("b", 12.0, hc_mm=90.0)]))
    assert ">97<" not in plots[0].svg.replace("\n", "") and "percentiles" not in plots[0].svg
    assert len(plots[0].points) == 2


@pytest.mark.parametrize("ages", [(12.0, 20.0), (11.0, 12.0), (38.0, 41.5), (41.0, 42.0)])
def test_a_growth_curve_may_begin_and_end_where_the_chart_does_not_reach(ages: tuple[float, float]) -> None:
    cases = [skull_case(f"{w:g}", w, hc_mm=8 * w, case_id="A") for w in ages]
    cohort = cohort_of(SKULL, "x", cases)
    plot = series_plots(cohort, cohort.series[0])[0]
    assert [name for name, _, _ in plot.points] == [f"{w:g}" for w in ages]
    assert (">97<" in plot.svg.replace("\n", "")) == (ages != (11.0, 12.0))


def test_an_age_by_the_dates_is_a_place_too() -> None:
    dated = [
        skull_case("a", 20.0, case_id="A", day="2026-01-01"),
        skull_case("b", None, at=24.0, case_id="A", day="2026-01-29"),
    ]
    plots = cohort_plots(cohort_of(SKULL, "x", dated))
    assert [point[0] for point in plots[0].points] == ["a", "b"]


def test_without_any_age_and_for_hearts_distributions_are_drawn() -> None:
    (plot, *_) = cohort_plots(cohort_of(SKULL, "x", [skull_case("a", None), skull_case("b", None, at=30.0)]))
    assert "median" in plot.svg and len(plot.points) == 2
    hearts = [heart_case("m", 180.0, "male"), heart_case("f", 120.0, "female"), heart_case("u", 150.0)]
    edv, *others = cohort_plots(cohort_of(HEART, "x", hearts))
    places = {name: (x, y) for name, x, y in edv.points}
    assert places["f"][0] < places["u"][0] < places["m"][0] and places["f"][1] < places["m"][1] < places["u"][1]
    assert "sex not given" in edv.svg and {plot.key for plot in others} == {"esv_ml", "ef_percent", "myocardial_mass_g"}


def test_the_chart_is_that_of_most_cases() -> None:
    cases = [skull_case("a", chart="who"), skull_case("b", chart="who"), skull_case("c")]
    chart, others = common_chart(cohort_of(SKULL, "x", cases))
    assert chart.title.startswith("WHO") and others == 1
    assert common_chart(cohort_of(HEART, "x", [heart_case("a")])) == (None, 0)


def test_all_quantities_of_few_series_are_drawn_and_one_of_many() -> None:
    def drawn(count: int) -> list[str]:
        cases = [skull_case(f"{i}-{w:g}", w, case_id=f"A{i}") for i in range(count) for w in (22.0, 26.0)]
        cohort = cohort_of(SKULL, "x", cases)
        return [plot.key for plot in series_plots(cohort, cohort.series[0])]

    assert drawn(1) == ["hc_mm", "bpd_mm", "ofd_mm"] and drawn(MOST_DRAWN + 1) == ["hc_mm"]


def test_examinations_of_unknown_time_have_no_curve() -> None:
    cohort = cohort_of(SKULL, "x", [skull_case(name, None, case_id="A") for name in "ab"])
    assert series_plots(cohort, cohort.series[0]) == []


def test_texts_with_markup_stay_texts() -> None:
    cases = [skull_case(name, weeks, case_id='"$A"') for name, weeks in (("a", 22.0), ("b", 26.0))]
    cohort = cohort_of(SKULL, "x", cases)
    assert "&quot;$A&quot;" in series_plots(cohort, cohort.series[0])[0].svg
