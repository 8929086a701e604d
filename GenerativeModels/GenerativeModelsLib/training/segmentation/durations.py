"""Stages of the trainings of label maps and how long they are expected to take, in seconds of one core of an AMD
EPYC."""

from __future__ import annotations

from GenerativeModelsLib.training.segmentation.bank import label_shard_path
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig

__all__ = ["CODING", "SIMULATION", "TRAINING", "expected_seconds"]

SIMULATION, TRAINING, CODING = "Simulating hearts", "Training", "Collecting codes"
HEART, ITEM, CODE = 0.5, 0.012, 0.02


def expected_seconds(config: LabelTrainingConfig, epochs: int) -> dict[str, float]:
    """By stage, of a training with `epochs` epochs left."""
    bank = config.bank
    seeds = [*bank.seeds, *bank.validation_seeds]
    missing = sum(not label_shard_path(bank.folder, config.view, seed).exists() for seed in seeds)
    return {
        SIMULATION: HEART * missing * config.hearts_per_shard / bank.processes,
        TRAINING: ITEM * epochs * config.items_per_epoch,
        CODING: CODE * config.valid_codes if config.bundle else 0.0,
    }
