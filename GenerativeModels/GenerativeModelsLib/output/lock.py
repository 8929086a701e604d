"""Lock of an output folder against other processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["LOCK_NAME", "folder_lock"]

LOCK_NAME = ".generative-models-writer.lock"


@contextmanager
def folder_lock(folder: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of the existing `folder` within the block.

    The lock file is removed at the end of the block. The operating system releases the lock when the process ends, also
    after a crash.

    Parameters
    ----------
    folder
        The folder that is written into.
    wait_seconds
        Maximum wait for another process that holds the lock.

    Raises
    ------
    InputError
        Another process holds it.
    OSError
        The lock file cannot be created.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK_NAME, thread_local=False)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise InputError(
            f"output folder {folder} is being written by another process: wait for it to end, or give another folder."
        ) from error
    try:
        yield
    finally:
        if os.name != "nt":  # while the lock is held, so that no other process has locked the file
            (folder / LOCK_NAME).unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):
            (folder / LOCK_NAME).unlink(missing_ok=True)
