"""Reads the folder of synthetic images, for the scene, the browser and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from GenerativeModelsLib.anatomy.result import CaseFolder, read_result, require_report
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import _
from GenerativeModelsLib.synthesis.images.anatomy import IMAGES, OVERVIEW

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["SynthesisedCase", "pictures", "read_case"]

_AGAIN = "draw the images again"


@dataclass(frozen=True, eq=False)
class SynthesisedCase(CaseFolder):
    """A case folder: `images` are the files of the images."""

    images: list[Path]


def read_case(folder: str | Path) -> SynthesisedCase:
    """Read the folder of synthetic images.

    Raises
    ------
    InputError
        A file is missing or broken; the message names it.
    """
    folder = Path(folder)
    result = read_result(folder, IMAGES.schema, _AGAIN)
    require_report(folder, _AGAIN)
    images = [folder / entry["file"] for entry in result["images"]]
    for path in images:
        if not path.is_file():
            raise InputError(f"{path} is missing: {_AGAIN}.")
    return SynthesisedCase(folder, result, images)


def pictures(result: Mapping[str, Any], folder: Path) -> list[list[tuple[str, Image]]]:
    """Slices of the first image, and below them the same with the outlines of the labels."""
    from PIL import Image

    path = folder / OVERVIEW
    if not path.is_file():
        return []
    with Image.open(path) as image:
        image.load()
    caption = _(
        "Synthetic image {file}: slices from one end to the other, below with the outlines of the labels",
        file=result["images"][0]["file"],
    )
    return [[(caption, image)]]
