"""What a user asks for when label maps of a heart are to be analysed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.shape.reference import SEXES

__all__ = ["HeartRequest", "check_computing"]

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


@dataclass(frozen=True)
class HeartRequest:
    """One analysis, checked for what can be checked without opening a file.

    Attributes
    ----------
    ed, es
        Label maps at end diastole and end systole; `es` may be left out.
    labels
        A preset or values, such as "acdc" or "lv=3,myo=2,rv=1".
    septum
        Where the septum is, "x,y,z" or "dir:x,y,z" in LPS mm; None = from the right ventricle, or an estimate.
    sex
        "male" or "female" for reference ranges; None = both are shown.
    model
        Folder of a model bundle; None = the shipped one.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    seed
        Of every random number used.
    output, overwrite
        Folder of the results, and whether it may hold something already.
    title
        Of the report; None = the name of `output`.

    Raises
    ------
    InputError
        A value cannot be used; the sentence names the option.
    """

    ed: Path
    output: Path
    es: Path | None = None
    labels: str = "acdc"
    septum: str | None = None
    sex: str | None = None
    model: Path | None = None
    device: str = "auto"
    seed: int = 0
    overwrite: bool = False
    title: str | None = None

    def __post_init__(self) -> None:
        from GenerativeModelsLib.heart.labels.label_map import parse_labels
        from GenerativeModelsLib.heart.measure.septum import parse_septum

        if self.es is not None and self.es == self.ed:
            raise InputError(
                f"--ed and --es name the same file {self.ed}: each phase is a label map of its own; leave --es out "
                "when there is none."
            )
        parse_labels(self.labels)
        if self.septum is not None:
            parse_septum(self.septum)
        if self.sex is not None and self.sex not in SEXES:
            raise InputError(f"--sex is '{self.sex}': give male or female, or leave it out.")
        check_computing(self.device, self.seed)


def check_computing(device: str, seed: int) -> None:
    """`InputError` unless `device` is the name of one and `seed` can be one."""
    if not 0 <= seed < 2**63:
        raise InputError(f"--seed is {seed}: give a whole number from 0 to 2^63 - 1.")
    if not _DEVICE.fullmatch(device):
        raise InputError(f"--device is '{device}': give auto, cpu, cuda, cuda:N or mps.")
