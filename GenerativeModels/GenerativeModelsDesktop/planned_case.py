"""A case of a module with its input copied to a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import slicer

from GenerativeModelsDesktop import working_folder
from GenerativeModelsLib.errors import InputError

__all__ = ["PlannedCase", "case_workspace"]


@dataclass(frozen=True)
class PlannedCase:
    """A case that does not depend on later changes of the nodes; a subclass defines `show`.

    Attributes
    ----------
    scene
        Scene in which the result is shown.
    request
        Request for the worker; its files and its output are in `workspace`.
    key, title
        Key by which the nodes of the case are found, and name of its folder.
    workspace
        Temporary folder of this case.
    anatomy
        Name of its anatomy in the registry; None = that of the module.
    """

    scene: Any
    request: Any
    key: str
    title: str
    workspace: Path
    anatomy: ClassVar[str | None] = None

    def discard_files(self) -> None:
        """Remove the temporary folder."""
        working_folder.discard(self.workspace)


@contextmanager
def case_workspace(prefix: str) -> Iterator[Path]:
    """A new temporary folder for the files of a case; it is removed if the block raises an error.

    Parameters
    ----------
    prefix
        First part of its name.

    Raises
    ------
    InputError
        The folder or a file in it cannot be written.
    """
    parent = Path(slicer.app.temporaryPath)
    try:
        workspace = working_folder.new_folder(parent, prefix)
    except OSError as error:
        raise _unwritable(parent, error) from error
    try:
        yield workspace
    except (OSError, RuntimeError) as error:  # SimpleITK raises RuntimeError for a full disk
        working_folder.discard(workspace)
        raise _unwritable(parent, error) from error
    except InputError:
        working_folder.discard(workspace)
        raise


def _unwritable(folder: Path, error: Exception) -> InputError:
    return InputError(
        f"The input cannot be written to the temporary folder {folder} ({str(error).strip().splitlines()[-1]}): "
        "free space there, or choose another one in Slicer's application settings."
    )
