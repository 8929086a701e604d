"""What a user asks for when planes are to become a skull."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from GenerativeModelsLib.errors import InputError

__all__ = ["PLANES", "PlaneFile", "SkullRequest", "parse_age"]

PLANES = ("axial", "sagittal", "coronal")
"""Names of the planes, in the order in which they refine the reconstruction."""

MAX_SAMPLES = 10_000
AGE_RANGE_WEEKS = (14.0, 40.0)
"""Weeks the growth charts reach."""

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")

_WEEKS_AND_DAYS = re.compile(r"(\d{1,2})\+([0-6])")


def parse_age(text: str, option: str = "--gestational-age") -> float:
    """Decimal weeks of a gestational age, given as such or as completed weeks and days, "27+3".

    Raises
    ------
    InputError
        For anything else; the message names `option`.
    """
    found = _WEEKS_AND_DAYS.fullmatch(text.strip())
    if found:
        return int(found[1]) + int(found[2]) / 7
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"{option} is '{text}': give decimal weeks such as 28.4, or weeks and days such as 28+3."
        ) from error


@dataclass(frozen=True)
class PlaneFile:
    """One image as named by the user.

    Attributes
    ----------
    path
        The image file.
    spacing_mm
        (row, col) mm per pixel as the user gave it; None when the file must bring its own.
    yields_to_file
        The spacing was given for all images alike, so a file that carries its own keeps that.
    label
        What results and messages call the image in place of its path, such as the name of a node; None = the path.
    """

    path: Path
    spacing_mm: tuple[float, float] | None = None
    yields_to_file: bool = False
    label: str | None = None


@dataclass(frozen=True)
class SkullRequest:
    """One reconstruction, checked for what can be checked without opening a file (spacings are checked with theirs).

    Attributes
    ----------
    axial, sagittal, coronal
        Image files; only the axial one is required.
    axial_spacing_mm, sagittal_spacing_mm, coronal_spacing_mm
        (row, col) mm per pixel given for that very image; wins over what the file says.
    pixel_spacing_mm
        (row, col) mm per pixel for the images whose files carry none.
    model
        Folder of a model bundle; None = the shipped one.
    samples
        Draws from the conditional prior, 0 = the mean only.
    device
        "auto", "cpu", "cuda", "cuda:N" or "mps".
    seed
        Of every random number used.
    gestational_age_weeks
        Decimal weeks for percentiles; None = no percentiles.
    output, overwrite
        Folder of the results, and whether it may hold something already.
    labels
        By plane: what results and messages call an image whose path says nothing to the user.
    title
        Of the report; None = the name of `output`.

    Raises
    ------
    InputError
        A value cannot be used; the sentence names the option.
    """

    axial: Path
    output: Path
    sagittal: Path | None = None
    coronal: Path | None = None
    axial_spacing_mm: tuple[float, float] | None = None
    sagittal_spacing_mm: tuple[float, float] | None = None
    coronal_spacing_mm: tuple[float, float] | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    model: Path | None = None
    samples: int = 100
    device: str = "auto"
    seed: int = 0
    gestational_age_weeks: float | None = None
    overwrite: bool = False
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    title: str | None = None

    def __post_init__(self) -> None:
        if strange := set(self.labels) - set(PLANES):
            raise InputError(f"labels has the key '{min(strange)}': expected {', '.join(PLANES)}.")
        seen: dict[Path, str] = {}
        for name, plane in self.planes().items():
            if plane.path in seen:
                raise InputError(
                    f"--{name} and --{seen[plane.path]} name the same file {plane.path}: "
                    "each plane is an image of its own."
                )
            seen[plane.path] = name
        if not 0 <= self.samples <= MAX_SAMPLES:
            raise InputError(f"--samples is {self.samples}: give a number from 0 (the mean only) to {MAX_SAMPLES}.")
        if not 0 <= self.seed < 2**63:
            raise InputError(f"--seed is {self.seed}: give a whole number from 0 to 2^63 - 1.")
        if not _DEVICE.fullmatch(self.device):
            raise InputError(f"--device is '{self.device}': give auto, cpu, cuda, cuda:N or mps.")
        low, high = AGE_RANGE_WEEKS
        if self.gestational_age_weeks is not None and not low <= self.gestational_age_weeks <= high:
            raise InputError(
                f"--gestational-age is {self.gestational_age_weeks:g}: give decimal weeks from {low:g} to {high:g}, "
                "where the growth charts reach, or leave it out."
            )

    def planes(self) -> dict[str, PlaneFile]:
        """The planes that were given, by name, in the order of `PLANES`."""
        planes = {}
        for name in PLANES:
            path, own = getattr(self, name), getattr(self, f"{name}_spacing_mm")
            if path is not None:
                general = own is None and self.pixel_spacing_mm is not None
                spacing = self.pixel_spacing_mm if general else own
                planes[name] = PlaneFile(path, spacing, yields_to_file=general, label=self.labels.get(name))
        return planes
