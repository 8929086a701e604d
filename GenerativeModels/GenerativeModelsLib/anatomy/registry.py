"""Registry of the anatomies. A new anatomy needs a folder and a line here."""

from __future__ import annotations

from GenerativeModelsLib.anatomy.record import Anatomy, Lazy

__all__ = ["anatomy_at", "anatomy_names", "anatomy_of", "place_of", "register"]

_PLACES = {
    "skull": "GenerativeModelsLib.skull.anatomy:SKULL",
    "heart": "GenerativeModelsLib.heart.anatomy:HEART",
    "segmentation": "GenerativeModelsLib.segmentation.anatomy:SEGMENTATION",
    "repair": "GenerativeModelsLib.segmentation.repair.anatomy:REPAIR",
    "uncertainty": "GenerativeModelsLib.segmentation.uncertainty.anatomy:UNCERTAINTY",
    "images": "GenerativeModelsLib.synthesis.images.anatomy:IMAGES",
}
"""Name -> module and name of the record."""


def anatomy_names() -> tuple[str, ...]:
    """The names of all anatomies."""
    return tuple(_PLACES)


def anatomy_of(name: str) -> Anatomy:
    """The record of an anatomy.

    Raises
    ------
    KeyError
        There is no anatomy of that name.
    """
    return anatomy_at(_PLACES[name])


def anatomy_at(place: str) -> Anatomy:
    """The record at "module:name", by which other processes find an anatomy."""
    return Lazy(place).get()


def place_of(name: str) -> str:
    """Module and name of the record of an anatomy, "module:name"; `KeyError` when there is none."""
    return _PLACES[name]


def register(name: str, place: str) -> None:
    """Add an anatomy to this process.

    Parameters
    ----------
    name
        Name of the record.
    place
        Location from which other processes import the record: "module:name".
    """
    _PLACES[name] = place
