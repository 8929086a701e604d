import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from GenerativeModelsLib.batches import BatchRow, CaseOutcome
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.fetal.batch import default_workers, run_batch
from GenerativeModelsLib.fetal.case_request import CaseRequest
from Testing.helpers.results import fake_work, write_result


def row(output: Path, case: str, image: str = "good") -> BatchRow:
    return BatchRow(case, CaseRequest(axial=output / case / f"{image}.png", output=output / case))


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
    outcomes = run_batch(rows, out, workers=1, work=fake_work, progress=lambda *step: seen.append(step))
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
    run_batch([row(tmp_path, "p1"), row(tmp_path, "p2")], tmp_path, workers=2, work=fake_work)
    assert (tmp_path / "p1" / "threads").read_text() == "3"


def test_a_killed_process_fails_its_own_case_only(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1", "killer"), row(tmp_path, "p2"), row(tmp_path, "p3")]
    outcomes = run_batch(rows, tmp_path, workers=1, work=fake_work)
    assert [o.status for o in outcomes] == ["failed", "done", "done"]
    assert "was killed, most likely for memory" in outcomes[0].error


def test_resuming_skips_what_is_finished_and_repeats_what_is_not(tmp_path: Path) -> None:
    rows = [row(tmp_path, "p1"), row(tmp_path, "p2")]
    write_result(rows[0].request)
    (tmp_path / "p2").mkdir()
    (tmp_path / "p2" / "skull.vtp").write_text("half")
    outcomes = run_batch(rows, tmp_path, resume=True, workers=1, work=fake_work)
    assert [o.status for o in outcomes] == ["done", "done"]
    assert not (tmp_path / "p1" / "threads").exists() and (tmp_path / "p2" / "threads").exists()
    assert summary(tmp_path)["p1"]["hc_mm"] == "260.125"


def test_a_folder_in_use_wants_overwrite_or_resume(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="not empty"):
        run_batch([row(tmp_path, "p1")], tmp_path, work=fake_work)
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_dask_cluster_does_the_same(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"processes": False, "n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    out = tmp_path / "out"
    with distributed.LocalCluster(**options) as cluster:
        rows = [row(out, "p1"), row(out, "p2", "bad"), row(out, "p3", "raises")]
        outcomes = run_batch(rows, out, scheduler=cluster.scheduler_address, work=fake_work)
    assert [o.status for o in outcomes] == ["done", "failed", "failed"]
    assert "The cluster lost this case: a surprise" in outcomes[2].error


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="No Dask scheduler answers at gopher://nowhere"):
        run_batch([row(tmp_path, "p1")], tmp_path, scheduler="gopher://nowhere", work=fake_work)


def test_without_dask_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'GenerativeModels\[cluster\]'"):
        run_batch([row(tmp_path, "p1")], tmp_path, scheduler="tcp://host:8786", work=fake_work)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")
def test_ctrl_c_keeps_the_finished_cases_and_says_so_in_the_summary(tmp_path: Path, repo_root: Path) -> None:
    code = (
        # A shell lets what it starts in the background ignore Ctrl-C, and so would this child of the tests.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; from pathlib import Path; from GenerativeModelsLib.fetal.batch import run_batch\n"
        "from Testing.helpers.results import fake_work\n"
        "from Testing.GenerativeModelsLib.fetal.test_batch import row\n"
        "out = Path(sys.argv[1])\n"
        "rows = [row(out, 'p1'), row(out, 'p2', 'waits'), *(row(out, f'q{i}') for i in range(9))]\n"
        "if __name__ == '__main__': run_batch(rows, out, workers=1, work=fake_work)\n"
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
