"""Floors that keep intervals from becoming narrower without evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.own_results import Circumference, OwnResult
from GenerativeModelsLib.training.skull.widths import SURFACE, own_variances, variances, widened
from Testing.helpers.head_records import drawn_case

FLAT = {
    "surface": {"scale": [1.0] * 3, "floor": [0.0] * 3},
    "biometry": {
        "scale": {name: [1.0] * 3 for name in QUANTITIES},
        "floor": {name: [0.0] * 3 for name in QUANTITIES},
    },
}
START = {
    "surface": {"scale": [1.0] * 3, "floor": [0.02] * 3},
    "biometry": {
        "scale": {name: [1.0] * 3 for name in QUANTITIES},
        "floor": {name: [0.01, 0.02, 0.03] for name in QUANTITIES},
    },
}
SUBSETS = ("axial", "axial + sagittal", "axial + coronal", "three planes")


def alike(variance: float) -> dict[str, dict[str, float]]:
    """The same variance of everything from every subset."""
    return {subset: dict.fromkeys((*QUANTITIES, SURFACE), variance) for subset in SUBSETS}


def test_draws_that_became_more_alike_get_the_width_of_the_start() -> None:
    found = widened(FLAT, START, [[(alike(0.03**2), alike(0.01**2))]], [SURFACE, *QUANTITIES])
    assert found["surface"]["floor"] == pytest.approx([np.sqrt(0.03**2 + 0.02**2 - 0.01**2)] * 3, abs=1e-5)
    expected = [np.sqrt(0.03**2 + floor**2 - 0.01**2) for floor in (0.01, 0.02, 0.03)]
    for name in QUANTITIES:
        assert found["biometry"]["floor"][name] == pytest.approx(expected, abs=1e-5)
    assert FLAT["surface"]["floor"] == [0.0] * 3, "what was given is not changed"


def test_wider_draws_are_left_as_they_are() -> None:
    assert widened(FLAT, START, [[(alike(0.01**2), alike(0.1**2))]], [SURFACE, *QUANTITIES]) == FLAT


def test_the_mean_over_a_group_decides_and_not_its_case_with_the_narrowest_intervals() -> None:
    pairs = [(alike(0.01**2), alike(0.03**2)), (alike(0.05**2), alike(0.01**2)), ({}, alike(0.0)), (alike(1.0), {})]
    found = widened(FLAT, FLAT, [pairs], ["hc_mm"])
    missing = np.mean([0.01**2 - 0.03**2, 0.05**2 - 0.01**2])
    assert found["biometry"]["floor"]["hc_mm"] == pytest.approx([np.sqrt(missing)] * 3, abs=1e-5)
    assert found["biometry"]["floor"]["bpd_mm"] == [0.0] * 3 == found["surface"]["floor"], "others were not asked for"


def test_the_group_with_the_narrower_intervals_decides() -> None:
    """Many simulated cases do not outvote the few own ones."""
    simulated = [(alike(0.01**2), alike(0.01**2))] * 50
    own = [(alike(0.04**2), alike(0.0))]
    for groups in ([simulated, own], [own, simulated]):
        found = widened(FLAT, FLAT, groups, [SURFACE])
        assert found["surface"]["floor"] == pytest.approx([0.04] * 3, abs=1e-5)


def test_an_own_case_with_one_plane_raises_the_floor_of_one_plane_alone() -> None:
    one = {"axial": dict.fromkeys((*QUANTITIES, SURFACE), 0.05**2)}
    found = widened(FLAT, FLAT, [[(one, {"axial": dict.fromkeys((*QUANTITIES, SURFACE), 0.0)})]], ["hc_mm"])
    assert found["biometry"]["floor"]["hc_mm"] == [0.05, 0.0, 0.0]


def test_a_start_without_calibration_sets_no_width() -> None:
    assert widened(FLAT, {}, [[(alike(1.0), alike(0.01))]], [SURFACE, "hc_mm"]) == FLAT


def test_variances_are_relative_and_of_cases_with_a_result(rng: np.random.Generator) -> None:
    case = drawn_case(rng, lambda rng, p, s, n: 0 * s)
    found = variances(case)
    assert set(found) == set(SUBSETS) and found["axial"]["hc_mm"] == pytest.approx(0.01**2)
    assert found["axial"]["head_volume_ml"] == pytest.approx(0.02**2)
    assert found["axial"][SURFACE] == pytest.approx(np.mean((case.records["axial"].sigma_mm / 40.0) ** 2))
    assert variances(replace(case, failure="no head")) == {}


def test_own_variances_are_of_a_head_or_of_a_circumference(rng: np.random.Generator) -> None:
    row = CohortRow(1, "p", None, "largest", {}, "p", "train", float("nan"), 250.0)
    known = Circumference(250.0, (240.0, 260.0), {"hc_mm": 0.02, SURFACE: 0.03}, "typical", {})
    assert own_variances(OwnResult(row, 250.0, True, None, known)) == {
        "axial": pytest.approx({"hc_mm": 0.0004, SURFACE: 0.0009})
    }
    case = drawn_case(rng, lambda rng, p, s, n: 0 * s)
    found = own_variances(OwnResult(replace(row, label_map=Path("p.vtp")), 250.0, True, case, None))
    assert set(found) == set(SUBSETS) and found["three planes"]["hc_mm"] == pytest.approx(0.0001)
    assert own_variances(OwnResult(row, 250.0, True, None, None, "no head")) == {}
    bare = replace(case, records={"axial": replace(case.records["axial"], sigma_mm=None)})
    assert own_variances(OwnResult(row, 250.0, True, bare, None)) == {"axial": {}}
