"""Output folder of a job that has not finished."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["FolderClaim"]


class FolderClaim:
    """A folder made for one job; its content is removed if the job does not finish.

    Raises
    ------
    InputError
        The folder is not empty, is a file, or cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder).absolute()
        self._made = [place for place in (self._folder, *self._folder.parents) if not place.exists()]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            occupant = next(self._folder.iterdir(), None)
        except OSError as error:
            self._remove_made()
            raise InputError(
                f"output folder {folder} cannot be used ({error.strerror or error}): give another path."
            ) from error
        if occupant is not None:
            raise InputError(
                f"output folder {folder} is not empty, it holds {occupant.name}: give a folder that is not there yet."
            )

    def discard(self) -> None:
        """Remove all files of the job and the folders made for it."""
        with suppress(OSError):  # files that another program holds open on Windows remain
            for entry in self._folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    entry.unlink(missing_ok=True)
        self._remove_made()

    def _remove_made(self) -> None:
        for place in self._made:
            try:
                place.rmdir()
            except FileNotFoundError:
                continue
            except OSError:  # it contains other files
                return
