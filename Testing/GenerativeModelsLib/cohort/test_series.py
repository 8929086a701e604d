"""Serial examinations: their order, their ages by the dates, and whether they can be of one subject."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.cohort.series import serial_examinations
from Testing.helpers.cohort_cases import heart_case, skull_case


def one_series(*cases):
    (found,) = serial_examinations(cases)
    return found


def test_cases_of_one_id_are_a_series_in_the_order_of_their_dates() -> None:
    others = [skull_case("alone", case_id="B"), skull_case("nobody"), skull_case("nobody2")]
    found = one_series(
        skull_case("late", 30.0, case_id="A", day="2026-03-22"),
        *others,
        skull_case("early", 26.0, case_id="A", day="2026-02-22"),
    )
    assert found.case_id == "A" and [one.case.case for one in found.examinations] == ["early", "late"]
    assert [one.since_first for one in found.examinations] == [0.0, 4.0] and found.contradiction == ""
    hc = [one.case.readings["hc_mm"].value for one in found.examinations]
    assert found.per_week(0, "hc_mm") is None and found.per_week(1, "hc_mm") == pytest.approx((hc[1] - hc[0]) / 4)


def test_ages_order_what_has_no_dates() -> None:
    found = one_series(skull_case("b", 30.0, case_id="A"), skull_case("a", 26.0, case_id="A"))
    assert [one.case.case for one in found.examinations] == ["a", "b"]
    assert [one.since_first for one in found.examinations] == [0.0, 4.0] and found.by_age


def test_a_missing_age_follows_from_the_dates_and_has_scores_of_the_chart() -> None:
    found = one_series(
        skull_case("a", 26.0, case_id="A", day="2026-02-22"),
        skull_case("b", None, at=30.0, z=1.0, case_id="A", day="2026-03-22"),
    )
    first, second = found.examinations
    assert (first.weeks, first.by_date) == (26.0, False) and (second.weeks, second.by_date) == (30.0, True)
    assert second.scores("hc_mm") == pytest.approx((1.0, 84.13), abs=0.01)
    assert first.scores("hc_mm")[0] == pytest.approx(0.0, abs=1e-9)


def test_without_ages_the_dates_place_them_and_without_both_nothing_does() -> None:
    dated = one_series(
        heart_case("a", case_id="A", examination_date="2026-01-01"),
        heart_case("b", case_id="A", examination_date="2026-01-15"),
    )
    assert not dated.by_age and [one.since_first for one in dated.placed] == [0.0, 2.0]
    assert one_series(heart_case("a", case_id="A"), heart_case("b", case_id="A")).placed == ()


def test_an_examination_without_a_date_leaves_the_others_in_their_order() -> None:
    found = one_series(
        heart_case("undated", case_id="A"),
        heart_case("late", 130.0, case_id="A", examination_date="2026-01-15"),
        heart_case("early", 150.0, case_id="A", examination_date="2026-01-01"),
    )
    assert [one.case.case for one in found.examinations] == ["early", "late", "undated"]
    assert [one.since_first for one in found.placed] == [0.0, 2.0] and found.per_week(1, "edv_ml") == -10.0


@pytest.mark.parametrize(("weeks", "contradicts"), [(29.0, False), (28.9, True), (31.0, False), (31.1, True)])
def test_ages_may_depart_from_the_dates_by_a_week(weeks: float, contradicts: bool) -> None:
    found = one_series(
        skull_case("a", 26.0, case_id="A", day="2026-02-22"), skull_case("b", weeks, case_id="A", day="2026-03-22")
    )
    assert bool(found.contradiction) == contradicts
    if contradicts:
        assert found.contradiction.startswith(
            "Case ID A seems to hold two fetuses: b is 4 weeks after a by the dates, but "
        )
        assert found.contradiction.endswith(" by the ages. Check the IDs of these cases.")


def test_ages_that_contradict_the_dates_are_said_in_the_order_of_the_dates() -> None:
    """Examinations of which one has no date are in the order of their ages."""
    found = one_series(
        skull_case("a", 26.0, case_id="A", day="2026-03-22"),
        skull_case("b", 30.0, case_id="A", day="2026-02-22"),
        skull_case("c", 28.0, case_id="A"),
    )
    assert "a is 4 weeks after b by the dates, but 4 weeks younger by the ages" in found.contradiction


@pytest.mark.parametrize(("day", "said"), [("2025-08-24", "before"), ("2027-02-21", "after")])
def test_examinations_of_two_pregnancies_are_two_fetuses(day: str, said: str) -> None:
    known = skull_case("a", 26.0, case_id="A", day="2026-02-22")
    other = skull_case("b", None, at=30.0, case_id="A", day=day)
    weeks = {"before": 26, "after": 52}[said]
    found = one_series(known, other).contradiction
    assert f"two fetuses: b is {weeks} weeks {said} a by the dates" in found


def test_without_any_age_examinations_lie_within_one_pregnancy() -> None:
    def contradiction(day: str) -> str:
        cases = [skull_case("a", None, hc_mm=200.0, case_id="A", day="2026-01-01")]
        return one_series(*cases, skull_case("b", None, hc_mm=300.0, case_id="A", day=day)).contradiction

    assert contradiction("2026-08-06") == "" and "b is 31 weeks and 1 day after a by the dates" in contradiction(
        "2026-08-07"
    )
    years = [heart_case(day, case_id="A", examination_date=day) for day in ("2020-01-01", "2026-01-01")]
    assert one_series(*years).contradiction == "", "a patient is examined again after years"


def test_a_head_does_not_shrink_beyond_what_measuring_it_twice_differs_by() -> None:
    def second(hc_mm: float, day: str) -> str:
        dated = {"case_id": "A", "day": day}
        first = skull_case("a", None, hc_mm=250.0, case_id="A", day="2026-02-22")
        return one_series(first, skull_case("b", None, hc_mm=hc_mm, **dated)).contradiction

    assert second(240.0, "2026-03-22") == "", "3 of 1.5 % of 250 mm is 11 mm"
    assert "HC shrinks from 250 mm in a to 235 in b" in second(235.0, "2026-03-22")
    assert second(300.0, "2026-03-22") == ""
    assert "HC goes from 250 mm in a to 300 in b on the same day" in second(300.0, "2026-02-22")
    assert second(255.0, "2026-02-22") == ""


def test_two_sexes_are_two_patients() -> None:
    found = one_series(heart_case("a", sex="male", case_id="A"), heart_case("b", sex="female", case_id="A"))
    assert found.contradiction == (
        "Case ID A seems to hold two patients: the sex is male in a and female in b. Check the IDs of these cases."
    )
    boy, girl = (skull_case(name, 27.0, case_id="A", sex=sex) for name, sex in (("a", "M"), ("b", "f")))
    assert "two fetuses: the sex is male in a and female in b" in one_series(boy, girl).contradiction
    assert not one_series(heart_case("a", sex="male", case_id="A"), heart_case("b", case_id="A")).contradiction
