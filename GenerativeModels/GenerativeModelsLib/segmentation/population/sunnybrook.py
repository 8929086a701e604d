"""Label sequences of the Sunnybrook Cardiac Data: end diastole and end systole of short-axis slices.

Radau et al., Evaluation Framework for Algorithms Segmenting Short Axis Cardiac MRI, MIDAS Journal 2009; CC0 1.0. The
cavity is contoured at both phases, the wall at end diastole, and the right ventricle never.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes

__all__ = ["SUNNYBROOK_MM", "sunnybrook_cines", "sunnybrook_slices"]

SUNNYBROOK_MM = 1.33
"""Pixel size taken for `sunnybrook_slices`, whose source lost it. The three patients whose headers are left have
1.2891, 1.3672 and 1.3672 mm, mean 1.34; others have about 1.25 to 1.37 mm, so that lengths may be off by up to 7 %."""
_VIEW = "short-axis"
_CONTOURED = {"ED": ("lv", "myo"), "ES": ("lv",)}
_VALUES = np.zeros(256, np.uint8)
_VALUES[2], _VALUES[3] = CODES["myo"], CODES["lv"]


def sunnybrook_slices(folder: str | Path) -> list[LabelSequence]:
    """The slices of `sunnybrook_slices`, by patient and from base to apex, at `SUNNYBROOK_MM`.

    Each has its contoured frames, end diastole first: two, or end diastole alone.

    Raises
    ------
    InputError
        The folder has no slices.npz with slices.csv.
    """
    folder = Path(folder)
    rows, labels = _table(folder / "slices.csv"), _array(folder / "slices.npz", "label")
    slices: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in rows:
        slices[row["patient"], int(row["slice"])][row["phase"]] = int(row["index"])
    numbers: dict[str, list[int]] = defaultdict(list)
    for patient, number in sorted(slices):
        numbers[patient].append(number)
    return [
        _sequence(
            {phase: labels[index] for phase, index in phases.items()},
            patient,
            _role(number, numbers[patient]),
            np.full(2, SUNNYBROOK_MM),
        )
        for (patient, number), phases in sorted(slices.items())
    ]


def sunnybrook_cines(folder: str | Path) -> list[LabelSequence]:
    """The contoured slices of `sunnybrook_cine`, by patient and from base to apex, with the headers' pixel size.

    They are of patients of `sunnybrook_slices`, under the same names.

    Raises
    ------
    InputError
        The folder has no index.csv, or a label map that it names is missing.
    """
    import SimpleITK as sitk

    folder, found = Path(folder), []
    for row in _table(folder / "index.csv"):
        path = folder / row["label_file"]
        if not path.is_file():
            raise InputError(f"{path} is missing, which {folder / 'index.csv'} names: copy the whole data set.")
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))  # frame, slice, row, column
        at = {phase: labels[int(row[f"frame_{phase.lower()}"])] for phase in ("ED", "ES")}
        contoured = [number for number in range(labels.shape[1]) if at["ED"][number].any() or at["ES"][number].any()]
        for number in contoured:
            phases = {phase: values[number] for phase, values in at.items() if values[number].any()}
            pixel_mm = np.array([float(row["dy_mm"]), float(row["dx_mm"])])
            found.append(_sequence(phases, row["patient"], _role(number, contoured), pixel_mm))
    return found


def _sequence(phases: Mapping[str, np.ndarray], subject: str, role: str, pixel_mm: np.ndarray) -> LabelSequence:
    """The sequence of the contoured frames (rows, columns), by "ED" and "ES"."""
    order = sorted(phases)
    values = _VALUES[np.stack([phases[phase] for phase in order])]
    known = np.stack([known_codes(_VIEW, *_CONTOURED[phase]) for phase in order])
    return LabelSequence(values, pixel_mm, _VIEW, role, known, subject)


def _role(number: int, numbers: Sequence[int]) -> str:
    return "base" if number == min(numbers) else "apex" if number == max(numbers) else "mid"


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(f"{path} does not exist: name the folder that holds it.")
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _array(path: Path, name: str) -> np.ndarray:
    if not path.is_file():
        raise InputError(f"{path} does not exist: name the folder that holds it.")
    with np.load(path) as found:
        return found[name]
