"""How a finished case of each anatomy is shown in a scene. An anatomy with a look of its own has a line here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.registry import anatomy_of

if TYPE_CHECKING:
    import slicer

__all__ = ["show_case_folder", "show_function"]

_PLACES = {
    "skull": "GenerativeModelsScene.skull.show:show_folder_of_case",
    "heart": "GenerativeModelsScene.heart.show:show_heart",
    "segmentation": "GenerativeModelsScene.segmentation.show:show_check",
    "repair": "GenerativeModelsScene.segmentation.repair:show_repaired",
    "images": "GenerativeModelsScene.synthesis.show:show_images",
}
"""Name of an anatomy -> module and name of a function (scene, folder, *, key, title) -> the nodes of the case."""


def show_function(anatomy: str) -> Callable[..., Any]:
    """The function (scene, folder, *, key, title) that shows a case folder of an anatomy.

    Where there is none of its own, that of all anatomies, `nodes.case.show_case_of`.

    Raises
    ------
    KeyError
        There is no anatomy of that name.
    """
    record = anatomy_of(anatomy)
    if anatomy not in _PLACES:
        from GenerativeModelsScene.nodes.case import show_case_of

        return partial(show_case_of, record)
    module, name = _PLACES[anatomy].split(":")
    return getattr(import_module(module), name)


def show_case_folder(
    anatomy: str,
    folder: str | Path,
    *,
    scene: slicer.vtkMRMLScene,
    title: str | None = None,
    key: str | None = None,
) -> Any:
    """Show a case folder that the command line wrote; the same key again updates the nodes it made before.

    Parameters
    ----------
    anatomy
        Its name, such as "heart".
    folder
        Of the case.
    title
        First part of the names of all nodes; None = the name of the folder.
    key
        What names the case in the scene; None = the title.

    Raises
    ------
    InputError
        A file of the case is missing or cannot be read.
    KeyError
        There is no anatomy of that name.
    """
    folder = Path(folder)
    title = title or folder.resolve().name
    return show_function(anatomy)(scene, folder, key=key or title, title=title)
