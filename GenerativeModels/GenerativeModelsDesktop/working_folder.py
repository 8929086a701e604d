"""Temporary folders that the next start removes if this process ends without removing them.

Each folder contains a file that is locked while its process lives. The operating system releases the lock when the
process ends, also after a crash.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["LOCK", "discard", "new_folder", "sweep"]

LOCK = ".in-use"
"""Name of the locked file."""
_held: dict[Path, IO[bytes]] = {}


def new_folder(parent: Path, prefix: str) -> Path:
    """Create a folder in `parent` whose name begins with `prefix`, and lock it.

    Raises
    ------
    OSError
        The folder cannot be created.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        file = (folder / LOCK).open("wb")
        _held[folder] = file
        _lock(file)
    except OSError:
        discard(folder)
        raise
    return folder


def discard(folder: Path) -> None:
    """Release and remove a folder of `new_folder`."""
    if (file := _held.pop(folder, None)) is not None:
        file.close()  # first, since Windows removes no open file
    shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, prefix: str) -> None:
    """Remove the folders of that prefix whose process has ended; folders without lock file are left."""
    for path in parent.glob(f"{prefix}*/{LOCK}"):
        if path.parent in _held:
            continue
        with suppress(OSError):  # of a living process, or of another user
            with path.open("r+b") as file:
                _lock(file)
            shutil.rmtree(path.parent, ignore_errors=True)


def _lock(file: IO[bytes]) -> None:
    """Lock an open file for this process; `OSError` if another process holds it."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
