"""What a training was made from, as its card says it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from GenerativeModelsLib.training.shared import provenance as module
from GenerativeModelsLib.training.shared.provenance import commit, data_hash, provenance, record_training


class Part(BaseModel):
    folder: Path
    share: float = 0.25


class Config(BaseModel):
    output: Path
    model: str = "HiRecCVAE"
    windows: str = "C:\\Users\\someone\\bank"
    bundle: Path | None = None
    part: Part
    parts: list[Part]
    named: dict[str, Path]
    nothing: int | None = None


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, content in (("b.npz", b"second"), ("a.npz", b"first"), ("c.npz", b"")):
        (folder / name).write_bytes(content)
    return [folder / name for name in ("b.npz", "a.npz", "c.npz")]


def test_no_folder_of_the_machine_is_in_it(tmp_path: Path, files: list[Path]) -> None:
    """Nested, in lists and of another system; other values are as they are."""
    part = Part(folder=tmp_path / "deep" / "part")
    config = Config(
        output=tmp_path / "models" / "skull",
        bundle=tmp_path / "bundle",
        part=part,
        parts=[part],
        named={"locator": tmp_path / "locator"},
    )
    (tmp_path / "deep").mkdir()
    record_training(config, tmp_path / "deep")
    trainings = {"skull": tmp_path / "deep", "locator": tmp_path}
    found = json.loads(json.dumps(provenance(trainings, {"hc18": files})))
    text = json.dumps(found)
    assert str(tmp_path) not in text and tmp_path.name not in text and "someone" not in text
    assert not re.search(r"[/\\]", text)
    assert found["trainings"]["locator"] == {} and found["trainings"]["skull"]["commit"] == commit()
    assert found["trainings"]["skull"]["config"] == {
        "output": "skull",
        "bundle": "bundle",
        "model": "HiRecCVAE",
        "windows": "bank",
        "part": {"folder": "part", "share": 0.25},
        "parts": [{"folder": "part", "share": 0.25}],
        "named": {"locator": "locator"},
    }
    assert found["data"] == {"hc18": data_hash(files)} and found["commit"] == commit()


def test_the_hash_does_not_depend_on_the_order_or_on_the_folder(files: list[Path], tmp_path: Path) -> None:
    one = data_hash(files)
    assert re.fullmatch("[0-9a-f]{64}", one) and data_hash(reversed(files)) == one == data_hash(iter(files))
    moved = shutil.copytree(files[0].parent, tmp_path / "elsewhere")
    assert data_hash(moved.iterdir()) == one


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f[0].write_bytes(b"secone"),
        lambda f: f[2].write_bytes(b"\0"),
        lambda f: f.pop(),
        lambda f: f.append(f[0].parent / "d.npz") or f[-1].write_bytes(b""),
        lambda f: f.append(f.pop(0).rename(f[0].parent / "bb.npz")),
        lambda f: (f[0].write_bytes(b"first"), f[1].write_bytes(b"second")),
    ],
    ids=["one byte", "one more byte", "one file less", "an empty file more", "another name", "contents exchanged"],
)
def test_the_hash_changes_with(change: Callable[[list[Path]], object], files: list[Path]) -> None:
    before = data_hash(files)
    change(files)
    assert data_hash(files) != before


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside any checkout in which the package seems to lie."""
    monkeypatch.setattr(module, "__file__", str(tmp_path / "provenance.py"))
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
    (checkout / "provenance.py").write_text("a")
    git("add", "provenance.py")
    git("commit", "-m", "one")
    head = git("rev-parse", "HEAD")
    assert commit() == head and len(head) == 40
    (checkout / "new.txt").write_text("not tracked")
    assert commit() == head
    (checkout / "provenance.py").write_text("b")
    assert commit() == head + "+"
