"""Many cases: each on its own, resumed, killed, on a cluster."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.batch import pool, run
from GenerativeModelsLib.batch.pool import default_workers
from GenerativeModelsLib.batch.run import by_own_names, failure_of
from GenerativeModelsLib.batch.summary import CaseOutcome
from GenerativeModelsLib.batch.table import BatchRow, check_case_name, table_words
from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.extras import install_command
from GenerativeModelsLib.output.lock import folder_lock
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.results import fake_work, run_fake_batch, write_result


def row(output: Path, case: str, image: str = "good") -> BatchRow:
    return BatchRow(case, SkullRequest(axial=output / case / f"{image}.png", output=output / case))


def summary(output: Path) -> dict[str, dict[str, str]]:
    with (output / "summary.csv").open(newline="") as file:
        return {line["case"]: line for line in csv.DictReader(file)}


def test_bad_rows_and_failures_do_not_stop_the_others(tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = [
        BatchRow("broken", None, "no axial image"),
        row(out, "p1"),
        row(out, "p2", "bad"),
        row(out, "p3", "raises"),
        row(out, "p4", "silent"),
        row(out, "p5"),
    ]
    seen: list[tuple[CaseOutcome, float]] = []
    outcomes = run_fake_batch(rows, out, workers=1, progress=lambda *step: seen.append(step))
    assert [o.status for o in outcomes] == ["failed", "done", "failed", "failed", "failed", "done"]
    lines = summary(out)
    assert list(lines) == ["broken", "p1", "p2", "p3", "p4", "p5"]
    assert lines["p1"]["hc_mm"] == "260.125" and lines["p1"]["error"] == ""
    assert "is no image" in lines["p2"]["error"] and "a surprise" in lines["p3"]["error"]
    assert "No result was found" in lines["p4"]["error"]
    assert lines["broken"]["error"] == "no axial image"
    assert [round(fraction * 6) for _, fraction in seen] == [1, 2, 3, 4, 5, 6]


def test_a_worker_keeps_to_its_share_of_the_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert default_workers() == 3
    run_fake_batch([row(tmp_path, "p1"), row(tmp_path, "p2")], tmp_path, workers=2)
    assert (tmp_path / "p1" / "threads").read_text() == "3"


def test_a_killed_process_fails_its_own_case_only(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1", "killer"), row(tmp_path, "p2"), row(tmp_path, "p3")]
    outcomes = run_fake_batch(rows, tmp_path, workers=1)
    assert [o.status for o in outcomes] == ["failed", "done", "done"]
    assert "was killed twice, most likely for memory" in outcomes[0].error


def test_a_case_killed_once_is_tried_again_alone(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1", "killed-once"), row(tmp_path, "p2")]
    assert [o.status for o in run_fake_batch(rows, tmp_path, workers=2)] == ["done", "done"]


def test_after_a_killed_process_the_others_go_on_together(tmp_path: Path) -> None:
    names = [f"q{i}" for i in range(8)]
    rows = [row(tmp_path, "p1", "killer"), *(row(tmp_path, name) for name in names)]
    outcomes = run_fake_batch(rows, tmp_path, workers=2)
    assert [o.status for o in outcomes] == ["failed", *["done"] * 8]
    processes = {(tmp_path / name / "process").read_text() for name in names}
    assert len(processes) <= 3, "two from the start and one in the place of the dead one"


def test_a_case_that_hangs_is_ended(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1", "hangs"), row(tmp_path, "p2")]
    outcomes = run_fake_batch(rows, tmp_path, workers=2, time_limit_seconds=12.0)
    assert [o.status for o in outcomes] == ["failed", "done"]
    assert "not done within 0.2 minutes" in outcomes[0].error


def test_processes_that_die_at_once_do_not_make_a_batch_endless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_start_worker", _dies)
    outcomes = run_fake_batch([row(tmp_path, "p1")], tmp_path, workers=1)
    assert [o.status for o in outcomes] == ["failed"] and "killed" in outcomes[0].error


def _dies(threads: int) -> None:
    os._exit(3)


def test_resuming_keeps_what_is_finished_and_repeats_what_is_not(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1"), row(tmp_path, "p2"), row(tmp_path, "p3")]
    write_result(rows[0].request)
    (tmp_path / "p2").mkdir()
    (tmp_path / "p2" / "skull.vtp").write_text("half")
    write_result(rows[2].request)
    (tmp_path / "p3" / "skull.vtp").write_text("of another case")
    outcomes = run_fake_batch(rows, tmp_path, resume=True, workers=1)
    assert [o.status for o in outcomes] == ["done", "done", "done"]
    assert [(tmp_path / name / "threads").exists() for name in ("p1", "p2", "p3")] == [False, True, True]
    lines = summary(tmp_path)
    assert [line["resumed"] for line in lines.values()] == [
        "kept",
        "",
        "computed anew: skull.vtp is missing or was changed",
    ]
    assert lines["p1"]["hc_mm"] == "260.125"


def test_resuming_computes_anew_what_was_asked_for_differently(tmp_path: Path) -> None:
    rows = [row(tmp_path, name) for name in ("p1", "p2", "p3")]
    for one in rows:
        (tmp_path / one.case).mkdir()
        one.request.axial.write_text("image")
        write_result(one.request)
    rows[0].request.axial.write_text("another image of the same name")
    rows[1] = replace(rows[1], request=replace(rows[1].request, seed=4))
    outcomes = run_fake_batch(rows, tmp_path, resume=True, workers=1)
    assert [o.resumed for o in outcomes] == [
        "computed anew: the axial file changed",
        "computed anew: seed changed",
        "kept",
    ]


def test_a_second_batch_into_the_same_folder_is_refused(tmp_path: Path) -> None:
    with folder_lock(tmp_path), pytest.raises(InputError, match="is being written by another process"):
        run_fake_batch([row(tmp_path, "p1")], tmp_path, resume=True, workers=1)
    assert list(tmp_path.iterdir()) == []
    assert run_fake_batch([row(tmp_path, "p1")], tmp_path, workers=1)[0].status == "done"


def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_written_as_text(tmp_path: Path) -> None:
    run_fake_batch([BatchRow("=1+1", None, "@bad"), BatchRow("-1", None, "x")], tmp_path)
    assert (tmp_path / "summary.csv").read_text().splitlines()[1].startswith("'=1+1,failed,'@bad,")
    assert (tmp_path / "summary.csv").read_text().splitlines()[2].startswith("'-1,failed,x,")


def test_a_folder_in_use_wants_overwrite_or_resume(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="not empty"):
        run_fake_batch([row(tmp_path, "p1")], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_dask_cluster_does_the_same(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"processes": False, "n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    out = tmp_path / "out"
    with distributed.LocalCluster(**options) as cluster:
        rows = [row(out, "p1"), row(out, "p2", "bad"), row(out, "p3", "raises")]
        outcomes = run_fake_batch(rows, out, scheduler=cluster.scheduler_address)
    assert [o.status for o in outcomes] == ["done", "failed", "failed"]
    assert "The cluster lost this case: a surprise" in outcomes[2].error


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="No Dask scheduler answers at gopher://nowhere"):
        run_fake_batch([row(tmp_path, "p1")], tmp_path, scheduler="gopher://nowhere")


def test_without_dask_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=re.escape(install_command("cluster"))):
        run_fake_batch([row(tmp_path, "p1")], tmp_path, scheduler="tcp://host:8786")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")
def test_ctrl_c_keeps_the_finished_cases_and_says_so_in_the_summary(tmp_path: Path, repo_root: Path) -> None:
    code = (
        # A shell lets what it starts in the background ignore Ctrl-C, and so would this child of the tests.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; from pathlib import Path\n"
        "from Testing.helpers.results import run_fake_batch\n"
        "from Testing.GenerativeModelsLib.batch.test_run import row\n"
        "out = Path(sys.argv[1])\n"
        "rows = [row(out, 'p1'), row(out, 'p2', 'waits'), *(row(out, f'q{i}') for i in range(9))]\n"
        "if __name__ == '__main__': run_fake_batch(rows, out, workers=1)\n"
    )
    (tmp_path / "script.py").write_text(code)
    out = tmp_path / "out"
    paths = os.pathsep.join([str(repo_root), str(repo_root / "GenerativeModels")])
    command = [sys.executable, str(tmp_path / "script.py"), str(out)]
    process = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": paths}, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (out / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(1.0)
    (out / "go").touch()
    _, stderr = process.communicate(timeout=60)
    assert stderr.rstrip().endswith("KeyboardInterrupt")
    statuses = {case: line["status"] for case, line in summary(out).items()}
    assert statuses["p1"] == statuses["p2"] == "done" and statuses["q8"] == "waiting"


def raising(error: BaseException):
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError(f"{named('samples')} is odd: check {named('axial')}."), "--samples is odd: check axial."),
        (
            MemoryError(),
            "The computer ran out of memory during this case: use fewer --workers or close other programs.",
        ),
        (RuntimeError("a surprise"), "Unforeseen error: RuntimeError: a surprise"),
    ],
)
def test_a_failure_is_a_sentence_in_the_words_of_a_table(error: Exception, sentence: str) -> None:
    assert failure_of(raising(error), table_words(SkullRequest)) == sentence


def test_what_ends_a_process_is_no_failure_of_a_case() -> None:
    assert failure_of(lambda: None) == ""
    with pytest.raises(KeyboardInterrupt):
        failure_of(raising(KeyboardInterrupt()))


def test_messages_of_the_summary_name_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    request = SkullRequest(folder / "a.png", pixel_spacing_mm=(0.2, 0.2), output=tmp_path / "out" / "p1")
    said = f"axial plane {folder / 'a.png'} does not exist; output folder {request.output} stays."
    assert by_own_names(said, request) == "axial plane a.png does not exist; output folder p1 stays."
    assert by_own_names("x", None) == "x"


def test_a_file_that_an_image_refers_to_is_called_by_its_own_name(tmp_path: Path) -> None:
    """Also in the text of an exception, and where a path was resolved."""
    folder = tmp_path / "tables" / ".." / "images"
    (tmp_path / "tables").mkdir()
    request = SkullRequest(folder / "a.mhd", output=tmp_path / "out" / "p1")
    said = f"axial plane a.mhd keeps its pixels in {folder / 'a.raw'} or {folder.resolve() / 'b.raw'}"
    assert by_own_names(said, request) == "axial plane a.mhd keeps its pixels in a.raw or b.raw"
    unforeseen = f"Unforeseen error: {FileNotFoundError(2, 'No such file', str(tmp_path / 'out' / 'p1' / 'x'))}"
    assert str(tmp_path) not in by_own_names(unforeseen, request)


def test_an_image_that_is_gone_when_resumed_is_called_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(tmp_path, "p1")]
    run_fake_batch(rows, tmp_path, workers=1)

    def gone(anatomy: Anatomy, request: SkullRequest) -> None:
        raise InputError(f"{request.axial} cannot be read (No such file or directory): check its permissions.")

    monkeypatch.setattr(run, "fingerprint_of", gone)
    (outcome,) = run.run_batch(SKULL, rows, tmp_path, resume=True, workers=1, work=fake_work)
    assert outcome.resumed.startswith("computed anew: good.png cannot be read")
    assert str(tmp_path) not in (tmp_path / "summary.csv").read_text(encoding="utf-8")


def test_a_summary_that_is_open_in_a_spreadsheet_does_not_stop_the_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows it cannot be replaced then; only the last one must be written."""
    rows, real, seen = [row(tmp_path, f"p{i}") for i in range(2)], run.write_table, []

    def held_open(path: Path, columns: object, lines: object) -> None:
        seen.append(path)
        if len(seen) <= 2 or (tmp_path / "open").exists():
            raise InputError(f"Cannot write {path} (Permission denied)")
        real(path, columns, lines)

    monkeypatch.setattr(run, "write_table", held_open)
    assert [outcome.status for outcome in run_fake_batch(rows, tmp_path, workers=1)] == ["done", "done"]
    assert [line["status"] for line in summary(tmp_path).values()] == ["done", "done"]
    (tmp_path / "open").touch()
    with pytest.raises(InputError, match="Cannot write"):
        run_fake_batch(rows, tmp_path, workers=1, resume=True)


