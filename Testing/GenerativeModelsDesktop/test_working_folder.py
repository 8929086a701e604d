"""Temporary folders of this process and of one that was killed; no Slicer needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from Testing.helpers.extension_files import PACKAGES

CHILD = """
import sys
from pathlib import Path
from GenerativeModelsDesktop.working_folder import new_folder
print(new_folder(Path(sys.argv[1]), "module-"), flush=True)
sys.stdin.read()
"""


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(desktop, tmp_path: Path) -> None:
    folders = desktop("working_folder")
    own = folders.new_folder(tmp_path, "module-")
    (tmp_path / "module-of-the-user").mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=PACKAGES,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        left = Path(child.stdout.readline().strip())
        folders.sweep(tmp_path, "module-")
        assert left.is_dir() and own.is_dir()
    finally:
        child.kill()
        child.communicate()
    folders.sweep(tmp_path, "another-")
    assert left.is_dir()
    folders.sweep(tmp_path, "module-")
    assert not left.exists()
    assert own.is_dir() and (tmp_path / "module-of-the-user").is_dir()
    folders.discard(own)
    assert not own.exists()
