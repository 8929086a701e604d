"""What the Python consoles of all anatomies share: their scene, a case computed while the caller waits, its files."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.kept import KeptCases
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.errors import InputError

__all__ = ["computed_case", "plain_failures", "scene_of"]

_KEPT = KeptCases()
"""The last cases of this console, for changes that need no computation."""


def scene_of(scene, nodes: str):
    """`scene`, or slicer.mrmlScene for None; `nodes` names in a message what is to be in it.

    Raises
    ------
    InputError
        There is no application with a scene.
    """
    if scene is not None:
        return scene
    import slicer

    scene = getattr(slicer, "mrmlScene", None)
    if scene is None:
        raise InputError(f"There is no slicer.mrmlScene outside 3D Slicer: give the scene of {nodes} as scene.")
    return scene


def computed_case(
    anatomy: Anatomy,
    request_in: Callable[[Path], CaseRequest],
    show: Callable[[Any], Any],
    *,
    module: str,
    progress: Callable[[str, float], None] | None = None,
) -> tuple[Any, Any]:
    """Compute a case and show it; returns what `show` returns, and the case, whose files last as long as it does.

    Parameters
    ----------
    request_in
        Makes the request in a temporary folder, which it may fill.
    show
        Shows the case, as `Anatomy.read` returns it.
    module
        Title of the Slicer module that installs missing packages.
    progress
        Is told what is being done and the share of it that is through, 0 to 1.

    Raises
    ------
    InputError
        The request, the installation or the memory will not do; no file is left.
    """
    workspace = Path(tempfile.mkdtemp(prefix=f"{anatomy.name}-"))
    try:
        request = request_in(workspace)

        def compute() -> Any:
            from GenerativeModelsLib.anatomy.run import run_case

            run_case(anatomy, request, progress=progress, kept=_KEPT)
            return anatomy.read(request.output)

        case = plain_failures(compute, module)
        shown = show(case)
    except BaseException:
        shutil.rmtree(workspace, ignore_errors=True)
        raise
    weakref.finalize(case, shutil.rmtree, workspace, ignore_errors=True)
    return shown, case


def plain_failures(compute: Callable[[], Any], module: str) -> Any:
    """What `compute` returns; a failure of the installation or the memory becomes an `InputError`.

    Parameters
    ----------
    module
        Title of the Slicer module that installs missing packages.
    """
    from GenerativeModelsLib.environment import half_installed
    from GenerativeModelsLib.worker.failures import failure_sentence, is_broken_installation, is_out_of_memory

    _require_packages(module)
    try:
        return compute()
    except Exception as error:
        if is_broken_installation(error):
            raise InputError(next(iter(half_installed()), failure_sentence(error))) from error
        if is_out_of_memory(error):
            raise InputError(failure_sentence(error)) from error
        raise


def _require_packages(module: str) -> None:
    """Raise InputError, naming the remedy, where Python packages of the backend are absent."""
    from GenerativeModelsLib.environment import TORCH_REQUIREMENT, missing_packages, torch_missing

    missing = ([TORCH_REQUIREMENT] if torch_missing() else []) + missing_packages()
    if missing:
        raise InputError(
            f"The computation needs Python packages that are not installed here ({', '.join(missing)}): open the "
            f"module {module} and let it install them."
        )
