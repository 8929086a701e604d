"""The skull's part of the report on a cohort."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.skull.request import PlaneSource
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.cohort_report import (
    Compared,
    held_out_cases,
    simulated_cases,
    write_skull_report,
)
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.own_results import Circumference, OwnResult
from Testing.helpers.cohorts import write_cohort
from Testing.helpers.head_records import drawn_case
from Testing.helpers.tiny_models import write_tiny_bundle


def records(seed: int = 0):
    rng = np.random.default_rng(seed)
    found = drawn_case(rng, lambda rng, p, sigma, n: sigma * rng.normal(size=len(sigma)))
    interval = {"hc_mm": (240.0, 260.0)}
    return replace(found, records={k: replace(r, interval90=interval) for k, r in found.records.items()})


def head(number: int, path: str = "p.vtp", subject: str = "") -> OwnResult:
    planes = {name: PlaneSource(Path(f"{number}{name}.png"), None) for name in ("axial", "sagittal")}
    row = CohortRow(
        number, f"p{number}", Path(path), "largest", planes, subject or str(Path(path).resolve()), "test", 30.0
    )
    return OwnResult(row, 251.3, True, records(number), None)


def circumference(number: int, found: float) -> OwnResult:
    picture = Path(f"c{number}.png")
    planes = {"axial": PlaneSource(picture, None)}
    row = CohortRow(number, f"c{number}", None, "largest", planes, str(picture.resolve()), "test", 30.0, 250.0)
    one = Circumference(found, (found - 5, found + 5), {}, "unusual", {})
    return OwnResult(row, 250.0, True, None, one)


def test_heads_have_surfaces_and_circumferences_their_error() -> None:
    before = [head(1), circumference(2, 262.0)]
    after = [head(1), circumference(2, 253.0)]
    first, second = held_out_cases(Compared(Path("start"), before, after))
    assert {"dice", "hausdorff_mm", "hd95_mm", "mean_surface_distance_mm", "surface_share90"} < set(first.values)
    assert first.values["hc_error_mm"][1] == pytest.approx(0.0) and first.truth == "head"
    assert first.values["surface_share90"][1] == pytest.approx(90, abs=4)
    assert second.values == {"hc_error_mm": (12.0, 3.0)} and second.truth == "head circumference"
    assert second.held == {"hc": (False, True)} and second.verdicts == ("unusual", "unusual")
    assert second.inputs == "axial, own pictures" and first.inputs == "axial, sagittal, own pictures"


def test_a_failure_of_one_model_is_not_hidden() -> None:
    lost = OwnResult(circumference(2, 1.0).row, 250.0, True, None, None, "no head")
    (found,) = held_out_cases(Compared(Path("start"), [lost], [circumference(2, 253.0)]))
    assert found.values == {"hc_error_mm": (None, 3.0)} and found.failures == ("no head", "")
    (alone,) = held_out_cases(Compared(None, [], [circumference(2, 253.0)]))
    assert alone.values == {"hc_error_mm": (None, 3.0)}


def test_a_subject_is_named_by_the_table_or_by_its_first_case_and_never_by_a_path() -> None:
    results = [head(1), head(2), head(3, "q.vtp"), head(4, "r.vtp", "mother"), circumference(5, 250.0)]
    found = held_out_cases(Compared(None, [], results))
    assert [case.subject for case in found] == ["p1", "p1", "p3", "mother", "c5"]


def test_simulated_cases_are_compared_where_both_models_have_a_result() -> None:
    failed = replace(records(), failure="no head")
    found = simulated_cases([records(1), failed, records(2)], [records(3), records(4), records(5)])
    assert len(found) == 2 and "surface_share90" not in found[0].values and not found[0].held


def test_the_report_names_both_bundles_and_what_decided_the_parts(tmp_path: Path) -> None:
    start = write_tiny_bundle(tmp_path / "start", name="first", version="1.0")
    bundle = write_tiny_bundle(tmp_path / "own", name="second", version="2.0")
    config = SkullTrainingConfig(
        model="HiRecCVAE",
        output=tmp_path,
        bank={"folder": tmp_path},
        cohort=CohortConfig(table=write_cohort(tmp_path / "cohort")),
        bundle={"output": bundle, "name": "second", "version": "2.0"},
    )
    simulated = replace(head(3), own_pictures=False)
    compared = Compared(start, [head(1), simulated], [head(1), simulated], (3, 3))
    page = write_skull_report(config, compared, ([records(1)], [records(2)]))
    content = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert content["models"]["before"]["name"] == "first" and content["models"]["after"]["version"] == "2.0"
    assert content["held_out"]["decided_by"].startswith("Parts by the column part of the table: train 2")
    assert content["trained_on"] == {"cases": 3, "typical": 3} and content["simulated"]["cases"] == 1
    assert any("imaged by the simulator" in note for note in content["notes"])
    assert str(tmp_path) not in page.read_text(encoding="utf-8") + json.dumps(content)
