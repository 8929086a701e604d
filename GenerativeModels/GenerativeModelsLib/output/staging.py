"""Staging folders next to the destination of results, and recovery of those left by ended processes.

A staging folder belongs to the process that holds the lock on the file of the same name. The operating system releases
the lock when the process ends, also after a crash, so a folder with a free lock is no longer in use.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["PREFIX", "Staging", "abandon_all", "is_own_name", "sweep"]

PREFIX = ".generative-models-"
"""Prefix of all hidden names that this package creates next to results."""
_NAME = re.compile(re.escape(PREFIX) + r"([0-9a-f]{12})(\.backup|\.old|\.lock)?")
_JOURNAL = ".moves.json"
_ACTIVE: dict[str, Staging] = {}
"""The staging folders of this process."""


class Staging:
    """A locked staging folder of this process in `parent`.

    Attributes
    ----------
    work
        The folder to write into.

    Raises
    ------
    OSError
        It cannot be created.
    """

    def __init__(self, parent: Path) -> None:
        self._token = secrets.token_hex(6)
        self._parent = parent
        self._lock = _lock(parent, self._token)
        self._lock.acquire(blocking=False)
        _ACTIVE[self._token] = self
        self.work = _work(parent, self._token)
        try:
            self.work.mkdir()
        except BaseException:
            self.discard()
            raise

    def merge(self, stale: Iterable[str] = ()) -> None:
        """Move the files of `work` into its parent folder; on failure the parent folder is restored.

        Files that are replaced, and those that match the patterns `stale`, are kept in a backup folder until all moves
        are done. A JSON file at the top level, which describes the others, is removed first and added last.

        Raises
        ------
        OSError
            A file cannot be moved.
        """
        folder, backup = self._parent, _backup(self._parent, self._token)
        moves = sorted(
            (source.relative_to(self.work) for source in self.work.rglob("*") if not source.is_dir()), key=_vouching
        )
        old = {file.relative_to(folder) for pattern in stale for file in folder.glob(pattern) if not file.is_dir()}
        if not moves and not old:
            return
        replaced = {name for name in moves if (folder / name).exists() or (folder / name).is_symlink()}
        backup.mkdir()
        (backup / _JOURNAL).write_text(json.dumps([name.as_posix() for name in moves]), encoding="utf-8")
        try:
            for name in sorted(old | replaced, key=_vouching, reverse=True):
                if (folder / name).is_dir() and not (folder / name).is_symlink():
                    raise IsADirectoryError(errno.EISDIR, f"{name} is a folder in it", str(folder / name))
                (backup / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).replace(backup / name)
            for name in moves:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.work / name).replace(folder / name)
            backup.rename(_old(self._parent, self._token))  # from here on the new results stay
        except BaseException:
            _roll_back(self._parent, self._token)
            raise
        for name in old:
            for place in name.parents[:-1]:
                _remove_if_empty(folder / place)

    def discard(self) -> None:
        """Remove the remaining files and release the lock. A second call does nothing."""
        if _ACTIVE.pop(self._token, None) is not None:
            _recover(self._parent, self._token)
            _let_go(self._lock)


def abandon_all() -> None:
    """Discard every staging folder of this process before it ends. Never raises."""
    for staging in [*_ACTIVE.values()]:
        with suppress(Exception):
            staging.discard()


def is_own_name(name: str) -> bool:
    """Whether a file or folder of that name is internal to this package and not a result."""
    return name.startswith(PREFIX)


def sweep(folder: Path) -> None:
    """Remove the staging folders in `folder` whose processes have ended, and undo incomplete moves.

    Folders that cannot be removed remain for the next call. Never raises for the state of the folder.
    """
    from filelock import Timeout

    try:
        tokens = {match[1] for entry in folder.iterdir() if (match := _NAME.fullmatch(entry.name))}
    except OSError:
        return
    for token in tokens - _ACTIVE.keys():
        lock = _lock(folder, token)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError, NotImplementedError):
            continue
        try:
            with suppress(OSError):
                _recover(folder, token)
        finally:
            _let_go(lock)


def _recover(parent: Path, token: str) -> None:
    """Undo an incomplete move, then remove all files of the staging folder."""
    if _backup(parent, token).is_dir():
        _roll_back(parent, token)
    for place in (_work(parent, token), _old(parent, token)):
        shutil.rmtree(place, ignore_errors=True)


def _roll_back(parent: Path, token: str) -> None:
    """Restore the files that an incomplete move replaced, and remove those that it added."""
    work, backup = _work(parent, token), _backup(parent, token)
    moves: list[PurePosixPath] = []
    with suppress(OSError, ValueError):  # without a complete journal nothing has been moved yet
        moves = [PurePosixPath(name) for name in json.loads((backup / _JOURNAL).read_text(encoding="utf-8"))]
    for name in moves:
        if not (work / name).exists() and not (work / name).is_symlink():
            (parent / name).unlink(missing_ok=True)
    for file in sorted(backup.rglob("*")):
        name = file.relative_to(backup)
        if not file.is_dir() and name != Path(_JOURNAL):
            (parent / name).parent.mkdir(parents=True, exist_ok=True)
            file.replace(parent / name)
    for name in moves:
        for place in name.parents[:-1]:
            _remove_if_empty(parent / place)
    shutil.rmtree(backup, ignore_errors=True)


def _vouching(name: Path) -> tuple[bool, Path]:
    return len(name.parts) == 1 and name.suffix == ".json", name


def _work(parent: Path, token: str) -> Path:
    return parent / f"{PREFIX}{token}"


def _backup(parent: Path, token: str) -> Path:
    return parent / f"{PREFIX}{token}.backup"


def _old(parent: Path, token: str) -> Path:
    return parent / f"{PREFIX}{token}.old"


def _lock(parent: Path, token: str) -> FileLock:
    from filelock import FileLock

    return FileLock(parent / f"{PREFIX}{token}.lock", thread_local=False)


def _let_go(lock: FileLock) -> None:
    """Remove the file of a held lock, and release the lock."""
    path = Path(lock.lock_file)
    if os.name != "nt":  # while the lock is held, so that no other process has locked the file
        path.unlink(missing_ok=True)
    lock.release()
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
