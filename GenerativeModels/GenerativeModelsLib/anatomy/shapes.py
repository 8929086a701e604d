"""What the commands share that write shapes of a model, such as draws, instead of a case."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.run import LoadModel, load_on, model_summary, write_json
from GenerativeModelsLib.errors import InputError, named

__all__ = ["DOCUMENT", "MOST_SHAPES", "PICTURE", "check_count", "load_on_chosen", "sample_name", "write_document"]

MOST_SHAPES = 500
PICTURE, DOCUMENT = "shapes.png", "shapes.json"
"""Files beside the meshes."""


def check_count(count: int, field: str = "n", least: int = 1, least_means: str = "") -> None:
    """Raise `InputError` unless `count` is from `least` to `MOST_SHAPES`; `least_means` says what the least gives."""
    if not least <= count <= MOST_SHAPES:
        meaning = f" ({least_means})" if least_means else ""
        raise InputError(f"{named(field)} is {count}: give a number from {least}{meaning} to {MOST_SHAPES}.")


def sample_name(number: int) -> str:
    """Stem of the files of a draw, numbered from 0: "sample_001", ..."""
    return f"sample_{number + 1:03d}"


def load_on_chosen(anatomy: Anatomy, bundle: Path | None, device: str, load: LoadModel | None) -> tuple[Any, str]:
    """The model of a bundle (None = the shipped one) on the device of a request, and the device's name.

    Raises
    ------
    InputError
        The device or the bundle cannot be used.
    """
    from GenerativeModelsLib.device import choose_device

    choice = choose_device(device)
    return load_on(anatomy, bundle, choice.torch_device, load), choice.name


def write_document(
    folder: Path, about: Mapping[str, Any], shapes: Sequence[Mapping[str, Any]], model: Any, start: float
) -> dict[str, Any]:
    """Write `shapes.json` into a folder and return its content.

    Parameters
    ----------
    about
        Entries before the shapes: schema, seed, device and what is particular to the command.
    shapes
        One entry per shape.
    model
        The model, for its name, version and checksum.
    start
        `time.perf_counter` at the start of the command.
    """
    import torch

    content = {
        **about,
        "shapes": list(shapes),
        "model": model_summary(model),
        "software": {"version": __version__, "torch": torch.__version__},
        "seconds": {"total": round(time.perf_counter() - start, 3)},
    }
    write_json(content, folder / DOCUMENT)
    return content
