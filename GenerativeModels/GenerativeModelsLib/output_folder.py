"""An output folder that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["output_folder"]

_PREFIX = ".generative-models-"
_PROBE_BYTES = 1 << 16
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def output_folder(path: str | Path, *, overwrite: bool = False, stale: Iterable[str] = ()) -> Iterator[Path]:
    """A folder to write results into, which become `path` when the body ends well and vanish when it does not.

    A `path` that is not there yet, and its missing parents, are created; the results then move there in one step. In a
    folder that exists they are prepared in a hidden folder inside it (it may be a mount of its own), then moved one by
    one; files they replace are put back when a move fails. Files of other names stay untouched.

    Parameters
    ----------
    path
        The folder of the results.
    overwrite
        Allow a folder that is not empty.
    stale
        Patterns, relative to `path`, of what an earlier run may have left and this one may not write anew, such as
        "planes/*.nii.gz"; with `overwrite` such files go when the results arrive.

    Yields
    ------
    Path
        The folder to write into. It moves: results must not mention it.

    Raises
    ------
    InputError
        When `path` is a file, a folder that is not empty and `overwrite` is False, not writable, or its disk is full,
        at the start or while the results are written.
    """
    path = Path(path)
    try:
        exists = _existing_folder(path, overwrite)
        made = [] if exists else _made_parents(path)
    except OSError as error:
        raise _refusal(path, error) from error
    work = (path if exists else path.parent) / f"{_PREFIX}{secrets.token_hex(6)}"
    try:
        _prepare(work, path)
        try:
            yield work
        except Exception as error:
            _translate(path, work, error)
            raise
        _prepare(work, path)  # writers in C++ may not have noticed a full disk
        try:
            if exists:
                _merge(work, path, stale if overwrite else ())
            else:
                work.rename(path)
        except OSError as error:
            raise _refusal(path, error) from error
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        for folder in made:
            _remove_if_empty(folder)
        raise
    shutil.rmtree(work, ignore_errors=True)


def _existing_folder(path: Path, overwrite: bool) -> bool:
    """Whether `path` is a folder already; InputError when it cannot be the output folder."""
    if path.is_dir():
        foreign = next((entry for entry in path.iterdir() if not entry.name.startswith(_PREFIX)), None)
        if foreign is not None and not overwrite:
            raise InputError(
                f"output folder {path} is not empty, it holds {foreign.name}: give another folder or --overwrite."
            )
        return True
    if path.exists() or path.is_symlink():
        raise InputError(f"output folder {path} is a file, not a folder: give another path.")
    return False


def _made_parents(path: Path) -> list[Path]:
    """Create the missing parents of `path`; those created, innermost first."""
    missing = []
    folder = path.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    if not folder.is_dir():
        raise InputError(f"output folder {path} would lie inside {folder}, which is a file: give another path.")
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            made.insert(0, folder)
    except OSError:
        for folder in made:
            _remove_if_empty(folder)
        raise
    return made


def _prepare(work: Path, path: Path) -> None:
    """Create `work` and prove that it can be written to; quotas and full disks only show when bytes are written."""
    probe = work / f"{_PREFIX}probe"
    try:
        work.mkdir(exist_ok=True)
        with probe.open("wb") as stream:
            stream.write(bytes(_PROBE_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        probe.unlink()
    except OSError as error:
        raise _refusal(path, error) from error


def _translate(path: Path, work: Path, error: Exception) -> None:
    """Raise InputError instead of `error` when the output folder is its cause; do nothing when it is not."""
    if isinstance(error, InputError):
        return
    if isinstance(error, OSError):
        elsewhere = error.filename is not None and not _inside(error.filename, work)
        if error.errno in _FULL or (error.errno in _FORBIDDEN and not elsewhere):
            raise _refusal(path, error) from error
        return
    try:
        _prepare(work, path)  # SimpleITK and VTK report a full disk as an error of their own
    except InputError as refusal:
        raise refusal from error


def _inside(name: object, folder: Path) -> bool:
    try:
        return Path(os.fsdecode(name)).resolve().is_relative_to(folder.resolve())  # type: ignore[arg-type]
    except (TypeError, OSError):
        return False


def _refusal(path: Path, error: OSError) -> InputError:
    if error.errno in _FULL:
        return InputError(f"output folder {path} cannot be written, its disk or quota is full: free space or move it.")
    if error.errno in _FORBIDDEN:
        return InputError(
            f"output folder {path} is not writable ({error.strerror}): give another path or change its permissions."
        )
    return InputError(f"output folder {path} cannot be used ({error.strerror or error}): give another path.")


def _merge(work: Path, path: Path, stale: Iterable[str]) -> None:
    """Move the files of `work` into `path`; on failure everything in `path` is as it was.

    Files replaced wait in a backup folder. Should even putting them back fail, that folder stays, with them in it.
    """
    backup = path / f"{_PREFIX}{secrets.token_hex(6)}"
    moves = [source.relative_to(work) for source in sorted(work.rglob("*")) if not source.is_dir()]
    old = {file.relative_to(path) for pattern in stale for file in path.glob(pattern) if not file.is_dir()}
    made: list[Path] = []
    saved: list[Path] = []
    placed: list[Path] = []
    try:
        for name in sorted(old.union(name for name in moves if (path / name).exists() or (path / name).is_symlink())):
            if (path / name).is_dir() and not (path / name).is_symlink():
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder in it", str(path / name))
            (backup / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).replace(backup / name)
            saved.append(name)
        for name in moves:
            for folder in reversed(name.parents[:-1]):
                if not (path / folder).exists():
                    (path / folder).mkdir()
                    made.insert(0, path / folder)
            (work / name).replace(path / name)
            placed.append(name)
    except BaseException:
        for name in placed:
            (path / name).unlink(missing_ok=True)
        for name in saved:
            (backup / name).replace(path / name)
        for folder in (*made, *sorted(backup.rglob("*"), reverse=True), backup):
            _remove_if_empty(folder)
        raise
    shutil.rmtree(backup, ignore_errors=True)
    for name in old:
        for folder in name.parents[:-1]:
            _remove_if_empty(path / folder)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
