"""What SimpleITK reads of a file, in a process of its own, since some headers crash it."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import SimpleITK as sitk

__all__ = ["shown_by_itk"]

SECONDS = 60.0


def shown_by_itk(path: Path, io: str) -> bytes:
    """The pixels that SimpleITK reads without any check; empty if it fails or crashes.

    Where the platform can fork, the process comes from a server that has SimpleITK loaded.
    """
    context = multiprocessing.get_context("spawn" if sys.platform in ("win32", "darwin") else "forkserver")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(str(path), io, theirs), daemon=True)
    process.start()
    theirs.close()
    with ours:
        try:
            found = ours.recv_bytes() if ours.poll(SECONDS) else None
        except EOFError:
            found = b""
    if found is None:
        process.kill()
    process.join()
    assert found is not None, f"SimpleITK took longer than {SECONDS:g} s."
    return found


def _read(path: str, io: str, answer: Connection) -> None:
    try:
        reader = sitk.ImageFileReader()
        reader.SetFileName(path)
        reader.SetImageIO(io)
        found = sitk.GetArrayFromImage(reader.Execute()).tobytes()
    except RuntimeError:
        found = b""
    answer.send_bytes(found)
