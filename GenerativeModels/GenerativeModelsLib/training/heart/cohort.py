"""The user's own hearts for training: a table of label maps, measured as by `heart analyse`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import load_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.data import UNLABELLED
from GenerativeModelsLib.training.shared.cohort_table import RowErrors

__all__ = ["HEART_COLUMNS", "read_heart_cohort"]

HEART_COLUMNS = ("case", "ed", "es", "labels", "condition")


def read_heart_cohort(path: Path) -> LabelledHearts:
    """Hearts of a CSV file with the `HEART_COLUMNS`; paths are relative to its folder.

    `labels` is a preset or values as of `--labels` (acdc if empty); `condition` is healthy, hcm, or empty for hearts
    used for shapes alone. Both phases are needed.

    Raises
    ------
    InputError
        The table cannot be used; for invalid rows the message has one sentence per row.
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
