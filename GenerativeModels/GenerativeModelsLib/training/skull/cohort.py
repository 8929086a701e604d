"""Crops of own cohorts for the training of the skull networks.

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
from GenerativeModelsLib.models.cvae import SkullCVAE
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.training.shared.cohort_table import PARTS, CohortRow, RowErrors, read_cohort_table, split
from GenerativeModelsLib.training.skull.config import CohortConfig
from GenerativeModelsLib.training.skull.crops import Crops, load_locator
from GenerativeModelsLib.training.skull.field_basis import load_basis
from GenerativeModelsLib.training.skull.own_case import basis_error_mm, case_crops, read_own_case

__all__ = ["OwnCrops", "crop_cohort", "read_cohort"]

SUMMARY = ("case", "part", "pictures", "hc_mm", "cephalic_index_percent", "basis_error_mm", "crops", "remark")


@dataclass(frozen=True)
class OwnCrops:
    """Crops of own cases, ordered by head; `counts` (heads,) is the number of crops of each head."""

    crops: Crops
    counts: np.ndarray

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Indices (size,) of crops: a head drawn uniformly, then one of its crops."""
        head = rng.integers(len(self.counts), size=size)
        first = np.cumsum(self.counts) - self.counts
        return first[head] + rng.integers(self.counts[head])


@dataclass(frozen=True)
class _Job:
    """Inputs for the crops of one row."""

    row: CohortRow
    path: Path
    views: int
    locator: Path
    basis: Path
    start_from: Path | None


def read_cohort(config: CohortConfig) -> list[CohortRow]:
    """Rows of the table with their part: that of the table or, if it has none, drawn by subject."""
    rows = read_cohort_table(config.table)
    return split(rows, (config.calibration_share, config.test_share), config.split_seed)


def crop_cohort(
    config: CohortConfig, output: Path, locator: Path, basis: Path, start_from: Path | None = None, workers: int = 1
) -> dict[str, OwnCrops]:
    """Crops of the cases for training and for calibration, by part; crops of earlier runs are reused.

    Writes `own-cases.csv` into the folder `output`, and a summary to stderr.

    Parameters
    ----------
    locator
        Folder of `locator.safetensors`.
    basis
        File of the basis.
    start_from
        Bundle whose networks determine the orientation of the head in a picture; None: the locator determines it.

    Raises
    ------
    InputError
        Rows are invalid, or no head was found in the pictures of any case for training.
    """
    rows = read_cohort(config)
    folder = Path(output) / "own-crops"
    folder.mkdir(parents=True, exist_ok=True)
    shared = [_digest(Path(locator) / "locator.safetensors"), _digest(basis), str(start_from), config.views]
    jobs = [
        _Job(row, folder / f"{row.case}-{_key(row, shared)}.npz", config.views, Path(locator), Path(basis), start_from)
        for row in rows
    ]
    drawn = not read_cohort_table(config.table)[0].part
    _say(f"Cohort {config.table}: {len(rows)} cases. " + _split_sentence(rows, drawn, config))
    found = parallel_map(_crop_job, jobs, workers, threads=1)
    errors = RowErrors(config.table)
    for row, error in zip(rows, found, strict=True):
        if error:
            errors.add(row.number, row.case, InputError(error))
    errors.raise_any(len(rows))
    _write_summary(Path(output) / "own-cases.csv", jobs)
    parts = {part: _gather([job.path for job in jobs if job.row.part == part]) for part in PARTS[:2]}
    if parts["train"] is None:
        raise InputError(
            f"{config.table}: no head was found in the pictures of any case to train on; see own-cases.csv."
        )
    return {part: own for part, own in parts.items() if own is not None}


def _crop_job(job: _Job) -> str:
    """Write the crops of one row unless they exist; returns the message of an InputError, or an empty string."""
    if job.path.exists():
        return ""
    try:
        case = read_own_case(job.row)
    except InputError as error:
        return str(error)
    basis = load_basis(job.basis)
    crops, remark = None, "kept for the test"
    if job.row.part != "test":
        skull = _skull(job.start_from) if case.images else None
        crops, remark = case_crops(case, load_locator(job.locator), basis, job.views, skull)
    summary = {
        "case": job.row.case,
        "pictures": "own" if case.images else "simulated",
        "hc_mm": round(case.head.hc_mm, 1),
        "cephalic_index_percent": round(case.head.cephalic_index_percent, 1),
        "basis_error_mm": round(basis_error_mm(case.head, basis), 2),
        "crops": 0 if crops is None else len(crops.pictures),
        "remark": remark,
    }
    part = job.path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, summary=json.dumps(summary), **({} if crops is None else vars(crops)))
    part.replace(job.path)
    return ""


def _skull(start_from: Path | None) -> SkullCVAE | None:
    if start_from is None:
        return None
    from GenerativeModelsLib.skull.infer.model import load_skull_model

    return load_skull_model(start_from).skull


def _gather(paths: list[Path]) -> OwnCrops | None:
    parts = [Crops.load(path) for path in paths if _summary(path)["crops"]]
    if not parts:
        return None
    return OwnCrops(Crops.concatenate(parts), np.array([len(part.pictures) for part in parts]))


def _summary(path: Path) -> dict:
    with np.load(path) as stored:
        return json.loads(str(stored["summary"]))


def _write_summary(path: Path, jobs: list[_Job]) -> None:
    rows = [_summary(job.path) | {"part": job.row.part} for job in jobs]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, SUMMARY)
        writer.writeheader()
        writer.writerows(rows)
    without = [row for row in rows if not row["crops"] and row["part"] != "test"]
    for row in without:
        _say(f"  {row['case']} is left out: {row['remark']}.")
    worst = max(rows, key=lambda row: row["basis_error_mm"])
    _say(f"  The basis describes these heads to {worst['basis_error_mm']} mm or better (worst: {worst['case']}).")
    _say(f"  {path} lists every case.")


def _split_sentence(rows: list[CohortRow], drawn: bool, config: CohortConfig) -> str:
    counts = ", ".join(f"{part} {sum(row.part == part for row in rows)}" for part in PARTS)
    subjects = len({row.subject for row in rows})
    if not drawn:
        return f"Parts of the table: {counts}."
    return f"Parts drawn over {subjects} subjects with split_seed {config.split_seed}: {counts}."


def _key(row: CohortRow, shared: list) -> str:
    """Hash of everything the crops of a row depend on: its files, their spacings, the networks."""
    files = [(row.label_map, row.frame), *((file.image, file.spacing_mm) for _, file in sorted(row.planes.items()))]
    stamps = [[str(path), path.stat().st_size, path.stat().st_mtime_ns, extra] for path, extra in files]
    return hashlib.sha256(json.dumps([stamps, row.part, str(row.weeks), *shared]).encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
