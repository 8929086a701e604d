"""The user's own hearts for training: a table of label maps, measured as by `heart analyse`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.batch.table import read_case_table
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import CLASSES
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from GenerativeModelsLib.heart.measure.load import LoadedHeart, load_hearts
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.training.heart.bank import LabelledHearts
from GenerativeModelsLib.training.heart.config import HeartCohortConfig
from GenerativeModelsLib.training.heart.data import UNLABELLED
from GenerativeModelsLib.training.shared.cohort_table import RowErrors, read_rows, split, split_words

__all__ = [
    "HEART_COLUMNS",
    "HEART_PARTS",
    "HeartRow",
    "load_row",
    "read_heart_rows",
    "read_hearts",
    "split_sentence",
]

HEART_COLUMNS = ("case", "ed", "es", "labels", "condition", "subject", "part")
HEART_PARTS = ("train", "test")


@dataclass(frozen=True)
class HeartRow:
    """One heart of a cohort.

    Attributes
    ----------
    number : row of the table, the first after the header is 1.
    case : its name.
    ed, es : label maps.
    labels : preset or values, as of `--labels`.
    condition : one of `CLASSES`; empty if it is not known.
    subject : rows of one subject are in the same part: the column or, if it is empty, the file `ed`.
    part : one of `HEART_PARTS`; empty until `split`.
    """

    number: int
    case: str
    ed: Path
    es: Path
    labels: str
    condition: str
    subject: str
    part: str

    @property
    def label(self) -> int:
        """Index of the condition in `CLASSES`, or `UNLABELLED`."""
        return CLASSES.index(self.condition) if self.condition else UNLABELLED


def read_heart_rows(config: HeartCohortConfig) -> list[HeartRow]:
    """Rows of the table with their part: that of the table or, if it has none, drawn by subject; files are not opened.

    Raises
    ------
    InputError
        The table cannot be used; for invalid rows the message has one sentence per row.
    """
    rows = read_rows(Path(config.table), HEART_COLUMNS, ("case", "ed", "es"), _row)
    return split(rows, (0.0, config.test_share), config.split_seed)


def _row(number: int, entries: dict[str, str], folder: Path) -> HeartRow:
    condition, part, labels = entries["condition"], entries["part"], entries["labels"] or "acdc"
    if condition and condition not in CLASSES:
        raise InputError(
            f"condition is '{condition}', expected {' or '.join(CLASSES)}, or nothing where it is unknown."
        )
    if part and part not in HEART_PARTS:
        raise InputError(f"part is '{part}': expected {' or '.join(HEART_PARTS)}.")
    parse_labels(labels)
    files = {}
    for phase in ("ed", "es"):
        if not entries[phase]:
            raise InputError(f"it has no {phase}: name the label maps of both phases.")
        files[phase] = folder / entries[phase]
        if not files[phase].is_file():
            raise InputError(f"{files[phase]} does not exist.")
    subject = entries["subject"] or str(files["ed"].resolve())
    return HeartRow(number, entries["case"], **files, labels=labels, condition=condition, subject=subject, part=part)


def load_row(row: HeartRow) -> LoadedHeart:
    """The heart of a row, measured; raises InputError if its label maps cannot be used."""
    return load_hearts(row.ed, row.es, parse_labels(row.labels))


def read_hearts(table: Path, rows: Sequence[HeartRow], progress: Progress | None = None) -> LabelledHearts:
    """The hearts for training; all rows are read, so that a label map for the test that cannot be used is said now.

    Raises
    ------
    InputError
        One sentence for each row that cannot be used.
    """
    errors, hearts, labels = RowErrors(table), [], []
    for done, row in enumerate(rows):
        if progress is not None:
            progress(done, len(rows))
        try:
            heart = load_row(row).heart
        except InputError as error:
            errors.add(row.number, row.case, error)
            continue
        if row.part == "train":
            hearts.append(heart)
            labels.append(row.label)
    errors.raise_any(len(rows))
    return LabelledHearts(RayBatch.of(hearts), np.array(labels, np.int64))


def split_sentence(config: HeartCohortConfig) -> str:
    """Sentence on the parts of a cohort: what decided them, and their sizes."""
    given = bool(read_case_table(Path(config.table), HEART_COLUMNS, ("case", "ed", "es"))[0]["part"])
    return split_words(read_heart_rows(config), HEART_PARTS, given, config.split_seed)
