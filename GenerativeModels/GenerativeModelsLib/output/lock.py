"""One writer a folder at a time."""

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
    """Hold the lock of `folder`, an existing one, within the block.

    The operating system lets go of it when the process ends, however it ends. The file of the lock goes with it.

    Parameters
    ----------
    folder
        The folder that is written into.
    wait_seconds
        How long to wait for another process that holds it.

    Raises
    ------
    InputError
        Another process holds it.
    OSError
        The file of the lock cannot be made.
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
        if os.name != "nt":  # while it is held, so that nobody else can have taken the file that is removed
            (folder / LOCK_NAME).unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):
            (folder / LOCK_NAME).unlink(missing_ok=True)
