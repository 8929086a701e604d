"""Stages of the heart trainings and how long they are expected to take, in seconds of one core of an AMD EPYC."""

from __future__ import annotations

from GenerativeModelsLib.training.heart.bank import CALIBRATION_FIRST, HEARTS_PER_CLASS, heart_shard_path
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig

__all__ = [
    "CALIBRATION",
    "COMPARISON",
    "FEATURES",
    "OWN",
    "SIMULATION",
    "TRAINING",
    "expected_seconds",
]

OWN, SIMULATION, FEATURES = "Reading own hearts", "Simulating hearts", "Measuring hearts"
TRAINING, CALIBRATION, COMPARISON = "Training", "Calibrating", "Comparing before and after"

SHARD, SHARD_FEATURES, OWN_HEART, ITEM, CALIBRATING, COMPARED = 18.0, 1.5, 2.0, 0.00019, 40.0, 8.0


def expected_seconds(config: HeartTrainingConfig, epochs: int, own: int, test: int) -> dict[str, float]:
    """By stage, of a training with `epochs` epochs left, `own` own hearts and `test` of them held out.

    Shards that exist take no time.
    """
    bank = config.bank
    workers, hearts = (config.bundle.workers, config.bundle.calibration_cases) if config.bundle else (1, 0)
    held_out = range(CALIBRATION_FIRST, CALIBRATION_FIRST - (-hearts // (2 * HEARTS_PER_CLASS)))
    missing, later = (
        sum(not heart_shard_path(bank.folder, seed).exists() for seed in seeds)
        for seeds in ((*bank.seeds, *bank.validation_seeds), held_out)
    )
    return {
        OWN: OWN_HEART * own,
        SIMULATION: SHARD * missing / bank.processes,
        FEATURES: SHARD_FEATURES * bank.shards,
        TRAINING: ITEM * config.items_per_epoch * epochs,
        CALIBRATION: CALIBRATING + SHARD * later / bank.processes if config.bundle else 0.0,
        COMPARISON: COMPARED * test / workers if config.bundle else 0.0,
    }
