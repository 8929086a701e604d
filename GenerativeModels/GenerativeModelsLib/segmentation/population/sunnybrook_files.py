"""Files of the Sunnybrook Cardiac Data: contoured short-axis slices, and the tables beside them.

Radau et al., Evaluation Framework for Algorithms Segmenting Short Axis Cardiac MRI, MIDAS Journal 2009; CC0 1.0. The
cavity is contoured at end diastole and end systole, the wall at end diastole, and the right ventricle never.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.maps import CODES

__all__ = ["CONTOURED", "LABELS", "PIXEL_MM", "SunnybrookSlices", "as_codes", "read_slices", "read_table"]

PIXEL_MM = 1.33
"""Pixel size taken for `sunnybrook_slices`, whose source lost it. The three patients whose headers are left have
1.2891, 1.3672 and 1.3672 mm, mean 1.34; others have about 1.25 to 1.37 mm, so that lengths may be off by up to 7 %."""
LABELS = {"lv": 3, "myo": 2}
"""Values of the files."""
CONTOURED = {"ED": ("lv", "myo"), "ES": ("lv",)}
"""Structures that are contoured, by phase."""


@dataclass(frozen=True, eq=False)
class SunnybrookSlices:
    """The slices of `sunnybrook_slices`.

    Attributes
    ----------
    images, labels
        (n, rows, columns) uint8: grey values, and codes of `maps.CODES`, 0 where nothing is labelled.
    stacks
        By patient and phase, "ED" or "ES", in order: the slices by their number, 0 at the base, as an index into both.
    """

    images: np.ndarray
    labels: np.ndarray
    stacks: Mapping[tuple[str, str], Mapping[int, int]]

    @property
    def patients(self) -> list[str]:
        """Names in order."""
        return sorted({patient for patient, _ in self.stacks})


def read_slices(folder: str | Path) -> SunnybrookSlices:
    """Read slices.npz and slices.csv of `sunnybrook_slices`.

    Raises
    ------
    InputError
        The folder lacks one of them.
    """
    folder = Path(folder)
    stacks: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in read_table(folder / "slices.csv"):
        stacks[row["patient"], row["phase"]][int(row["slice"])] = int(row["index"])
    with np.load(_there(folder / "slices.npz")) as found:
        images, labels = found["image"], as_codes(found["label"])
    return SunnybrookSlices(images, labels, {place: dict(sorted(stacks[place].items())) for place in sorted(stacks)})


def as_codes(values: np.ndarray) -> np.ndarray:
    """Codes of `maps.CODES` of values of the files, uint8; anything but `LABELS` is 0."""
    table = np.zeros(256, np.uint8)
    for name, value in LABELS.items():
        table[value] = CODES[name]
    return table[values]


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of slices.csv or index.csv; raises `InputError` for a file that is missing."""
    with _there(path).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _there(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"{path} does not exist: name the folder that holds it.")
    return path
