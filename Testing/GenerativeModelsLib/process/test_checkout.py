"""The commit that runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from GenerativeModelsLib.process import checkout as module
from GenerativeModelsLib.process.checkout import commit


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside any checkout in which the package seems to lie."""
    monkeypatch.setattr(module, "__file__", str(tmp_path / "checkout.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_outside_a_checkout_and_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit() == ""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was run"))
    assert commit() == ""


@pytest.mark.skipif(shutil.which("git") is None, reason="wants git")
def test_the_commit_is_that_of_the_checkout_and_says_whether_files_were_changed(checkout: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *identity, *arguments], cwd=checkout, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init")
    (checkout / "checkout.py").write_text("a")
    git("add", "checkout.py")
    git("commit", "-m", "one")
    head = git("rev-parse", "HEAD")
    assert commit() == head and len(head) == 40
    (checkout / "new.txt").write_text("not tracked")
    assert commit() == head
    (checkout / "checkout.py").write_text("b")
    assert commit() == head + "+"
