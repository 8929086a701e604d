"""A batch of forty rows, killed again and again, ends with the very results of one that was left alone."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way"),
]

ROWS = 40
KILLS = [
    ("parent", signal.SIGKILL),
    ("parent", signal.SIGTERM),
    ("worker", signal.SIGKILL),
    ("worker", signal.SIGTERM),
    ("group", signal.SIGKILL),
    ("group", signal.SIGTERM),
]
TIMES = re.compile(r"<span>[-\d]+ [:\d]+ UTC</span>|<dt>Seconds</dt><dd>.*?</dd>")
"""What a report says of when it was made and how long that took."""


@pytest.fixture(scope="module")
def table(sample_head: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty rows, each with a result of its own: a mix-up of two shows."""
    path = tmp_path_factory.mktemp("table") / "cases.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "axial", "axial_spacing_mm", "gestational_age_weeks"])
        for row in range(ROWS):
            writer.writerow([f"case{row:02d}", sample_head / "axial.png", 0.2 + 0.001 * row, 20 + 0.25 * row])
    return path


def test_a_batch_killed_at_random_moments_is_resumed_to_the_same_bytes(table: Path, tmp_path: Path) -> None:
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    whole = start(table, alone)
    assert whole.wait(400) == 0
    chance = random.Random(20261121)
    order = KILLS[:]
    chance.shuffle(order)
    for target, number in order:
        done = len(finished(killed))
        batch = start(table, killed)
        wait_for(lambda: len(finished(killed)) > done or batch.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0.0, 1.2))
        assert batch.poll() is None, "it ended before it was killed: more rows are needed"
        children = batch.children(recursive=True)
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        if target == "parent":
            batch.send_signal(number)
        elif target == "group":
            os.killpg(batch.pid, number)
        else:
            workers[0].send_signal(number)
            wait_for(lambda: not workers[0].is_running() or workers[0].status() == psutil.STATUS_ZOMBIE)  # noqa: B023
            batch.send_signal(signal.SIGINT)  # a batch survives the loss of a worker; on to the next blow
        batch.wait(60)
        _, alive = psutil.wait_procs(children, timeout=20)
        assert not alive, f"{target} {number.name}: {alive} outlived the batch"
        print(f"{target} {number.name}: {len(finished(killed))} of {ROWS} done, nobody left")
    last = start(table, killed)
    assert last.wait(400) == 0
    assert [str(p) for p in killed.rglob(".*")] == [], "something half written stayed"
    assert contents(killed) == contents(alone)
    kept = [line["resumed"] for line in summary(killed)]
    assert kept.count("kept") == ROWS - kept.count("") > 0


def start(table: Path, output: Path) -> psutil.Popen:
    command = [sys.executable, "-m", "GenerativeModelsLib", "skull", "batch", table, "--output", output, "--resume"]
    command += ["--samples", "50", "--workers", "2", "--device", "cpu"]
    variables = os.environ | {"PYTHONPATH": str(Path("GenerativeModels").absolute())}
    return psutil.Popen(
        list(map(str, command)),
        env=variables,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def finished(folder: Path) -> list[Path]:
    return list(folder.glob("case*/result.json"))


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def summary(folder: Path) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, object]:
    """Every file by its name, the times that were measured taken out."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name == "result.json":
            result = json.loads(path.read_text(encoding="utf-8"))
            assert result.pop("seconds")["total"] > 0 and result.pop("created")
            assert result["files"].pop("report.html")
            found[name] = result
        elif path.name == "report.html":
            found[name] = TIMES.sub("", path.read_text(encoding="utf-8"))
        elif path.name == "summary.csv":
            found[name] = [
                {k: v for k, v in line.items() if k not in ("seconds", "resumed")} for line in summary(folder)
            ]
        elif path.is_file():
            found[name] = path.read_bytes()
    return found
