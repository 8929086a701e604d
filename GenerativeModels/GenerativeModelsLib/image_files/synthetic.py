"""The stamp of images that this software made, and its check where images are measured."""

from __future__ import annotations

from GenerativeModelsLib.errors import InputError

__all__ = ["STAMP", "require_acquired"]

_WORD = "SYNTHETIC"
STAMP = f"{_WORD} image, not of a patient; GenerativeModels"
"""In the description of every synthetic image's header, with the method."""


def require_acquired(description: str, label: str) -> None:
    """Refuse an image whose header's description begins with the stamp's first word.

    Raises
    ------
    InputError
        It does.
    """
    if description.startswith(_WORD):
        raise InputError(f"{label} is synthetic, made by this software: give an image that was acquired.")
