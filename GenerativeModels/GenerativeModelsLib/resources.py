"""Paths of the files that ship with the software: model bundles and sample data.

An installed package has them in its own `Resources/`; a checkout (or an editable install) has them at its root.
"""

from __future__ import annotations

import os
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named

__all__ = ["bundle_at", "default_bundle", "models_dir", "sample_dir", "shipped_bundles"]

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "Resources", _PACKAGE.parents[1] / "Resources")


def models_dir() -> Path:
    """Folder of the shipped model bundles; raises `InputError` if this installation has none."""
    return _find("Models")


def sample_dir() -> Path:
    """Folder of the sample data; raises `InputError` if this installation has none."""
    return _find("SampleData")


def shipped_bundles() -> tuple[str, ...]:
    """Names of the model bundles of this installation, in alphabetical order; empty if it has none."""
    try:
        folder = models_dir()
    except InputError:
        return ()
    return tuple(sorted(manifest.parent.name for manifest in folder.glob("*/model.json")))


def default_bundle(name: str) -> Path:
    """Folder of the shipped bundle of that name, such as "skull".

    Raises
    ------
    InputError
        This installation does not have it.
    """
    bundle = models_dir() / name
    if not (bundle / "model.json").is_file():
        raise InputError(
            f"This installation carries no model bundle '{name}' in {bundle.parent}: "
            f"give one that you trained as {named('model')}, or reinstall the package if it should be there."
        )
    return bundle


def bundle_at(given: Path) -> Path:
    """Folder of a model bundle that a user named.

    Parameters
    ----------
    given
        A path, or the name of a shipped bundle. What lies at the path comes first.

    Raises
    ------
    InputError
        There is nothing at the path, and no such bundle is shipped.
    """
    if os.path.lexists(given):
        return given
    names = shipped_bundles()
    if str(given) in names:
        return default_bundle(str(given))
    raise InputError(
        f"There is no model bundle {given}: give the folder of one, or the name of a shipped one ({', '.join(names)})."
    )


def _find(folder: str) -> Path:
    for place in _PLACES:
        if (place / folder).is_dir():
            return place / folder
    raise InputError(
        f"The folder Resources/{folder} that ships with the software is missing (looked in "
        f"{' and '.join(str(place) for place in _PLACES)}): reinstall the package."
    )
