"""At a termination signal a command cleans up as after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")

CODE = """
import sys, time
from pathlib import Path
import GenerativeModelsLib.skull.planes.image as planes
def wait(*_, **__):
    (Path(sys.argv[-1]).parent / "started").touch()
    time.sleep(60)
planes.read_plane_or_clip = wait
from GenerativeModelsLib.cli.main import main
main()
"""


def answer_signals() -> None:
    """Reset the handlers, also if the tests run in a shell's background or under `nohup`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_command_asked_to_end_leaves_nothing(
    sample_head: Path, tmp_path: Path, repo_root: Path, number: int, code: int
) -> None:
    variables = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    command = [sys.executable, "-c", CODE, "skull", "reconstruct", "--axial", sample_head / "axial.png"]
    process = subprocess.Popen(
        [*command, "--output", tmp_path / "deep" / "out"],
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=answer_signals,
    )
    end = time.monotonic() + 60
    while not (tmp_path / "deep" / "started").exists() and time.monotonic() < end:
        time.sleep(0.05)
    (tmp_path / "deep" / "started").unlink()
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code, said
    assert list(tmp_path.rglob("*")) == [] and "Traceback" not in said


def test_a_signal_that_is_ignored_stays_so(repo_root: Path) -> None:
    """Under `nohup`, for example."""
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from GenerativeModelsLib.process.ending import raise_on_termination\n"
        "raise_on_termination(); print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    )
    variables = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    assert subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True).stdout == b"True\n"
