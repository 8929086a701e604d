"""Readings of own cohorts for the training of the skull networks.

The poses of own pictures are unknown, so these cases train shape and size, not poses. A case without pictures is imaged
by the simulator several times. Every case is read, and all errors are reported, before a training starts.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.table_file import write_table
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.training.shared.cohort_table import (
    PARTS,
    CohortRow,
    RowErrors,
    read_cohort_table,
    split,
    split_words,
)
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.field_basis import load_basis
from GenerativeModelsLib.training.skull.own_case import (
    basis_error_mm,
    case_readings,
    read_circumference,
    read_own_case,
)
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings, load_reader

__all__ = ["OwnCohort", "OwnReadings", "read_cohort", "read_own_cohort", "report_cohort", "split_sentence"]

SUMMARY = ("case", "part", "truth", "pictures", "hc_mm", "cephalic_index_percent", "basis_error_mm", "readings")
SUMMARY += ("remark",)


@dataclass(frozen=True)
class OwnReadings:
    """Readings of own cases, ordered by head; `counts` (heads,) is the number of readings of each head."""

    readings: Readings
    counts: np.ndarray

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Indices (size,) of readings: a head drawn uniformly, then one of its readings."""
        head = rng.integers(len(self.counts), size=size)
        first = np.cumsum(self.counts) - self.counts
        return first[head] + rng.integers(self.counts[head])


@dataclass(frozen=True)
class OwnCohort:
    """Readings of a cohort by part, without the test.

    Attributes
    ----------
    heads : of the cases whose head is known.
    pictures : of the cases whose head circumference alone is known.
    """

    heads: dict[str, OwnReadings]
    pictures: dict[str, RealReadings]


@dataclass(frozen=True)
class _Job:
    """Inputs for the readings of one row."""

    row: CohortRow
    path: Path
    views: int
    locator: Path
    reader: Path
    basis: Path


def read_cohort(config: CohortConfig) -> list[CohortRow]:
    """Rows of the table with their part: that of the table or, if it has none, drawn by subject."""
    rows = read_cohort_table(config.table)
    return split(rows, (config.calibration_share, config.test_share), config.split_seed)


def read_own_cohort(training: SkullTrainingConfig, basis: Path, progress: Progress | None = None) -> OwnCohort:
    """Readings of the cases for training and for calibration; readings of earlier runs are reused.

    The networks are those of the folders `locator` and `reader` of the config. Writes `own-cases.csv` into the output
    folder, and a summary to stderr.

    Parameters
    ----------
    training
        Config with a cohort.
    basis
        File of the basis.
    progress
        Takes the numbers of finished and of all cases.

    Raises
    ------
    InputError
        Rows are invalid, or no head was found in the pictures of any case for training.
    """
    config, output = training.cohort, Path(training.output)
    locator, reader = Path(training.locator), Path(training.reader)
    rows = read_cohort(config)
    folder = output / "own-readings"
    folder.mkdir(parents=True, exist_ok=True)
    files = [locator / "locator.safetensors", reader / "reader.safetensors", Path(basis)]
    shared = [*map(_digest, files), config.views]
    jobs = [
        _Job(row, folder / f"{row.case}-{_key(row, shared)}.npz", config.views, locator, reader, Path(basis))
        for row in rows
    ]
    found = parallel_map(_read_job, jobs, training.bank.processes, threads=1, progress=progress)
    errors = RowErrors(config.table)
    for row, error in zip(rows, found, strict=True):
        if error:
            errors.add(row.number, row.case, InputError(error))
    errors.raise_any(len(rows))
    _write_summary(output / "own-cases.csv", jobs)
    cohort = OwnCohort({}, {})
    for part in PARTS[:2]:
        mine = [job for job in jobs if job.row.part == part and _summary(job.path)["readings"]]
        heads = [Readings.load(job.path) for job in mine if job.row.label_map is not None]
        pictures = [RealReadings.load(job.path) for job in mine if job.row.label_map is None]
        if heads:
            cohort.heads[part] = OwnReadings(Readings.concatenate(heads), np.array([len(one) for one in heads]))
        if pictures:
            cohort.pictures[part] = RealReadings.concatenate(pictures)
    if "train" not in cohort.heads and "train" not in cohort.pictures:
        raise InputError(
            f"{config.table}: no head was found in the pictures of any case to train on; see own-cases.csv."
        )
    return cohort


def _read_job(job: _Job) -> str:
    """Write the readings of one row unless they exist; returns the message of an InputError, or an empty string."""
    if job.path.exists():
        return ""
    try:
        case = read_own_case(job.row)
    except InputError as error:
        return str(error)
    readings: Readings | RealReadings | None
    readings, remark = None, "kept for the test"
    summary = {"case": job.row.case, "pictures": "own" if case.images else "simulated", "hc_mm": round(case.hc_mm, 1)}
    if case.head is None:
        summary |= {"truth": "head circumference", "cephalic_index_percent": "", "basis_error_mm": ""}
        if job.row.part != "test":
            readings, remark = read_circumference(case, load_reader(job.locator, job.reader))
    else:
        basis = load_basis(job.basis)
        summary |= {
            "truth": "head",
            "cephalic_index_percent": round(case.head.cephalic_index_percent, 1),
            "basis_error_mm": round(basis_error_mm(case.head, basis), 2),
        }
        if job.row.part != "test":
            readings, remark = case_readings(case, load_reader(job.locator, job.reader), basis, job.views)
    summary |= {"readings": 0 if readings is None else len(readings), "remark": remark}
    part = job.path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, summary=json.dumps(summary), **({} if readings is None else vars(readings)))
    part.replace(job.path)
    return ""


def _summary(path: Path) -> dict:
    with np.load(path) as stored:
        return json.loads(str(stored["summary"]))


def _write_summary(path: Path, jobs: list[_Job]) -> None:
    rows = [_summary(job.path) | {"part": job.row.part} for job in jobs]
    write_table(path, SUMMARY, rows)


def report_cohort(config: CohortConfig, output: Path) -> None:
    """Print what `read_own_cohort` found to stderr: the parts, the cases left out, and how well the basis fits."""
    rows = read_cohort(config)
    _say(f"Cohort {config.table}: {len(rows)} cases. {split_sentence(config)}")
    with (output / "own-cases.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    for row in found:
        if not int(row["readings"]) and row["part"] != "test":
            _say(f"  {row['case']} is left out: {row['remark']}.")
    known = [row for row in found if row["basis_error_mm"]]
    if known:
        worst = max(known, key=lambda row: float(row["basis_error_mm"]))
        _say(f"  The model can represent these heads to {worst['basis_error_mm']} mm or better ({worst['case']}).")
    _say(f"  {output / 'own-cases.csv'} lists every case.")


def split_sentence(config: CohortConfig) -> str:
    """Sentence on the parts of a cohort: what decided them, and their sizes."""
    given = bool(read_cohort_table(config.table)[0].part)
    return split_words(read_cohort(config), PARTS, given, config.split_seed)


def _key(row: CohortRow, shared: list) -> str:
    """Hash of everything the readings of a row depend on: its files, what they are, their spacings, the networks."""
    files = [] if row.label_map is None else [(row.label_map, row.frame)]
    files += [(file.image, [plane, file.spacing_mm]) for plane, file in sorted(row.planes.items())]
    stamps = [[str(path), path.stat().st_size, path.stat().st_mtime_ns, extra] for path, extra in files]
    content = [stamps, row.part, str(row.weeks), str(row.hc_mm), *shared]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
