"""Own hearts for training: a table of label maps, measured as `heart analyse` measures them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.cardiac.labels import parse_labels
from GenerativeModelsLib.cardiac.loading import load_hearts
from GenerativeModelsLib.cardiac.ray_batches import RayBatch
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.cohort_table import RowErrors
from GenerativeModelsLib.training.heart_bank import CLASSES, LabelledHearts
from GenerativeModelsLib.training.heart_data import UNLABELLED

__all__ = ["HEART_COLUMNS", "read_heart_cohort"]

HEART_COLUMNS = ("case", "ed", "es", "labels", "condition")


def read_heart_cohort(path: Path) -> LabelledHearts:
    """The hearts of a CSV file with the `HEART_COLUMNS`, relative files taken from its folder.

    `labels` is a preset or values as of `--labels` (acdc where empty); `condition` is healthy, hcm, or empty for hearts
    that teach shapes alone. Both phases are needed.

    Raises
    ------
    InputError
        One sentence a bad row, or one on the table as a whole.
    """
    from GenerativeModelsLib.batch.table import read_case_table

    path = Path(path)
    table = read_case_table(path, HEART_COLUMNS, ("case", "ed", "es"))
    errors, hearts, labels = RowErrors(path), [], []
    for number, row in enumerate(table, start=1):
        try:
            labels.append(_label(row.get("condition", "")))
            files = (path.absolute().parent / row[phase] for phase in ("ed", "es"))
            hearts.append(load_hearts(*files, parse_labels(row.get("labels") or "acdc")).heart)
        except InputError as error:
            errors.add(number, row["case"], error)
    errors.raise_any(len(table))
    return LabelledHearts(RayBatch.of(hearts), np.array(labels, np.int64))


def _label(condition: str) -> int:
    if not condition:
        return UNLABELLED
    if condition not in CLASSES:
        raise InputError(
            f"condition is '{condition}', expected {' or '.join(CLASSES)}, or nothing where it is unknown."
        )
    return CLASSES.index(condition)
