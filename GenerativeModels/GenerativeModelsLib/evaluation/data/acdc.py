"""Patients 101 to 150 of ACDC: label maps at end diastole and end systole, ten patients per diagnosis.

Used only for evaluation: not for training, and not shipped (Bernard et al., IEEE TMI 2018;37(11):2514-2525).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set

__all__ = ["GROUPS", "AcdcPatient", "read_acdc"]

GROUPS = {
    "NOR": "normal",
    "HCM": "hypertrophic cardiomyopathy",
    "DCM": "dilated cardiomyopathy",
    "MINF": "infarct",
    "RV": "abnormal right ventricle",
}
"""Diagnoses by their names in the data set."""
COLUMNS = ("patient", "group", "ed_file", "es_file", "edv_ml", "esv_ml", "myo_ed_ml")
"""Columns of `index.csv` that are read."""


@dataclass(frozen=True)
class AcdcPatient:
    """One patient: diagnosis (a key of `GROUPS`), label maps, and volumes in ml from counting their voxels."""

    name: str
    group: str
    ed: Path
    es: Path
    edv_ml: float
    esv_ml: float
    myocardium_ed_ml: float


def read_acdc(folder: Path) -> list[AcdcPatient]:
    """All patients in the order of `index.csv` of `folder` or of its folder `acdc_labels`.

    Raises
    ------
    InputError
        A file is missing, or the index is that of another data set.
    """
    folder = data_set(folder, "acdc_labels")
    table = folder / "index.csv"
    patients = []
    with table.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise InputError(f"{table} has no column {missing[0]}: name the folder of the data set acdc_labels.")
        for row in rows:
            if row["group"] not in GROUPS:
                raise InputError(
                    f"{table}: patient {row['patient']} is of group '{row['group']}', expected {', '.join(GROUPS)}."
                )
            files = [folder / row[f"{phase}_file"] for phase in ("ed", "es")]
            volumes = [float(row[name]) for name in ("edv_ml", "esv_ml", "myo_ed_ml")]
            patients.append(AcdcPatient(f"patient {row['patient']}", row["group"], *files, *volumes))
    missing = next((file for patient in patients for file in (patient.ed, patient.es) if not file.is_file()), None)
    if missing is not None:
        raise InputError(f"{missing}, named in {table.name}, does not exist.")
    return patients
