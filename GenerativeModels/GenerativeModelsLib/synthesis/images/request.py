"""Request of synthetic images of a label map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named

__all__ = ["METHODS", "ImageSynthesisRequest"]

METHODS = ("synthseg", "spade", "cgan", "ldm")
MOST_IMAGES = 1000


@dataclass(frozen=True)
class ImageSynthesisRequest:
    """Request of one or more images, validated without opening files.

    Attributes
    ----------
    labels
        Label map: a slice, a stack, or a cine (x, y, z, time).
    output
        Folder of the results.
    style
        Image whose grey values are taken; None = a style is drawn.
    style_labels
        Label map of the style on its own grid; None = that of `labels` where the style lies on its grid.
    method
        One of `METHODS`.
    model
        Bundle of kind `model.KIND` with the networks of the method; None = the shipped one.
    label_values
        A preset or values of the structures, such as "acdc" or "lv=3,myo=2,rv=1".
    n
        Number of images.
    seed
        Of all draws.
    device
        As in `ModelRequest`.
    overwrite
        As in `CaseRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    labels: Path
    output: Path
    style: Path | None = None
    style_labels: Path | None = None
    method: str = "synthseg"
    model: Path | None = None
    label_values: str = "acdc"
    n: int = 1
    seed: int = 0
    device: str = "auto"
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"{named('method')} is '{self.method}': give one of {', '.join(METHODS)}.")
        if not 1 <= self.n <= MOST_IMAGES:
            raise InputError(f"{named('n')} is {self.n}: give 1 to {MOST_IMAGES} images.")
        if self.seed < 0:
            raise InputError(f"{named('seed')} is {self.seed}: give 0 or more.")
        if self.style_labels is not None and self.style is None:
            raise InputError(f"{named('style_labels')} is given without an image: give it as {named('style')}.")
        if self.model is not None and self.method == "synthseg":
            raise InputError(
                f"{named('model')} is given, and synthseg has no networks: name another {named('method')}."
            )
