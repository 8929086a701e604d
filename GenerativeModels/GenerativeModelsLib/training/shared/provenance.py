"""What a training was made from: config, commit, software and data, for the model card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, JsonValue

from GenerativeModelsLib.output.fingerprint import data_hash
from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.training.shared.whole_file import whole_file

__all__ = ["commit", "data_hash", "provenance", "record_training", "recorded_training"]

RECORD = "training.json"


def provenance(trainings: Mapping[str, Path], data: Mapping[str, Iterable[Path]]) -> dict[str, JsonValue]:
    """Commit now, record of every training by name (folders of their outputs), and a hash of each data set, as JSON."""
    return {
        "commit": commit(),
        "trainings": {name: recorded_training(folder) for name, folder in trainings.items()},
        "data": {name: data_hash(files) for name, files in data.items()},
    }


def record_training(config: BaseModel, folder: Path, *, trained: bool = True) -> None:
    """Write config and commit of a finished training into its output folder.

    Folders of the config are given by their last part: a card holds no path of a machine.

    Parameters
    ----------
    trained
        Whether anything was trained. Otherwise, as when a finished training is published again, an earlier record is
        kept, since config and commit of now are not those that made the weights.
    """
    if not trained and (Path(folder) / RECORD).is_file():
        return
    # population and limits stand on the card; the language is that of a page
    about = {"bundle": {"population", "limits"}, "language": True}
    found = _without_folders(json.loads(config.model_dump_json(exclude_none=True, exclude=about)))
    text = json.dumps({"config": found, "commit": commit()}, indent=1)
    with whole_file(Path(folder) / RECORD) as part:
        part.write_text(text + "\n", encoding="utf-8")


def recorded_training(folder: Path) -> dict[str, JsonValue]:
    """What `record_training` wrote; empty if there is no record, as of networks that were taken from a bundle."""
    path = Path(folder) / RECORD
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _without_folders(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_folders(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_folders(part) for part in value]
    if isinstance(value, str) and ("/" in value or "\\" in value):
        return value.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return value
