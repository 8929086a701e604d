"""Which plane a dropped file is meant for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from GenerativeModelsLib.skull.request import PLANES

__all__ = ["Assignment", "assign"]

_WORDS = {
    "axial": re.compile(r"axial|transvers|transthalamic|(?<![a-z])(ax|tra|tt|hc)(?![a-z])", re.IGNORECASE),
    "sagittal": re.compile(r"sagit|(?<![a-z])sag(?![a-z])", re.IGNORECASE),
    "coronal": re.compile(r"coron|(?<![a-z])cor(?![a-z])", re.IGNORECASE),
}


@dataclass(frozen=True)
class Assignment:
    """`planes` holds a plane, or None for a file left out, for each file in turn; `sentence` says what was done."""

    planes: tuple[str | None, ...]
    sentence: str


def assign(names: Sequence[str], filled: Collection[str]) -> Assignment:
    """Planes for files dropped onto the page: by the words in their names, the others in turn to what is empty.

    Parameters
    ----------
    names
        File names as the browser gives them.
    filled
        Planes that hold a picture; a file replaces one only when its name asks for that plane.
    """
    planes: list[str | None] = [_named(name) for name in names]
    for index, plane in enumerate(planes):
        if plane in planes[:index]:
            planes[index] = None
    free = [plane for plane in PLANES if plane not in filled and plane not in planes]
    for index, plane in enumerate(planes):
        if plane is None and free:
            planes[index] = free.pop(0)
    return Assignment(tuple(planes), _sentence(names, planes))


def _named(name: str) -> str | None:
    """The only plane that the name speaks of; None when it names none or several."""
    meant = [plane for plane, words in _WORDS.items() if words.search(name)]
    return meant[0] if len(meant) == 1 else None


def _sentence(names: Sequence[str], planes: Sequence[str | None]) -> str:
    taken = [f"{name} as the {plane} plane" for name, plane in zip(names, planes) if plane]
    left = [name for name, plane in zip(names, planes) if plane is None]
    parts = []
    if taken and (len(names) > 1 or not _named(names[0])):
        parts.append(f"Took {_listed(taken)}.")
    if left:
        what = "file" if len(left) == 1 else "files"
        parts.append(f"Left out {_listed(left)}: no plane is free for the {what}, drop onto the plane to replace.")
    return " ".join(parts)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
