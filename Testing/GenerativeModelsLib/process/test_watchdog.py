"""The watchdog ends the process, whether or not a library holds the interpreter lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from GenerativeModelsLib.process.watchdog import HUNG, watchdog

HANGS = {
    "in Python": "import time\nwhile True: time.sleep(0.1)",
    # A C function that holds the interpreter lock: no other Python thread can run.
    "in a library": "import ctypes\nctypes.PyDLL(None).sleep(60)",
}
CODE = """
import sys
from pathlib import Path
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.process import watchdog
watchdog._LAST_RESORT_SECONDS = 1.0
with output_folder(Path(sys.argv[1])) as folder, watchdog.watchdog(1.0) as feed:
    (folder / "half").write_text("half")
    feed()
    exec(sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the C library is called the POSIX way")
@pytest.mark.parametrize("where", HANGS)
def test_a_process_without_progress_is_ended(tmp_path: Path, repo_root: Path, where: str) -> None:
    variables = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    command = [sys.executable, "-c", CODE, tmp_path / "out", HANGS[where]]
    found = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=50)
    if where == "in Python":
        assert found.returncode == HUNG and "there was no progress" in found.stderr
        assert list(tmp_path.iterdir()) == []
    else:
        assert found.returncode == 1 and "Timeout" in found.stderr
    assert not (tmp_path / "out").exists()


def test_work_that_shows_progress_goes_through() -> None:
    with watchdog(60.0) as feed:
        feed()
