"""The model bundle the user chose, with its name and version. Only model.json is read, without torch.

`model.json` is checked against SHA256SUMS; the weights are checked when the model is loaded.
"""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.anatomy.registry import anatomy_of
from GenerativeModelsLib.bundle.checksums import MANIFEST, open_sealed
from GenerativeModelsLib.bundle.strict_json import strict_json
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.resources import default_bundle

__all__ = ["chosen_model", "model_title"]


def chosen_model(folder: str) -> Path | None:
    """Folder of the chosen bundle; None when the text is empty, which means the bundled one.

    Raises
    ------
    InputError
        There is no bundle in that folder.
    """
    if not folder.strip():
        return None
    path = Path(folder.strip()).expanduser()
    if not (path / "model.json").is_file():
        raise InputError(
            f"{path} is no model bundle (it has no model.json): choose the folder that holds model.json and "
            "model.safetensors, or leave the field empty for the bundled model."
        )
    return path


def model_title(folder: str, anatomy: str) -> str:
    """Name and version of the chosen bundle, such as "tiny 1.0 (bundled)".

    Parameters
    ----------
    folder
        Text of the panel's model field; empty = the shipped bundle.
    anatomy
        Name of the module's anatomy, which is also that of its shipped bundle.

    Raises
    ------
    InputError
        There is no bundle, a file of it is missing, or its model.json cannot be read or was changed. The message uses
        the field names of a window.
    """
    path = chosen_model(folder)
    try:
        sealed = open_sealed(path or default_bundle(anatomy))
        manifest = sealed.read(MANIFEST)
    except InputError as error:
        raise InputError(anatomy_of(anatomy).in_window_words(error), error.field) from error
    try:
        content = strict_json(manifest)
        title = f"{content['name']} {content['version']}"
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{sealed.folder / MANIFEST} cannot be read as the description of a model bundle ({error}): choose another "
            "bundle."
        ) from error
    return title if path else f"{title} (bundled)"
