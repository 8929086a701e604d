"""Images of Sunnybrook with their contours, and which patients train networks, steer development, or are held out.

Patients by name: of those that steer development in `expert_maps`, six train the networks of `benchmark repair`, the
others are tested while developing; those held out there are tested with `--final` alone. The three patients of
`sunnybrook_cine` train nothing.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["NOMINAL_MM", "TRAINING_PATIENTS", "ImagedCase", "imaged_cines", "imaged_stacks", "patients_of"]

TRAINING_PATIENTS = ("SC-HF-I-08", "SC-HF-NI-11", "SC-HF-NI-31", "SC-HYP-07", "SC-HYP-40", "SC-N-09")
NOMINAL_MM = (1.33, 9.0)
"""Pixel and slice distance taken for `sunnybrook_slices`, whose source lost them: headers that are left have 1.29 to
1.37 mm, and 8 to 10 mm between slices."""
_VALUES = np.zeros(256, np.uint8)
_VALUES[2], _VALUES[3] = CODES["myo"], CODES["lv"]
_LABELS = {"lv": 3, "myo": 2}


@dataclass(frozen=True, eq=False)
class ImagedCase:
    """Images of a patient with the contours that an expert drew.

    Attributes
    ----------
    patient
        Name.
    kind
        "ED" or "ES" for a stack of one frame, "cine" for a whole cycle.
    images
        (frames, slices, rows, columns) uint8.
    truth
        Label maps of the same shape; 0 where nothing is labelled.
    known
        By "lv" and "myo", (frames, slices) bool: whether the structure is labelled in the slice.
    """

    patient: str
    kind: str
    images: np.ndarray
    truth: LabelMaps
    known: dict[str, np.ndarray]


def patients_of(data: Path, *, final: bool) -> tuple[str, ...]:
    """Names of the patients that are tested: those held out with `final`, those that steer development without."""
    folder = data_set(data, "sunnybrook_slices")
    every = sorted({row["patient"] for row in _table(folder / "slices.csv")})
    return tuple(name for name in every[int(final) :: 2] if name not in TRAINING_PATIENTS)


def imaged_stacks(data: Path) -> Iterator[ImagedCase]:
    """The stacks of `sunnybrook_slices` by patient and phase, slices from base to apex.

    Cavity and wall are known at end diastole, the cavity alone at end systole. Millimetres are nominal.

    Raises
    ------
    InputError
        The data set is missing.
    """
    folder = data_set(data, "sunnybrook_slices")
    with np.load(folder / "slices.npz") as found:
        images, labels = found["image"], _VALUES[found["label"]]
    stacks: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in _table(folder / "slices.csv"):
        stacks[row["patient"], row["phase"]].append((int(row["slice"]), int(row["index"])))
    to_lps = np.diag([NOMINAL_MM[0], NOMINAL_MM[0], NOMINAL_MM[1], 1.0])
    for (patient, phase), slices in sorted(stacks.items()):
        which = [index for _, index in sorted(slices)]
        maps = LabelMaps(labels[which][None], to_lps, None, _LABELS, f"{patient} {phase}")
        there = np.ones((1, len(which)), bool)
        yield ImagedCase(patient, phase, images[which][None], maps, {"lv": there, "myo": there & (phase == "ED")})


def imaged_cines(data: Path) -> Iterator[ImagedCase]:
    """The whole cines of `sunnybrook_cine`, slices from base to apex, in true millimetres.

    Raises
    ------
    InputError
        The data set is missing, or a file that its index names.
    """
    import SimpleITK as sitk

    folder = data_set(data, "sunnybrook_cine")
    for row in _table(folder / "index.csv"):
        paths = [folder / row[name] for name in ("cine_file", "label_file")]
        if missing := next((path for path in paths if not path.is_file()), None):
            raise InputError(f"{missing}, named in index.csv, does not exist: copy the whole data set.")
        images, labels = (sitk.GetArrayFromImage(sitk.ReadImage(str(path))) for path in paths)
        values = np.zeros_like(labels)
        known = {name: np.zeros(labels.shape[:2], bool) for name in ("lv", "myo")}
        for phase, structures in (("ed", ("lv", "myo")), ("es", ("lv",))):
            frame = int(row[f"frame_{phase}"])
            values[frame] = _VALUES[labels[frame]]
            for name in structures:
                known[name][frame] = (values[frame] == CODES["lv"]).any(axis=(1, 2))
        to_lps = np.diag([float(row[f"d{axis}_mm"]) for axis in "xyz"] + [1.0])
        maps = LabelMaps(values, to_lps, float(row["frame_s"]), _LABELS, f"{row['patient']} cine")
        yield ImagedCase(row["patient"], "cine", images, maps, known)


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(f"{path} does not exist: copy the whole data set.")
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
