"""Batches of real requests, by their anatomy's own work and fingerprint."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.batch.run import CaseWork, failure_of, run_batch
from GenerativeModelsLib.batch.table import BatchRow
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.GenerativeModelsLib.batch.test_run import summary
from Testing.helpers.stand_in_hearts import StandInModel
from Testing.helpers.toy_anatomy import PLACE, TOY, ToyRequest


@pytest.fixture
def toy(tmp_path: Path, tiny_bundle: Path) -> ToyRequest:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return ToyRequest(picture=tmp_path / "picture.png", model=tiny_bundle, device="cpu", output=tmp_path / "out" / "p1")


def test_the_work_of_a_case_finds_its_anatomy_in_any_process(toy: ToyRequest, tmp_path: Path) -> None:
    work = pickle.loads(pickle.dumps(CaseWork(PLACE)))
    assert work(toy) == "" and (toy.output / "toy.txt").read_text() == "8"
    assert "is not empty" in work(toy) and work(toy).endswith("or --overwrite.")
    (tmp_path / "picture.png").write_bytes(b"")
    assert work(replace(toy, overwrite=True)).startswith("picture ")


def test_a_batch_of_another_anatomy_has_its_columns_and_is_resumed(toy: ToyRequest) -> None:
    out = toy.output.parent
    rows = [BatchRow("p1", toy), BatchRow("p2", None, "no picture")]
    outcomes = run_batch(TOY, rows, out, workers=1, work=CaseWork(PLACE))
    assert [outcome.status for outcome in outcomes] == ["done", "failed"]
    line = summary(out)["p1"]
    assert (line["count_mm"], line["width_mm"], line["width_low90"], line["weight_g"]) == ("8", "2.5", "1.5", "")
    assert (line["strength"], line["warnings"]) == ("8", "2")
    (outcome,) = run_batch(TOY, rows[:1], out, workers=1, resume=True, work=CaseWork(PLACE))
    assert outcome.resumed == "kept"
    toy.picture.unlink()
    (outcome,) = run_batch(TOY, rows[:1], out, workers=1, resume=True, work=CaseWork(PLACE))
    assert outcome.status == "failed" and outcome.resumed.startswith("computed anew: ")


def analysed(request: HeartRequest) -> str:
    """Work for a batch: the real analysis with a model without weights."""
    return failure_of(lambda: run_case(HEART, request, load=lambda anatomy, bundle, device: StandInModel()))


def test_a_batch_of_hearts_goes_on_after_failures_and_resumes(sample_heart: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.nii.gz").write_bytes(b"no image")
    out = tmp_path / "out"
    files = {"bad": (tmp_path / "bad.nii.gz", None), "good": tuple(sample_heart / f"{p}.nii.gz" for p in ("ed", "es"))}
    rows = [BatchRow(case, HeartRequest(*pair, output=out / case, device="cpu")) for case, pair in files.items()]
    outcomes = run_batch(HEART, rows, out, workers=1, work=analysed)
    assert [outcome.status for outcome in outcomes] == ["failed", "done"]
    bad, done = summary(out).values()
    assert "bad.nii.gz" in bad["error"] and bad["edv_ml"] == ""
    assert float(done["edv_ml"]) > 100 and done["in_distribution_verdict"] == "typical"
    unknown = {key for key, value in done.items() if value == ""}
    indexed = {"edv_ml_per_m2", "esv_ml_per_m2", "mass_g_per_m2"}
    assert unknown == {"error", "resumed", "case_id", "examination_date", "outlier"} | indexed
    again = run_batch(HEART, rows[1:], out, resume=True, workers=1)
    assert [outcome.resumed for outcome in again] == ["kept"]
    changes = {"seed": 1, "labels": "ukbb", "sex": "male", "es": None, "septum": "dir:1,0,0"}
    for name, value in changes.items():
        wanted = fingerprint_of(HEART, replace(rows[1].request, **{name: value}))
        assert (
            why_unfinished(out / "good", HEART.schema, wanted) == f"{'the es file' if name == 'es' else name} changed"
        )
