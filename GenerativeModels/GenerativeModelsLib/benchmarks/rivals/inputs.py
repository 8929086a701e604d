"""What every training of the comparison reads: the shipped reader, its readings of one bank, and drawn heads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch.nn import Module, ModuleDict

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import find_data_set
from GenerativeModelsLib.skull.infer.model import KIND, load_skull_model
from GenerativeModelsLib.training.shared.config_parts import BankConfig, FoldConfig
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.config import PopulationTrainingConfig
from GenerativeModelsLib.training.skull.durations import training_seconds
from GenerativeModelsLib.training.skull.sources import read_sources

__all__ = ["FOLDS", "Inputs", "prepare"]

FOLDS = 3
FIRST_SHARD, SHARDS = 2000, 60
"""Shards of 100 heads whose pictures trained neither the shipped locator nor its plane reader."""
SHAPES = 30
"""Files of 500 heads without pictures."""


@dataclass(frozen=True)
class Inputs:
    """Folders that all trainings of the comparison share.

    Attributes
    ----------
    folder : of the benchmark.
    hc18 : real axial pictures; None if there are none.
    shards, shapes : how many.
    workers : processes.
    """

    folder: Path
    hc18: Path | None
    shards: int
    shapes: int
    workers: int

    @property
    def networks(self) -> Path:
        """Locator, plane reader and basis of the shipped bundle."""
        return self.folder / "networks"

    @property
    def basis(self) -> Path:
        return self.networks / "basis.safetensors"

    def bank(self, fold: int | None) -> BankConfig:
        """Bank without the shards of a fold, the first of which validates; None: the whole bank."""
        return BankConfig(
            folder=self.folder / "bank",
            first=FIRST_SHARD,
            shards=self.shards,
            validation_first=FIRST_SHARD + (fold or 0),
            validation_shards=1,
            workers=self.workers,
            fold=None if fold is None else FoldConfig(index=fold, of=FOLDS),
        )

    def fields(self, fold: int | None) -> dict[str, Any]:
        """Fields of the config of a training without a fold that say what it reads."""
        return {
            "bank": self.bank(fold),
            "hc18": self.hc18,
            "locator": self.networks,
            "reader": self.networks,
            "derived": self.folder / "derived",
            "shapes": self.shapes,
        }


def prepare(
    folder: Path,
    bundle: Path,
    data: Path,
    stages: Stages,
    *,
    workers: int,
    shards: int = SHARDS,
    shapes: int = SHAPES,
) -> Inputs:
    """Simulate the bank, read it and draw heads, where that was not done yet.

    Parameters
    ----------
    folder
        Of the benchmark; what is there is used.
    bundle
        Whose locator, plane reader and basis all methods use.
    data
        Folder of the real data; without hc18 in it the trainings see no real picture.

    Raises
    ------
    InputError
        The folder was begun with another bundle.
    """
    made_with = Path(folder) / "bundle.txt"
    checksum = read_bundle(bundle, KIND).checksum
    if made_with.is_file() and made_with.read_text(encoding="utf-8").strip() != checksum:
        raise InputError(f"{folder} was begun with another bundle than {bundle}: name a new folder, or that bundle.")
    found = Inputs(Path(folder), find_data_set(data, "hc18"), shards, shapes, workers)
    if not made_with.is_file():
        model = load_skull_model(bundle)
        found.networks.mkdir(parents=True, exist_ok=True)
        reader = ModuleDict({"border": model.border, "facing": model.facing})
        for name, net in (("locator", model.locator), ("reader", reader), ("basis", model.basis)):
            _save(net, found.networks / f"{name}.safetensors")
        made_with.write_text(checksum + "\n", encoding="utf-8")
    config = PopulationTrainingConfig(model="comparison", output=found.folder, **found.fields(None))
    stages.expect(training_seconds(config, found.basis, 0, 0))
    read_sources(config, found.basis, stages)
    return found


def _save(net: Module, path: Path) -> None:
    with whole_file(path) as part:
        save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, part)