def test_a_result_that_is_missing_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    outcomes = run_fake_batch([row(tmp_path, "p1", "silent")], tmp_path, workers=1)
    assert outcomes[0].status == "failed" and str(tmp_path) not in (outcomes[0].error + page(tmp_path))


def page(output: Path) -> str:
    return (output / "cohort.html").read_text(encoding="utf-8")


def test_a_resumed_batch_computes_nothing_again_and_makes_the_page_anew(tmp_path: Path) -> None:
    rows = [row(tmp_path, f"p{i}") for i in range(3)]
    run_fake_batch(rows[:2], tmp_path, workers=1)
    assert 'href="p1/report.html"' in page(tmp_path) and "p2/report.html" not in page(tmp_path)
    for name in ("p0", "p1"):
        (tmp_path / name / "process").unlink()
    outcomes = run_fake_batch(rows, tmp_path, resume=True, workers=1)
    assert [outcome.resumed for outcome in outcomes] == ["kept", "kept", ""]
    assert 'href="p2/report.html"' in page(tmp_path)
    assert [(tmp_path / f"p{i}" / "process").exists() for i in range(3)] == [False, False, True]


def test_after_ctrl_c_the_page_shows_what_is_there(tmp_path: Path) -> None:
    def stop(outcome: CaseOutcome, fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_fake_batch([row(tmp_path, "p1"), row(tmp_path, "p2")], tmp_path, workers=1, progress=stop)
    assert "p1/report.html" in page(tmp_path)


def test_reasons_of_outliers_are_in_the_summary(tmp_path: Path) -> None:
    first = row(tmp_path, "p1")
    young = BatchRow("p1", replace(first.request, gestational_age_weeks=20.0))  # of a head of 260 mm
    outcomes = run_fake_batch([young, row(tmp_path, "p2")], tmp_path, workers=1)
    assert "OFD z-score" in outcomes[0].outlier and outcomes[1].outlier == ""
    assert summary(tmp_path)["p1"]["outlier"] == outcomes[0].outlier


@pytest.mark.parametrize("name", ["cohort.html", "COHORT.json", "series.csv", "summary.csv"])
def test_no_case_is_called_as_a_file_of_the_batch(name: str) -> None:
    with pytest.raises(InputError, match="cannot name a folder"):
        check_case_name(name, Counter([name.casefold()]))
