"""Expert label maps: of Sunnybrook, in a part that limits were chosen on and a part that they were not, and of ACDC.

Patients of Sunnybrook by name: the first, third, ... steer development, the others never do. ACDC is used for
evaluation alone. The cine of the biventricular model is of one person; its series are parted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.acdc import read_acdc
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.population.sunnybrook_files import LABELS, read_slices
from GenerativeModelsLib.segmentation.read import read_label_maps
from GenerativeModelsLib.segmentation.request import SegmentationRequest

__all__ = ["DEVELOPMENT", "HELD_OUT", "ExpertMap", "acdc_maps", "apical_maps", "cine_maps", "sunnybrook_maps"]

DEVELOPMENT, HELD_OUT = "development", "held out"
SUNNYBROOK_MM, SUNNYBROOK_SLICES_MM = 1.3, 9.0
"""Pixel size and slice distance, which `sunnybrook_slices` has lost, with which the limits of the check were chosen and
its published figures made; `sunnybrook_files.PIXEL_MM` is nearer to the headers that are left."""
CINE_SERIES = {
    DEVELOPMENT: ("Se2_SAX", "Se4_SAX", "Se6_4CH", "Se8_2CH"),
    HELD_OUT: ("Se3_SAX", "Se5_SAX", "Se7_4CH"),
}
"""Series of the biventricular model's cine; those at the base, through the outflow tract and of the right heart are
left out: their plane leaves the ventricle during the cycle."""


@dataclass(frozen=True, eq=False)
class ExpertMap:
    """Label maps of one patient and phase, or of one series.

    Attributes
    ----------
    patient, part
        Name, and `DEVELOPMENT` or `HELD_OUT`.
    view
        "short-axis" or "apical".
    """

    patient: str
    part: str
    maps: LabelMaps
    view: str = "short-axis"


def sunnybrook_maps(data: Path) -> Iterator[ExpertMap]:
    """The stacks of `sunnybrook_slices`: cavity and wall at end diastole, the cavity alone at end systole."""
    slices = read_slices(data_set(data, "sunnybrook_slices"))
    patients = slices.patients
    to_lps = np.diag([SUNNYBROOK_MM, SUNNYBROOK_MM, SUNNYBROOK_SLICES_MM, 1.0])
    for (patient, phase), stack in slices.stacks.items():
        first, last = min(stack), max(stack)
        values = np.zeros((1, last - first + 1, *slices.labels.shape[1:]), np.uint8)
        for number, index in stack.items():
            values[0, number - first] = slices.labels[index]
        part = HELD_OUT if patients.index(patient) % 2 else DEVELOPMENT
        yield ExpertMap(f"{patient} {phase}", part, LabelMaps(values, to_lps, None, LABELS, patient))


def acdc_maps(data: Path) -> Iterator[ExpertMap]:
    """The stacks of `acdc_labels`, two a patient."""
    for patient in read_acdc(data):
        for phase in ("ed", "es"):
            maps = read_label_maps(SegmentationRequest(getattr(patient, phase)))
            yield ExpertMap(f"{patient.name} {phase.upper()}", HELD_OUT, maps)


def cine_maps(data: Path) -> Iterator[ExpertMap]:
    """The series of `bivme_patient1` with a whole cycle, each a slice over time."""
    folder = data_set(data, "bivme_patient1")
    for part, series in CINE_SERIES.items():
        for name in series:
            path = folder / f"{name}_label.nii.gz"
            view = "apical" if name.endswith("CH") else "short-axis"
            yield ExpertMap(name, part, read_label_maps(SegmentationRequest(path, view)), view)


def apical_maps(data: Path) -> Iterator[ExpertMap]:
    """The six planes of `rodero01_apical`; the right ventricle is not named in it."""
    path = data_set(data, "rodero01_apical") / "labels.npz"
    table = np.zeros(256, np.uint8)
    table[1], table[2], table[3], table[4] = CODES["lv"], CODES["myo"], CODES["la"], CODES["rv"]
    with np.load(path) as found:
        pixel = float(found["spacing_mm"])
        for name in (name for name in found.files if found[name].ndim == 2):
            to_lps = np.diag([pixel, pixel, 1.0, 1.0])
            maps = LabelMaps(table[found[name]][None, None], to_lps, None, {"lv": 1, "myo": 2, "la": 3, "rv": 4}, name)
            yield ExpertMap(name, DEVELOPMENT, maps, "apical")
