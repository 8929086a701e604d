"""Stages of the skull trainings and how long they are expected to take.

The seconds are of one core of an AMD EPYC; `Stages` corrects them by the speed that it measures.
"""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.evaluation.data.hc18 import LARGE, SMALL
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.shared.config_parts import BankConfig
from GenerativeModelsLib.training.skull.bank import bank_files
from GenerativeModelsLib.training.skull.config import PopulationTrainingConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.derived import readings_folder, shapes_folder
from GenerativeModelsLib.training.skull.readings import readings_path
from GenerativeModelsLib.training.skull.shapes import shapes_path

__all__ = [
    "CALIBRATION",
    "COMPARISON",
    "DENSITIES",
    "DRAWING",
    "LOCATOR_ITEM",
    "OWN",
    "READER_ITEM",
    "READING",
    "REAL_HEADS",
    "REAL_PICTURES",
    "SIMULATION",
    "TRAINING",
    "publishing_seconds",
    "simulation_seconds",
    "training_seconds",
]

SIMULATION, OWN, READING, DRAWING = "Simulating cases", "Reading own cases", "Reading pictures", "Drawing heads"
TRAINING, DENSITIES, CALIBRATION = "Training", "Learning what is usual", "Calibrating"
REAL_PICTURES, REAL_HEADS, COMPARISON = "Real pictures", "Real heads", "Comparing before and after"

SHARD, SHARD_READING, SHAPES_FILE, OWN_CASE = 36.0, 11.0, 12.0, 9.0
LOCATOR_ITEM, READER_ITEM, SKULL_ITEM = 0.0104, 0.0049, 0.0012
"""Of a picture, or case, in an epoch; the trainings use the cores themselves."""
CASE, PICTURE, FLOWS_OF_A_SHARD = 6.0, 1.5, 2.5
"""Of a case reconstructed from every subset of its planes, of one picture, and of the densities by shards read."""
REAL_CASES = 7
"""Real heads that did not shape the population."""


def simulation_seconds(bank: BankConfig) -> float:
    """Of the shards of a bank that do not exist yet."""
    missing = [path for paths in bank_files(bank) for path in paths if not path.exists()]
    return SHARD * len(missing) / bank.processes


def training_seconds(config: PopulationTrainingConfig, basis: Path, epochs: int, cases: int) -> dict[str, float]:
    """By stage, of a training with `epochs` epochs left and `cases` own cases; files that exist take no time."""
    workers, read, drawn = config.bank.processes, readings_folder(config, basis), shapes_folder(config, basis)
    shards = [path for paths in bank_files(config.bank) for path in paths]
    unread = [path for path in shards if not readings_path(read, path).exists()]
    undrawn = [n for n in range(config.shapes) if not shapes_path(drawn, n).exists()]
    left = cases - len(list((config.output / "own-readings").glob("*.npz")))
    return {
        OWN: OWN_CASE * max(left, 0) / workers,
        SIMULATION: simulation_seconds(config.bank),
        READING: SHARD_READING * len(unread) / workers,
        DRAWING: SHAPES_FILE * len(undrawn) / workers,
        TRAINING: SKULL_ITEM * config.items_per_epoch * epochs,
    }


def publishing_seconds(config: SkullTrainingConfig, rows: list[CohortRow], *, started: bool) -> dict[str, float]:
    """By stage, of making the bundle; `started` from a bundle, every case is reconstructed by both models."""
    if config.bundle is None:
        return {}
    workers, models = config.bundle.workers, 2 if started else 1
    test = sum(row.part == "test" for row in rows)
    pictures = LARGE["calibration"] + SMALL["calibration"] if config.hc18 else 0
    return {
        DENSITIES: FLOWS_OF_A_SHARD * (config.bank.shards + config.shapes) if not started or config.hc18 else 10.0,
        CALIBRATION: CASE * models * (config.bundle.calibration_cases + len(rows) - test) / workers,
        REAL_PICTURES: PICTURE * pictures,
        REAL_HEADS: CASE * REAL_CASES * config.head_views / workers if config.heads else 0.0,
        COMPARISON: 2 * CASE * test / workers,
    }
