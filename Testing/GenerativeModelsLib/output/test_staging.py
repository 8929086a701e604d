"""Recovery of the folder after a process was killed at any step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output import staging
from GenerativeModelsLib.output.lock import LOCK_NAME, folder_lock
from GenerativeModelsLib.output.staging import Staging, abandon_all, sweep

OLD = {"result.json": "old", "skull.vtp": "old", "planes/axial.nii.gz": "old", "planes/coronal.nii.gz": "old"}
NEW = {"result.json": "new", "skull.vtp": "new", "planes/axial.nii.gz": "new", "more/x.txt": "new"}

MERGE_AND_DIE = """
import os, sys
from pathlib import Path
from GenerativeModelsLib.output.staging import Staging
folder, last = Path(sys.argv[1]), int(sys.argv[2])
staging = Staging(folder)
for name in ("result.json", "skull.vtp", "planes/axial.nii.gz", "more/x.txt"):
    (staging.work / name).parent.mkdir(exist_ok=True)
    (staging.work / name).write_text("new")
count = 0
for name in ("replace", "rename"):
    def counted(self, target, do=getattr(Path, name)):
        global count
        count += 1
        if count == last:
            os._exit(9)
        return do(self, target)
    setattr(Path, name, counted)
staging.merge(["planes/*.nii.gz"])
os._exit(count)
"""
MOVES = 9
"""Steps: three files are replaced and one is stale, four are added, and the backup is renamed."""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def tree(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def merge_and_die(folder: Path, last: int, repo_root: Path) -> int:
    variables = os.environ | {"PYTHONPATH": str(repo_root / "GenerativeModels")}
    return subprocess.run([sys.executable, "-c", MERGE_AND_DIE, folder, str(last)], env=variables).returncode


@pytest.mark.parametrize("last", range(1, MOVES + 1))
def test_a_move_that_was_killed_is_undone(tmp_path: Path, repo_root: Path, last: int) -> None:
    write(tmp_path, OLD | {"own.txt": "the user's"})
    assert merge_and_die(tmp_path, last, repo_root) == 9
    sweep(tmp_path)
    assert tree(tmp_path) == OLD | {"own.txt": "the user's"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["own.txt", "planes", "result.json", "skull.vtp"]


def test_a_move_that_ended_stays(tmp_path: Path, repo_root: Path) -> None:
    write(tmp_path, OLD)
    assert merge_and_die(tmp_path, 0, repo_root) == MOVES
    sweep(tmp_path)
    assert tree(tmp_path) == NEW


@pytest.mark.parametrize("last", range(1, MOVES + 1))
def test_where_the_result_is_all_it_lists_is_there(tmp_path: Path, repo_root: Path, last: int) -> None:
    """Without a sweep: if `result.json` exists, all files that it describes exist."""
    write(tmp_path, OLD)
    merge_and_die(tmp_path, last, repo_root)
    visible = {name: text for name, text in tree(tmp_path).items() if not name.startswith(".")}
    if "result.json" in visible:
        assert visible in (OLD, NEW)


def test_the_folder_of_a_living_process_is_spared(tmp_path: Path) -> None:
    own = Staging(tmp_path)
    code = "import sys, pathlib; from GenerativeModelsLib.output.staging import sweep; sweep(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, tmp_path], env=_variables(), check=True)
    sweep(tmp_path)
    assert own.work.is_dir()
    own.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_an_earlier_version_which_had_no_locks_is_removed(tmp_path: Path) -> None:
    write(tmp_path, {".generative-models-0123456789ab/skull.vtp": "half", ".generative-models-other/x": "foreign"})
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [".generative-models-other"]


def test_a_process_about_to_end_leaves_none_of_its_own(tmp_path: Path) -> None:
    staged = [Staging(tmp_path), Staging(tmp_path)]
    assert len(staging._ACTIVE) == 2
    abandon_all()
    assert list(tmp_path.iterdir()) == [] and not staging._ACTIVE
    for one in staged:
        one.discard()  # a later discard by a `with` block does nothing


def test_a_lock_is_held_by_one_and_leaves_no_file(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        assert (tmp_path / LOCK_NAME).exists()
        with pytest.raises(InputError, match="another process"), folder_lock(tmp_path):
            pass
    with folder_lock(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def _variables() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(staging.__file__).parents[2])}
