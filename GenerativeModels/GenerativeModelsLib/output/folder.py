"""Atomic creation and replacement of output folders."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.output.lock import folder_lock
from GenerativeModelsLib.output.staging import PREFIX, Staging, is_own_name, sweep

__all__ = ["output_folder"]

_PROBE_BYTES = 1 << 16
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_MERGE_WAIT_SECONDS = 60.0
"""Maximum wait while another process moves its results into the same folder."""


@contextmanager
def output_folder(path: str | Path, *, overwrite: bool = False, stale: Iterable[str] = ()) -> Iterator[Path]:
    """Yield a temporary folder for results; they are moved to `path` on success and removed if the body raises.

    A `path` that does not exist, and its missing parents, are created, and the results are moved there in one step. If
    the folder exists, the results are prepared in a hidden folder inside it (it may be a separate mount) and then moved
    one by one; if a move fails, replaced files are restored. Files with other names are not changed.

    Parameters
    ----------
    path
        The folder of the results.
    overwrite
        Allow a folder that is not empty.
    stale
        Patterns, relative to `path`, of files of an earlier run that this run may not write again, such as
        "planes/*.nii.gz"; with `overwrite` these files are removed when the results are moved.

    Yields
    ------
    Path
        The temporary folder. Results must not contain its path.

    Raises
    ------
    InputError
        `path` is a file, a folder that is not empty while `overwrite` is False, not writable, or on a full disk, at
        the start or while the results are written.
    """
    path = Path(path)
    try:
        exists = _existing_folder(path, overwrite)
        made = [] if exists else _made_parents(path)
    except OSError as error:
        raise _refusal(path, error) from error
    parent = path if exists else path.parent
    sweep(parent)
    try:
        staging = Staging(parent)
    except OSError as error:
        _remove(made)
        raise _refusal(path, error) from error
    work = staging.work
    try:
        _probe(work, path)
        try:
            yield work
        except Exception as error:
            _translate(path, work, error)
            raise
        _probe(work, path)  # writers in C++ may not report a full disk
        try:
            if exists and any(work.iterdir()):
                with folder_lock(path, wait_seconds=_MERGE_WAIT_SECONDS):
                    staging.merge(stale if overwrite else ())
            elif not exists:
                work.rename(path)
        except OSError as error:
            raise _refusal(path, error) from error
    except BaseException:
        staging.discard()
        _remove(made)
        raise
    staging.discard()


def _existing_folder(path: Path, overwrite: bool) -> bool:
    """Whether `path` is an existing folder; raises InputError if it cannot be the output folder."""
    if path.is_dir():
        foreign = next((entry for entry in path.iterdir() if not is_own_name(entry.name)), None)
        if foreign is not None and not overwrite:
            raise InputError(
                f"output folder {path} is not empty, it holds {foreign.name}: give another folder or "
                f"{named('overwrite')}.",
                field="output",
            )
        return True
    if path.exists() or path.is_symlink():
        raise InputError(f"output folder {path} is a file, not a folder: give another path.")
    return False


def _made_parents(path: Path) -> list[Path]:
    """Create the missing parents of `path` and return them, innermost first."""
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
        _remove(made)
        raise
    return made


def _probe(work: Path, path: Path) -> None:
    """Check by writing a file that `work` is writable; quotas and full disks are only detected in this way."""
    probe = work / f"{PREFIX}probe"
    try:
        with probe.open("wb") as stream:
            stream.write(bytes(_PROBE_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        probe.unlink()
    except OSError as error:
        raise _refusal(path, error) from error


def _translate(path: Path, work: Path, error: Exception) -> None:
    """Raise InputError instead of `error` if the output folder is its cause; otherwise do nothing."""
    if isinstance(error, InputError):
        return
    if isinstance(error, OSError):
        elsewhere = error.filename is not None and not _inside(error.filename, work)
        if error.errno in (*_FULL, errno.EFBIG) or (error.errno in _FORBIDDEN and not elsewhere):
            raise _refusal(path, error) from error
        return
    try:
        _probe(work, path)  # SimpleITK and VTK report a full disk as an error of their own
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
    if error.errno == errno.EFBIG:
        return InputError(
            f"output folder {path} cannot be written, a file would exceed the largest size that this process or the "
            "disk allows: raise the limit (ulimit -f) or give another folder."
        )
    if error.errno in _FORBIDDEN:
        return InputError(
            f"output folder {path} is not writable ({error.strerror}): give another path or change its permissions."
        )
    return InputError(f"output folder {path} cannot be used ({error.strerror or error}): give another path.")


def _remove(made: Iterable[Path]) -> None:
    """Remove the given folders, innermost first, if they are empty."""
    for folder in made:
        with suppress(OSError):
            folder.rmdir()
