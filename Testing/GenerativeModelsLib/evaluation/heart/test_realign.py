"""The benchmark of realigned slices: its tables, and one heart through it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from GenerativeModelsLib.evaluation.heart.realign import SimulatedCase, measure_simulated
from GenerativeModelsLib.evaluation.heart.realign_scores import RealScores, SimulatedScores
from GenerativeModelsLib.evaluation.heart.realign_tables import WAYS, real_table, simulated_table
from GenerativeModelsLib.resources import default_bundle


def score(name: str, way: str, left: float, wall: float) -> SimulatedScores:
    both = {"ed": 0.9, "es": 0.95}
    return SimulatedScores(name, 2.0, way, left, both, both, dict.fromkeys(both, wall), both, both, -1.5)


def test_errors_are_absolute_and_differences_paired() -> None:
    before = [score("a", "as it is", 2.0, -0.4), score("b", "as it is", 1.0, 0.2)]
    after = [replace(s, way=way, left_mm=s.left_mm - 0.5) for way in ("curve", "repair", "realign") for s in before]
    table = simulated_table([*before, *after], 7)
    rows = {row[1]: dict(zip(table.columns, row)) for row in table.rows}
    assert [*rows] == [*WAYS.values()] and {row[0] for row in table.rows} == {"2 mm"}
    assert rows["as it is"]["left, mm"] == "1.50"
    assert rows["`--realign`"]["left, mm"] == "1.00 (-0.50 to -0.50)"
    assert rows["as it is"]["mean wall ED, mm"] == rows["`--realign`"]["mean wall ED, mm"] == "0.30"
    assert rows["as it is"]["EF, points"] == "1.50" and "2 held-out simulated hearts (seed 7)" in table.notes[0]


def test_patients_are_shown_together_and_by_diagnosis_and_those_without_a_right_ventricle_left_out() -> None:
    one = RealScores("patient 1", "NOR", 1.0, 2.0, 1.0, 2.0, 0.5, 0.8)
    other = replace(one, name="patient 2", group="HCM", right_before_mm=float("nan"), right_after_mm=float("nan"))
    third = replace(one, name="patient 3", group="HCM", found_mm=3.0, right_after_mm=0.5, recovered=1.0)
    table = real_table([one, other, third], {"patient 4": "It is no stack."}, 0, 2.0)
    together, normal, thick = table.rows
    assert (together[:4], normal[:2], thick[:3]) == (["all", "3", "1.67", "2.00"], ["NOR", "1"], ["HCM", "2", "2.00"])
    assert together[4].startswith("0.75 (") and together[7] == "87 %" and "1 refused" in table.notes[0]


@pytest.mark.slow
def test_a_heart_is_measured_in_four_ways() -> None:
    found = {s.way: s for s in measure_simulated(SimulatedCase(default_bundle("heart"), 7_100_000, 2, 2.5))}
    assert [*found] == [*WAYS]
    assert found["realign"].left_mm < 0.5 * found["as it is"].left_mm
    assert found["realign"].left_mm < found["repair"].left_mm < found["as it is"].left_mm
    assert found["realign"].dice["ed"] > found["as it is"].dice["ed"] + 0.02
    assert abs(found["realign"].wall_error_mm["ed"]) < 0.3
