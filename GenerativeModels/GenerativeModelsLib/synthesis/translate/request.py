"""Request of an image with the look of another domain."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.synthesis.translate.domains import require_domain

__all__ = ["TranslationRequest"]


@dataclass(frozen=True)
class TranslationRequest:
    """Request of one image, validated without opening files.

    Attributes
    ----------
    image
        A picture of an axial plane of a head (ultrasound), or a slice, a stack or a cine (cine MR).
    to
        Name of the domain whose look the image takes.
    output
        Folder of the results.
    model
        Bundle of kind `model.KIND`; None = the shipped one of the domain.
    spacing_mm
        (row, column) distance of the pixels of a picture of a head, for the drift in mm; None = that of the file.
    seed
        Of the noise of the generator.
    device, overwrite
        As in `ModelRequest` and `CaseRequest`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the option.
    """

    image: Path
    to: str
    output: Path
    model: Path | None = None
    spacing_mm: tuple[float, float] | None = None
    seed: int = 0
    device: str = "auto"
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.model is None:
            require_domain(self.to)
        if self.seed < 0:
            raise InputError(f"{named('seed')} is {self.seed}: give 0 or more.")
