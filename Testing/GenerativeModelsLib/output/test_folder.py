"""Results are written atomically, and no file of the user is lost."""

import errno
import os
from pathlib import Path

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output import folder as module
from GenerativeModelsLib.output.folder import output_folder


def tree(folder: Path) -> dict[str, str]:
    """Relative path -> text of every file, including hidden ones."""
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def write_results(folder: Path, text: str = "new") -> None:
    (folder / "planes").mkdir()
    (folder / "planes" / "axial.nii.gz").write_text(text)
    (folder / "result.json").write_text(text)


RESULTS = {os.path.join("planes", "axial.nii.gz"): "new", "result.json": "new"}


def fail_to_move_the_second_result(monkeypatch) -> None:
    replace = Path.replace

    def broken(self, target):
        if self.name == "result.json" and self.read_text() == "new":
            raise OSError(errno.EIO, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken)


def test_creates_the_folder_and_its_parents(tmp_path):
    target = tmp_path / "a" / "b" / "out"
    with output_folder(target) as folder:
        write_results(folder)
        assert not target.exists(), "results must not be visible before they are whole"
    assert tree(tmp_path) == {os.path.join("a", "b", "out", name): text for name, text in RESULTS.items()}


def test_fills_an_empty_folder_that_exists(tmp_path):
    with output_folder(tmp_path) as folder:
        write_results(folder)
    assert tree(tmp_path) == RESULTS


def test_takes_a_path_relative_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with output_folder("out") as folder:
        write_results(folder)
    assert tree(tmp_path / "out") == RESULTS


def test_folder_has_the_permissions_any_new_folder_has(tmp_path):
    (tmp_path / "ordinary").mkdir()
    with output_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyboardInterrupt(), InputError("bad plane")])
def test_leaves_nothing_when_the_body_fails(tmp_path, exists, error):
    target = tmp_path / "a" / "out"
    if exists:
        target.mkdir(parents=True)
    with pytest.raises(type(error)), output_folder(target) as folder:
        write_results(folder)
        raise error
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")] == (["a", str(Path("a/out"))] if exists else [])


def test_refuses_a_file(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match=r"out is a file, not a folder"), output_folder(tmp_path / "out"):
        pytest.fail("the body must not run")
    assert tree(tmp_path) == {"out": "mine"}


def test_refuses_a_folder_inside_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="would lie inside"), output_folder(tmp_path / "file" / "deep" / "out"):
        pytest.fail("the body must not run")


def test_refuses_a_link_to_nothing(tmp_path):
    (tmp_path / "out").symlink_to(tmp_path / "gone")
    with pytest.raises(InputError, match="out is a file"), output_folder(tmp_path / "out"):
        pytest.fail("the body must not run")


def test_refuses_a_folder_that_is_not_empty(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with (
        pytest.raises(InputError, match=r"not empty, it holds notes.txt: .*overwrite") as caught,
        output_folder(tmp_path),
    ):
        pytest.fail("the body must not run")
    assert caught.value.field == "output"
    assert tree(tmp_path) == {"notes.txt": "mine"}


def test_what_a_killed_run_left_does_not_make_a_folder_full(tmp_path):
    (tmp_path / ".generative-models-0123").mkdir()
    with output_folder(tmp_path) as folder:
        write_results(folder)
    assert tree(tmp_path) == RESULTS


def test_overwrite_replaces_own_files_and_keeps_foreign_ones(tmp_path):
    (tmp_path / "result.json").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    with output_folder(tmp_path, overwrite=True) as folder:
        write_results(folder)
        assert (tmp_path / "result.json").read_text() == "old"
    assert tree(tmp_path) == {**RESULTS, "notes.txt": "mine"}


def test_overwrite_removes_what_this_run_no_longer_writes(tmp_path):
    for name in ("planes/axial.nii.gz", "planes/sagittal.nii.gz", "extra/old.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    with output_folder(tmp_path, overwrite=True, stale=("planes/*.nii.gz", "extra/old.bin")) as folder:
        write_results(folder)
    assert tree(tmp_path) == RESULTS
    assert not (tmp_path / "extra").exists()


def test_overwrite_restores_the_old_results_when_the_body_fails(tmp_path):
    (tmp_path / "result.json").write_text("old")
    with pytest.raises(RuntimeError), output_folder(tmp_path, overwrite=True, stale=("*.json",)) as folder:
        write_results(folder)
        raise RuntimeError
    assert tree(tmp_path) == {"result.json": "old"}


def test_overwrite_restores_the_old_results_when_moving_fails(tmp_path, monkeypatch):
    (tmp_path / "result.json").write_text("old")
    (tmp_path / "gone.csv").write_text("old")
    fail_to_move_the_second_result(monkeypatch)
    refused = pytest.raises(InputError, match="Input/output error")
    with refused, output_folder(tmp_path, overwrite=True, stale=("*.csv",)) as folder:
        write_results(folder)
    assert tree(tmp_path) == {"result.json": "old", "gone.csv": "old"}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["gone.csv", "result.json"]


def test_overwrite_never_replaces_a_folder_by_a_file(tmp_path):
    (tmp_path / "result.json").mkdir()
    (tmp_path / "result.json" / "mine").write_text("mine")
    with pytest.raises(InputError, match=r"result.json is a folder"), output_folder(tmp_path, overwrite=True) as folder:
        write_results(folder)
    assert tree(tmp_path) == {os.path.join("result.json", "mine"): "mine"}


def test_follows_a_link_to_a_folder(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    with output_folder(tmp_path / "link") as folder:
        write_results(folder)
    assert tree(tmp_path / "real") == RESULTS
    assert (tmp_path / "link").is_symlink()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere; Windows has other rules")
@pytest.mark.parametrize("exists", [False, True])
def test_refuses_where_it_may_not_write(tmp_path, exists):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    try:
        with pytest.raises(InputError, match="is not writable"), output_folder(locked if exists else locked / "out"):
            pytest.fail("the body must not run")
    finally:
        locked.chmod(0o700)


@pytest.mark.parametrize("code, message", [(errno.EROFS, "is not writable"), (errno.ENOSPC, "disk or quota is full")])
def test_refuses_a_disk_that_takes_no_bytes(tmp_path, monkeypatch, code, message):
    def broken(_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.os, "fsync", broken)
    with pytest.raises(InputError, match=message), output_folder(tmp_path / "out"):
        pytest.fail("the body must not run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_meanwhile_is_named(tmp_path, code):
    with pytest.raises(InputError, match=rf"{tmp_path.name}.*disk or quota is full"), output_folder(tmp_path / "out"):
        raise OSError(code, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_behind_an_error_of_a_foreign_writer_is_named(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="disk or quota is full") as caught, output_folder(tmp_path / "out"):

        def full(_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module.os, "fsync", full)
        raise RuntimeError("ITK: could not write")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_full_disk_that_no_writer_noticed_is_named(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="disk or quota is full"), output_folder(tmp_path / "out") as folder:
        write_results(folder)

        def full(_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module.os, "fsync", full)
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_input_is_not_blamed_on_the_output(tmp_path):
    with pytest.raises(PermissionError), output_folder(tmp_path / "out"):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "model.safetensors"))
    with pytest.raises(InputError, match="not writable"), output_folder(tmp_path / "out") as folder:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder / "skull.vtp"))
