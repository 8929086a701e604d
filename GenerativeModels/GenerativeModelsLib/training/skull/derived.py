"""Folders of what a skull training derives from networks and basis, named by these."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.training.shared.provenance import data_hash
from GenerativeModelsLib.training.skull.config import PopulationTrainingConfig

__all__ = ["readings_folder", "shapes_folder"]


def readings_folder(config: PopulationTrainingConfig, basis: Path) -> Path:
    """Folder of the readings by these networks: those of others are not taken for them."""
    files = [config.locator / "locator.safetensors", config.reader / "reader.safetensors", basis]
    return (config.derived or config.output) / f"readings-{data_hash(files)[:12]}"


def shapes_folder(config: PopulationTrainingConfig, basis: Path) -> Path:
    """Folder of the drawn heads in this basis."""
    return (config.derived or config.output) / f"shapes-{data_hash([basis])[:12]}"
