"""Images of Sunnybrook with their contours, and which patients train networks, steer development, or are held out.

Patients by name: of those that steer development in `expert_maps`, six train the networks of `benchmark repair`, the
others are tested while developing; those held out there are tested with `--final` alone. The three patients of
`sunnybrook_cine` train nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.population.sunnybrook_files import (
    CONTOURED,
    LABELS,
    PIXEL_MM,
    as_codes,
    read_slices,
    read_table,
)

__all__ = ["NOMINAL_MM", "TRAINING_PATIENTS", "ImagedCase", "imaged_cines", "imaged_stacks", "patients_of"]

TRAINING_PATIENTS = ("SC-HF-I-08", "SC-HF-NI-11", "SC-HF-NI-31", "SC-HYP-07", "SC-HYP-40", "SC-N-09")
NOMINAL_MM = (PIXEL_MM, 9.0)
"""Pixel and slice distance taken for `sunnybrook_slices`; headers that are left have 8 to 10 mm between slices."""


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
    every = read_slices(data_set(data, "sunnybrook_slices")).patients
    return tuple(name for name in every[int(final) :: 2] if name not in TRAINING_PATIENTS)


def imaged_stacks(data: Path) -> Iterator[ImagedCase]:
    """The stacks of `sunnybrook_slices` by patient and phase, slices from base to apex.

    Cavity and wall are known at end diastole, the cavity alone at end systole. Millimetres are nominal.

    Raises
    ------
    InputError
        The data set is missing.
    """
    slices = read_slices(data_set(data, "sunnybrook_slices"))
    to_lps = np.diag([NOMINAL_MM[0], NOMINAL_MM[0], NOMINAL_MM[1], 1.0])
    for (patient, phase), stack in slices.stacks.items():
        which = list(stack.values())
        maps = LabelMaps(slices.labels[which][None], to_lps, None, LABELS, f"{patient} {phase}")
        known = {name: np.full((1, len(which)), name in CONTOURED[phase]) for name in LABELS}
        yield ImagedCase(patient, phase, slices.images[which][None], maps, known)


def imaged_cines(data: Path) -> Iterator[ImagedCase]:
    """The whole cines of `sunnybrook_cine`, slices from base to apex, in true millimetres.

    Raises
    ------
    InputError
        The data set is missing, or a file that its index names.
    """
    import SimpleITK as sitk

    folder = data_set(data, "sunnybrook_cine")
    for row in read_table(folder / "index.csv"):
        paths = [folder / row[name] for name in ("cine_file", "label_file")]
        if missing := next((path for path in paths if not path.is_file()), None):
            raise InputError(f"{missing}, named in index.csv, does not exist: copy the whole data set.")
        images, labels = (sitk.GetArrayFromImage(sitk.ReadImage(str(path))) for path in paths)
        values = np.zeros_like(labels)
        known = {name: np.zeros(labels.shape[:2], bool) for name in LABELS}
        for phase, structures in CONTOURED.items():
            frame = int(row[f"frame_{phase.lower()}"])
            values[frame] = as_codes(labels[frame])
            for name in structures:
                known[name][frame] = (values[frame] == CODES["lv"]).any(axis=(1, 2))
        to_lps = np.diag([float(row[f"d{axis}_mm"]) for axis in "xyz"] + [1.0])
        maps = LabelMaps(values, to_lps, float(row["frame_s"]), LABELS, f"{row['patient']} cine")
        yield ImagedCase(row["patient"], "cine", images, maps, known)
