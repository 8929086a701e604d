"""The command for a table of cases of each anatomy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.batch import run as batch
from GenerativeModelsLib.batch.summary import CaseOutcome, summary_columns
from GenerativeModelsLib.batch.table import BatchRow
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.heart.anatomy import HEART
from Testing.helpers.results import run_fake_batch


def run(*arguments: object, anatomy: str = "skull") -> Any:
    return CliRunner().invoke(app, [anatomy, "batch", *map(str, arguments)])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text("case,axial\np1,a.png\np2,bad.png\n../p3,c.png\n")
    return path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Has the cases done by a stand-in, and gives what `run_batch` was called with."""
    seen: list[dict[str, Any]] = []

    def run_batch(anatomy: Anatomy, rows: list[BatchRow], output: Path, **options: Any) -> list[CaseOutcome]:
        seen.append({"rows": rows, "output": output} | options)
        assert anatomy.name == "skull"
        return run_fake_batch(rows, output, **{**options, "scheduler": None, "workers": 1})

    monkeypatch.setattr(batch, "run_batch", run_batch)
    return seen


def test_a_batch_with_failures_has_run_and_says_how_many_failed(
    table: Path, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    result = run(table, "--output", tmp_path / "out")
    assert result.exit_code == 3, result.stderr
    assert result.stdout.startswith(f"1 of 3 cases done, 2 failed: {tmp_path / 'out' / 'summary.csv'}")
    assert "p2: " in result.stdout and "is no image" in result.stdout
    assert "[100%]" in result.stderr and "p1: done" in result.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["cohort.html", "cohort.json", "p1", "summary.csv"]
    assert f"Cohort: {tmp_path / 'out' / 'cohort.html'} (0 outliers, 0 with serial examinations)" in result.stdout
    assert not (tmp_path / "p3").exists()


def test_the_options_reach_the_batch_and_every_request(
    table: Path, tmp_path: Path, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle").mkdir()
    parallel = ["--workers", 3, "--scheduler", "tcp://host:1", "--resume"]
    shared = ["--samples", 5, "--device", "cpu", "--seed", 8]
    assert run(table, "--output", tmp_path / "out", "--model", "bundle", *parallel, *shared).exit_code == 3
    (call,) = calls
    assert (call["workers"], call["scheduler"], call["resume"], call["overwrite"]) == (3, "tcp://host:1", True, False)
    request = call["rows"][0].request
    assert (request.samples, request.device, request.seed, request.model) == (5, "cpu", 8, tmp_path / "bundle")


def test_resuming_twice_repeats_only_what_failed(table: Path, tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    run(table, "--output", tmp_path / "out")
    (tmp_path / "out" / "p1" / "threads").unlink()
    assert run(table, "--output", tmp_path / "out").exit_code == 2
    assert run(table, "--output", tmp_path / "out", "--resume").exit_code == 3
    assert not (tmp_path / "out" / "p1" / "threads").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nix.csv", "--output", "out"], "nix.csv does not exist"),
        (["cases.csv", "--output", "out", "--samples", "-1"], "--samples is -1"),
        (["cases.csv", "--output", "out", "--device", "tpu"], "--device is 'tpu'"),
        (["cases.csv", "--output", "cases.csv"], "is a file"),
        (["cases.csv", "--output", "out", "--workers", "0"], "--workers"),
    ],
)
def test_what_cannot_be_used_exits_with_2(
    table: Path, tmp_path: Path, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2 and words in result.stderr and not (tmp_path / "out").exists()


def test_keep_going_ends_with_0_and_json_is_all_of_stdout(
    table: Path, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    result = run(table, "--output", tmp_path / "out", "--keep-going", "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert (document["schema"], document["done"], document["failed"]) == ("batch/1", 1, 2)
    assert [case["status"] for case in document["cases"]] == ["done", "failed", "failed"]
    assert document["cases"][0]["hc_mm"] == 260.125 and document["cases"][1]["hc_mm"] is None


def test_two_fetuses_under_one_id_are_said_in_one_sentence_and_fail_nothing(
    tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    table = tmp_path / "cases.csv"
    rows = ("p1,a.png,20+0,A,2026-01-01", "p2,b.png,30+0,A,2026-01-29", "p3,c.png,24+1,B,2026-01-29")
    table.write_text("\n".join(("case,axial,gestational_age_weeks,case_id,examination_date", *rows)))
    result = run(table, "--output", tmp_path / "out")
    sentence = (
        "Case ID A seems to hold two fetuses: p2 is 4 weeks after p1 by the dates, but 10 weeks "
        "older by the ages. Check the IDs of these cases."
    )
    assert result.exit_code == 0 and result.stderr.count(sentence) == 1
    document = json.loads(run(table, "--output", tmp_path / "out", "--resume", "--json").stdout)
    assert [each["contradiction"] for each in document["series"]] == [sentence]
    assert document["cases"][0]["outlier"] and document["cases"][0]["case_id"] == "A"


def test_a_resumed_batch_says_what_was_kept_and_what_was_computed_anew(
    table: Path, tmp_path: Path, calls: list[dict[str, Any]]
) -> None:
    run(table, "--output", tmp_path / "out")
    assert "1 cases were kept" in run(table, "--output", tmp_path / "out", "--resume").stdout
    changed = run(table, "--output", tmp_path / "out", "--resume", "--seed", 9).stdout
    assert "p1: computed anew: seed changed" in changed


def test_the_time_limit_reaches_the_batch(table: Path, tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    run(table, "--output", tmp_path / "out", "--time-limit", 2)
    assert calls[0]["time_limit_seconds"] == 120


def test_a_batch_of_hearts_says_how_each_case_went(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = tmp_path / "cases.csv"
    table.write_text("case,ed\np1,a.nii.gz\np2,\n")
    seen: dict[str, Any] = {}

    def run_batch(anatomy: Anatomy, rows: list[BatchRow], output: Path, **options: Any) -> list[CaseOutcome]:
        seen.update(options, rows=rows, anatomy=anatomy)
        return [CaseOutcome("p1", "done"), CaseOutcome("p2", "failed", error="no label map")]

    monkeypatch.setattr(batch, "run_batch", run_batch)
    options = ("--resume", "--scheduler", "tcp://host:1", "--labels", "lv=1,myo=2")
    result = run(table, "--output", tmp_path / "out", *options, anatomy="heart")
    assert result.exit_code == 3, result.stderr
    assert "1 of 2 cases done, 1 failed" in result.stdout and "p2: no label map" in result.stdout
    assert (seen["resume"], seen["scheduler"], seen["workers"]) == (True, "tcp://host:1", None)
    first, second = seen["rows"]
    assert first.request.ed == tmp_path / "a.nii.gz" and first.request.labels == "lv=1,myo=2"
    assert second.request is None and seen["anatomy"] is HEART
    document = json.loads(run(table, "--output", tmp_path / "out", "--json", anatomy="heart").stdout)
    assert set(document["cases"][0]) == set(summary_columns(HEART))
    missing = run(tmp_path / "nowhere.csv", "--output", tmp_path / "out", anatomy="heart")
    assert missing.exit_code == 2 and "nowhere.csv does not exist" in missing.stderr
