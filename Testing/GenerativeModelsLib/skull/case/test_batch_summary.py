import csv
import json
import os
from pathlib import Path

import pytest

from GenerativeModelsLib.batch.run import CaseOutcome
from GenerativeModelsLib.batch.summary import write_summary
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.case.batch_summary import SUMMARY_COLUMNS, read_result, summary_line
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import write_result


@pytest.fixture
def finished(tmp_path: Path) -> SkullRequest:
    request = SkullRequest(axial=Path("a.png"), output=tmp_path / "p1", seed=3)
    write_result(request)
    return request


def test_the_line_of_a_finished_case_repeats_its_result(finished: SkullRequest) -> None:
    line = summary_line(CaseOutcome("p1", "done", finished.output))
    assert (line["bpd_mm"], line["bpd_low90"], line["bpd_high90"], line["bpd_percentile"]) == (70.25, 68.5, 72.0, 41.0)
    assert (line["hc_mm"], line["ofd_percentile"]) == (260.125, "")
    assert (line["cephalic_index_percent"], line["head_volume_ml"]) == (77.6, 310.0)
    assert (line["device"], line["seconds"], line["uncertainty_mean_mm"]) == ("cpu", 1.5, 0.875)
    assert (line["in_distribution_score"], line["in_distribution_verdict"], line["warnings"]) == (0.5, "typical", 1)
    assert set(line) == set(SUMMARY_COLUMNS)


def test_null_measures_stay_empty(finished: SkullRequest) -> None:
    result = read_result(finished.output)
    result["biometry"]["hc_mm"] = {"value": 260.0, "sd": None, "interval90": None, "percentile": None}
    result["uncertainty_mm"] = {"mean": None}
    (finished.output / "result.json").write_text(json.dumps(result))
    line = summary_line(CaseOutcome("p1", "done", finished.output))
    assert (line["hc_mm"], line["hc_low90"], line["uncertainty_mean_mm"]) == (260.0, "", "")


def test_a_case_without_its_result_is_no_done_case(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"result\.json is missing or broken"):
        summary_line(CaseOutcome("p1", "done", tmp_path))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema": "heart-analysis/1"}'])
def test_a_foreign_result_is_refused(finished: SkullRequest, content: str) -> None:
    (finished.output / "result.json").write_text(content)
    with pytest.raises(InputError):
        read_result(finished.output)


def test_the_table_is_read_back_with_its_awkward_sentences(tmp_path: Path) -> None:
    sentence = 'The file "a,b.png" is empty: name another,\nor none.'
    write_summary(
        tmp_path / "summary.csv", SUMMARY_COLUMNS, [summary_line(CaseOutcome("p1", "failed", None, sentence))]
    )
    with (tmp_path / "summary.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["error"], row["status"], row["hc_mm"]) == (sentence, "failed", "")
    assert list(row) == list(SUMMARY_COLUMNS)


def test_a_failed_write_leaves_the_older_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_summary(tmp_path / "summary.csv", SUMMARY_COLUMNS, [])
    older = (tmp_path / "summary.csv").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_summary(tmp_path / "summary.csv", SUMMARY_COLUMNS, [summary_line(CaseOutcome("p1", "waiting"))])
    assert [p.name for p in tmp_path.iterdir()] == ["summary.csv"]
    assert (tmp_path / "summary.csv").read_bytes() == older
