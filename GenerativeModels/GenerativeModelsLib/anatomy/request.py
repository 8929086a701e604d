"""Base class of the requests of all anatomies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.anatomy.fields import asked
from GenerativeModelsLib.errors import InputError, named

__all__ = ["CaseRequest", "check_computing"]

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


def check_computing(device: str, seed: int) -> None:
    """Raise `InputError` unless `device` and `seed` are valid."""
    if not 0 <= seed < 2**63:
        raise InputError(f"{named('seed')} is {seed}: give a whole number from 0 to 2^63 - 1.")
    if not _DEVICE.fullmatch(device):
        raise InputError(f"{named('device')} is '{device}': give auto, cpu, cuda, cuda:N or mps.")


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """Request of one case, validated without opening files. The request of an anatomy derives from it.

    Attributes
    ----------
    output
        Folder of the results; None = nothing is written.
    model
        Folder of a model bundle; None = the shipped one.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    seed
        Seed of all random numbers.
    overwrite
        Whether `output` may be non-empty.
    title
        Title of the report; None = the name of `output`.

    Raises
    ------
    InputError
        A value cannot be used; the message names the field.
    """

    output: Path | None = asked(
        "Folder of the results; created.", default=None, metavar="DIR", called="the output folder"
    )
    model: Path | None = asked(
        "A model bundle.",
        default=None,
        metavar="DIR",
        called="the model folder",
        batch=True,
        default_text="the shipped one",
    )
    device: str = asked(
        "Device of the computation.",
        default="auto",
        metavar="auto|cpu|cuda|cuda:N|mps",
        called="the device",
        batch=True,
    )
    seed: int = asked(
        "Same seed, same device: same result to the bit.", default=0, metavar="N", called="the seed", batch=True
    )
    overwrite: bool = asked(
        "Write into a folder that is not empty.", default=False, called="permission to overwrite it"
    )
    title: str | None = None

    def __post_init__(self) -> None:
        check_computing(self.device, self.seed)

    @property
    def shown_title(self) -> str:
        """The title of the report."""
        return self.title or (self.output.name if self.output is not None else "")
