"""The applications that the browser front end offers; that of all anatomies is `workspace`."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Application", "applications", "register"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Application:
    """An application, as the list of them shows it and a session process starts it.

    Attributes
    ----------
    title
        "Generative models".
    about
        One sentence.
    place
        `module:class`, called as `class(server, store, downloads, model=Path | None, device=str)`; has `close()`.
    """

    title: str
    about: str
    place: str


_APPLICATIONS = {
    "measure": Application(
        "Generative models",
        "Fetal skulls from ultrasound planes, left ventricles from label maps, checks of cardiac segmentations.",
        "GenerativeModelsWeb.workspace:Workspace",
    ),
}
"""By name."""


def applications() -> dict[str, Application]:
    """The applications by name, in the order of the list."""
    return dict(_APPLICATIONS)


def register(name: str, application: Application) -> None:
    """Add an application to this process.

    Parameters
    ----------
    name
        Its part of an address.

    Raises
    ------
    ValueError
        The name cannot stand in an address.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"name is {name!r}: give lower-case letters, digits, _ and -.")
    _APPLICATIONS[name] = application
