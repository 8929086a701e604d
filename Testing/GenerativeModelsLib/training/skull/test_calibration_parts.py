"""Calibration of a bundle, and where each part of it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.shape.biometry import Biometry
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.calibration_parts import (
    EVIDENCE,
    LEAST_OWN,
    Found,
    calibration_of,
    own_readings,
)
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.own_results import Circumference, OwnResult
from Testing.helpers.head_records import drawn_case

WIDE = {
    "surface": {"scale": [1.0] * 3, "floor": [0.1] * 3},
    "biometry": {"scale": {q: [1.0] * 3 for q in QUANTITIES}, "floor": {q: [0.05] * 3 for q in QUANTITIES}},
    "set": "90 simulated cases and 80 HC18 pictures",
}
START = SimpleNamespace(name="shipped 2.0", calibration=WIDE, calibrated_on=WIDE["set"])


def config(tmp_path: Path, **fields) -> SkullTrainingConfig:
    return SkullTrainingConfig(model="HiRecCVAE", output=tmp_path, bank={"folder": tmp_path}, **fields)


def simulated(count: int = 12) -> list[CaseRecords]:
    rng = np.random.default_rng(3)

    def error(rng: np.random.Generator, points: np.ndarray, sigma: np.ndarray, planes: int) -> np.ndarray:
        return sigma * rng.normal(size=len(sigma))

    return [measured(drawn_case(rng, error, case=i), rng) for i in range(count)]


def measured(case: CaseRecords, rng: np.random.Generator) -> CaseRecords:
    """The case with relative errors of 1 % in every quantity."""

    def truth(record: Record) -> Biometry:
        return Biometry(**{name: value * (1 + 0.01 * rng.normal()) for name, value in vars(record.found).items()})

    return replace(case, records={name: replace(r, truth=truth(r)) for name, r in case.records.items()})


def row(number: int, part: str, *, head: bool) -> CohortRow:
    hc = float("nan") if head else 250.0
    return CohortRow(number, f"p{number}", Path("p.vtp") if head else None, "largest", {}, f"p{number}", part, 30.0, hc)


def circumference(number: int, part: str = "calibration", error: float = 0.0) -> OwnResult:
    sd = dict.fromkeys((*QUANTITIES, "surface"), 0.01)
    found = Circumference(250.0, (246.0, 254.0), sd, "typical", {})
    return OwnResult(row(number, part, head=False), 250.0 * (1 + error), True, None, found)


def own_head(number: int, part: str = "calibration") -> OwnResult:
    return OwnResult(row(number, part, head=True), 251.3, True, simulated(1)[0], None)


def test_from_scratch_it_is_what_the_cases_say(tmp_path: Path) -> None:
    found = calibration_of(config(tmp_path), Found(simulated()), None, None)
    assert found["set"] == "12 simulated cases of seed 71" and found["failures"] == 0
    assert found["sources"] == {"surface": found["set"], "biometry": found["set"]}
    assert max(found["surface"]["floor"]) < 0.01


def test_after_a_start_no_floor_is_below_its_own_and_the_source_says_so(tmp_path: Path) -> None:
    cases = Found(simulated())
    found = calibration_of(config(tmp_path), cases, START, cases)
    assert min(found["surface"]["floor"]) > 0.095, "the start's floor, and the scale that hardly differs from its own"
    assert all(min(found["biometry"]["floor"][q]) >= 0.045 for q in QUANTITIES)
    for name in ("surface", "biometry"):
        assert "the mean variance is not smaller than that of shipped 2.0" in found["sources"][name]
        assert "90 simulated cases and 80 HC18 pictures" in found["sources"][name]


@pytest.mark.parametrize(("given", "held"), [("hc18", "surface"), ("heads", "biometry")])
def test_real_pictures_or_heads_are_evidence_for_their_part(tmp_path: Path, given: str, held: str) -> None:
    cases = Found(simulated())
    found = calibration_of(config(tmp_path, **{given: tmp_path}), cases, START, cases)
    other = {"surface": "biometry", "biometry": "surface"}[held]
    assert "mean variance" in found["sources"][held] and "mean variance" not in found["sources"][other]
    assert (min(found["surface"]["floor"]) > 0.095) == (held == "surface")
    assert (min(found["biometry"]["floor"]["hc_mm"]) >= 0.045) == (held == "biometry")


def test_many_own_calibration_pictures_are_evidence_too(tmp_path: Path) -> None:
    for count, narrow in ((EVIDENCE - 1, False), (EVIDENCE, True)):
        cases = Found(simulated(), [circumference(i) for i in range(count)])
        found = calibration_of(config(tmp_path), cases, START, cases)
        assert (max(found["surface"]["floor"]) < 0.05) == narrow
        assert ("mean variance" not in found["sources"]["biometry"]) == narrow


def test_a_few_own_pictures_with_large_errors_raise_the_floor(tmp_path: Path) -> None:
    alone = calibration_of(config(tmp_path), Found(simulated()), None, None)["biometry"]["floor"]["hc_mm"]
    for count in (LEAST_OWN - 1, LEAST_OWN):
        wrong = [circumference(i, error=0.08 * (-1) ** i) for i in range(count)]
        training = [circumference(i, "train", error=0.5) for i in range(20, 40)]
        found = calibration_of(config(tmp_path), Found(simulated(), [*wrong, *training]), None, None)
        floor = found["biometry"]["floor"]["hc_mm"]
        if count < LEAST_OWN:
            assert floor == alone and "own pictures" not in found["set"]
        else:
            assert floor[0] == pytest.approx(0.08, rel=0.03) and found["set"].endswith(f"and {LEAST_OWN} own pictures")


def test_own_heads_for_calibration_join_the_fit_and_those_for_training_do_not(tmp_path: Path) -> None:
    cases = Found(simulated(), [own_head(1), own_head(2, "train"), replace(own_head(3), own_pictures=False)])
    found = calibration_of(config(tmp_path), cases, None, None)
    assert found["set"] == "12 simulated cases of seed 71, 2 own cases"


def test_readings_are_of_own_pictures_with_a_spread() -> None:
    drawn = replace(own_head(3), own_pictures=False)
    nothing = OwnResult(row(4, "calibration", head=False), 250.0, True, None, None, "no head")
    found = own_readings([circumference(1, error=0.1), own_head(2), drawn, nothing])
    assert [set(one.truth) for one in found] == [{"hc_mm"}, set(QUANTITIES) - {"head_volume_ml"}]
    assert found[0].truth["hc_mm"] == pytest.approx(275.0) and found[0].sd["hc_mm"] == pytest.approx(2.5)
