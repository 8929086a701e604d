"""A batch that is killed or terminated leaves no process and, after the next start, no incomplete output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from Testing.GenerativeModelsLib.batch.test_run import row
from Testing.helpers.results import run_fake_batch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")

CODE = """
import sys
from pathlib import Path
from GenerativeModelsLib.process.ending import raise_on_termination
from Testing.helpers.results import run_fake_batch
from Testing.GenerativeModelsLib.batch.test_run import row
out = Path(sys.argv[1])
if __name__ == "__main__":
    raise_on_termination()
    run_fake_batch([row(out, "p1"), row(out, "p2", "stages"), row(out, "q")], out, workers=1, resume=True)
"""


class Started:
    """A batch in the middle of its second case, which has begun to write."""

    def __init__(self, out: Path, repo_root: Path) -> None:
        self.out = out
        script = out.with_suffix(".py")
        script.write_text(CODE)
        paths = os.pathsep.join([str(repo_root), str(repo_root / "GenerativeModels")])
        command = [sys.executable, str(script), str(out)]
        self.parent = psutil.Popen(
            command, env=os.environ | {"PYTHONPATH": paths}, start_new_session=True, stderr=subprocess.PIPE
        )
        wait_for(lambda: (out / "started").exists())
        self.workers = [c for c in self.parent.children() if "spawn_main" in " ".join(c.cmdline())]
        assert len(self.workers) == 1 and self.hidden(), "the test would prove nothing"

    def hidden(self) -> list[str]:
        """Incomplete files, except locks."""
        return [p.name for p in self.out.rglob(".generative-models-*") if p.is_dir()]

    def assert_nobody_left(self) -> None:
        _, alive = psutil.wait_procs(self.workers, timeout=20)
        assert not alive, "a worker outlived its parent"


@pytest.fixture
def batch(tmp_path: Path, repo_root: Path) -> Iterator[Started]:
    started = Started(tmp_path / "out", repo_root)
    yield started
    for process in (started.parent, *started.workers):
        if process.is_running():
            process.kill()
    started.parent.communicate()


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_workers_end_with_a_killed_parent_and_remove_what_they_began(batch: Started) -> None:
    batch.parent.kill()
    batch.assert_nobody_left()
    assert not batch.hidden()
    assert not (batch.out / "q").exists(), "no further case was done"


@pytest.mark.parametrize("group", [False, True], ids=["parent", "group"])
def test_a_batch_asked_to_end_leaves_nothing_half_written(batch: Started, group: bool) -> None:
    if group:
        os.killpg(batch.parent.pid, signal.SIGTERM)
    else:
        batch.parent.terminate()
    batch.parent.wait(30)
    batch.assert_nobody_left()
    assert sorted(p.name for p in batch.out.iterdir()) == ["p1", "started", "summary.csv"]


def test_what_a_killed_group_left_is_swept_by_the_next_batch(batch: Started) -> None:
    os.killpg(batch.parent.pid, signal.SIGKILL)
    batch.assert_nobody_left()
    assert batch.hidden()
    (batch.out / "go").touch()
    outcomes = run_fake_batch([row(batch.out, "p1"), row(batch.out, "q")], batch.out, workers=1, resume=True)
    assert [o.resumed for o in outcomes] == ["kept", ""]
    assert [p.name for p in batch.out.rglob(".*")] == []


def test_a_worker_asked_to_end_removes_what_it_began_and_the_batch_goes_on(batch: Started) -> None:
    (worker,) = batch.workers
    worker.terminate()
    worker.wait(20)
    (batch.out / "go").touch()
    assert batch.parent.wait(60) == 0
    assert [p.name for p in batch.out.rglob(".*")] == [] and (batch.out / "q" / "result.json").exists()
