import csv
from dataclasses import replace
from pathlib import Path

import pytest

from GenerativeModelsLib.batch.finished import why_unfinished
from GenerativeModelsLib.batch.run import CaseOutcome
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.case import batch as heart_batch
from GenerativeModelsLib.heart.case.batch import (
    SUMMARY_COLUMNS,
    batch_kind,
    read_heart_result,
    read_heart_table,
    run_heart_batch,
    summary_line,
)
from GenerativeModelsLib.heart.case.run import analyse_heart
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel


def analysed(request: HeartRequest) -> str:
    """Work for a batch: the real analysis with a model without weights."""
    try:
        analyse_heart(request, load=lambda bundle, device: StandInModel())
    except InputError as error:
        return str(error)
    return ""


@pytest.fixture
def common(tmp_path: Path) -> HeartRequest:
    return HeartRequest(Path("table"), tmp_path, device="cpu")


def test_rows_become_requests(tmp_path: Path, common: HeartRequest) -> None:
    table = tmp_path / "cases.csv"
    table.write_text(
        "case,ed,es,labels,septum,sex\n"
        "p1,a.nii.gz,b.nii.gz,,,\n"
        'p2,a.nii.gz,,"lv=1,myo=2","dir:1,0,0",Male\n'
        "p3,,b.nii.gz,,,\n"
        "p4,a.nii.gz,,nothing,,\n"
    )
    rows = read_heart_table(table, tmp_path / "out", common)
    one, two, three, four = rows
    assert one.request == HeartRequest(
        tmp_path / "a.nii.gz", tmp_path / "out" / "p1", tmp_path / "b.nii.gz", device="cpu"
    )
    assert (two.request.es, two.request.labels, two.request.sex) == (None, "lv=1,myo=2", "male")
    assert two.request.septum == "dir:1,0,0"
    assert three.request is None and "no label map at end diastole" in three.error
    assert four.request is None and "--labels is 'nothing'" in four.error


def test_a_batch_goes_on_after_failures_and_resumes(
    sample_heart: Path, tmp_path: Path, common: HeartRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.nii.gz").write_bytes(b"no image")
    table = tmp_path / "cases.csv"
    good = sample_heart / "ed.nii.gz"
    table.write_text(f"case,ed,es\nbad,bad.nii.gz,\ngood,{good},{sample_heart / 'es.nii.gz'}\n")
    rows = read_heart_table(table, tmp_path / "out", common)
    outcomes = run_heart_batch(rows, tmp_path / "out", workers=1, work=analysed)
    assert [outcome.status for outcome in outcomes] == ["failed", "done"]
    with (tmp_path / "out" / "summary.csv").open(newline="") as file:
        bad, done = csv.DictReader(file)
    assert "bad.nii.gz" in bad["error"] and bad["edv_ml"] == ""
    assert float(done["edv_ml"]) > 100 and done["in_distribution_verdict"] == "typical"
    assert set(done) == set(SUMMARY_COLUMNS) and all(
        value != "" for key, value in done.items() if key not in ("error", "resumed")
    )
    again = run_heart_batch(rows[1:], tmp_path / "out", resume=True, workers=1, work=heart_batch.analyse_one)
    assert [outcome.resumed for outcome in again] == ["kept"]


def why(request: HeartRequest) -> str:
    kind = batch_kind()
    return why_unfinished(request.output, kind.schema, kind.fingerprint(request))


def test_finished_is_what_was_asked_for(sample_heart: Path, tmp_path: Path) -> None:
    request = HeartRequest(sample_heart / "ed.nii.gz", tmp_path / "p", device="cpu")
    assert why(request) == "there is no whole result"
    assert analysed(request) == ""
    assert why(request) == ""
    changes = {"seed": 1, "labels": "ukbb", "sex": "male", "es": sample_heart / "es.nii.gz", "septum": "dir:1,0,0"}
    words = {"es": "the es file changed"}
    for name, value in changes.items():
        assert why(replace(request, **{name: value})) == words.get(name, f"{name} changed")
    line = summary_line(CaseOutcome("p", "done", request.output))
    assert line["esv_ml"] == "" and line["wall_p95_ed_mm"] > 10 and line["dice_es"] == ""


def test_a_missing_or_foreign_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing or broken"):
        read_heart_result(tmp_path)
    (tmp_path / "result.json").write_text('{"schema": "skull-reconstruction/1"}')
    with pytest.raises(InputError, match="heart-analysis/1"):
        read_heart_result(tmp_path)
