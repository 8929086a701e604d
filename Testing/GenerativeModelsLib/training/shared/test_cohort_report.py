"""The report on a cohort: document, table and page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from GenerativeModelsLib.training.shared.cohort_report import SCHEMA, document, headline, not_compared
from Testing.helpers.cohort_reports import better, case, report


def test_with_enough_subjects_it_says_what_is_shown_and_no_more() -> None:
    content = document(report(better(12)))
    dice, error, share = content["measures"]
    assert content["schema"] == SCHEMA and content["held_out"]["subjects"] == 12
    assert dice["verdict"] == "better" and dice["interval95"][0] > 0.01
    assert error["verdict"] == "no difference shown" and error["interval95"][0] < 0 < error["interval95"][1]
    assert share["verdict"] is None and share["after"] == pytest.approx(90.0), "neither direction is better"
    assert content["headline"] == "On 12 subjects the new model is better in Dice."


def test_a_worse_model_is_called_worse() -> None:
    turned = [replace(c, values={k: v[::-1] for k, v in c.values.items()}) for c in better(12)]
    assert headline(report(turned)) == "On 12 subjects the new model is worse in Dice."
    same = [replace(c, values={k: (v[0], v[0]) for k, v in c.values.items()}) for c in better(12)]
    assert headline(report(same)) == "No difference between the models is shown by 12 subjects."


def test_cases_that_a_model_has_no_result_for_are_counted() -> None:
    """They are in no mean, so a model that loses heads would look better."""
    cases = better(12)
    cases[3] = replace(cases[3], values={}, failures=("", "no head found"))
    assert headline(report(cases)) == "On 11 subjects the new model is better in Dice."
    assert not_compared(report(cases)) == (
        "No result for 1 of 12 cases by the new model and for 0 by the one before: these are not compared."
    )
    assert not_compared(report(cases, before=None)) == "No result for 1 of 12 cases."
    assert not_compared(report(better(12))) == ""
    few = [replace(case, values={}, failures=("", "no head found")) for case in cases[4:]]
    assert "3 subjects compared: too few to say" in headline(report(cases[:4] + few))


def test_few_subjects_are_too_few_and_none_are_none() -> None:
    content = document(report(better(2)))
    assert {entry["verdict"] for entry in content["measures"]} == {"too few to say", None}
    assert "too few to say whether the new model is better" in content["headline"]
    twins = [case(i, {"dice": (0.9, 0.95 + i / 100)}, subject="mother") for i in range(8)]
    assert "too few to say" in headline(report(twins)) and document(report(twins))["measures"][0]["subjects"] == 1
    assert headline(report([])).startswith("No own case was held out")


def test_a_share_of_held_intervals_comes_with_its_uncertainty() -> None:
    cases = [case(i, {"dice": (0.9, 0.9)}, held=i > 0) for i in range(10)]
    (found,) = document(report(cases))["intervals90"]
    assert (found["after"]["held"], found["after"]["cases"], found["before"]["held"]) == (9, 10, 0)
    low, high = found["after"]["interval95"]
    assert low < 0.9 < high


def test_heads_and_circumferences_are_counted_where_they_are_known() -> None:
    circumference = case(9, {"hc_error_mm": (4.0, 2.0)}, truth="head circumference")
    dice, error, _ = document(report([*better(6), circumference]))["measures"]
    assert (dice["cases"], error["cases"]) == (6, 7)
    failed = replace(case(10, {}), held={}, failures=("", "No head was found."))
    assert document(report([*better(6), failed]))["measures"][0]["cases"] == 6


def test_without_a_first_model_the_new_one_stands_alone() -> None:
    cases = [replace(c, values={k: (None, v[1]) for k, v in c.values.items()}, held={}) for c in better(6)]
    content = document(report(cases, before=None))
    dice = content["measures"][0]
    assert dice["before"] is None and dice["verdict"] is None and dice["after"] > 0.9
    assert content["headline"].startswith("There is no model to compare with")
