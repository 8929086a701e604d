"""The YAML that describes one training, of whichever model, validated."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.skull.config import TrainingConfig

__all__ = ["HEART_MODEL", "read_config"]

HEART_MODEL = "heart-lvae"
"""Value of `model` that makes a file the training of a heart model."""


def read_config(path: Path) -> TrainingConfig | HeartTrainingConfig:
    """Read and validate a training config; InputError names the file and the first thing wrong in it."""
    import yaml

    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist: give the YAML file of a training.")
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return _schema_of(fields)(**fields)
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not a training config: {str(error).splitlines()[0]}; see docs/training.md."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}." for part in first["loc"]).rstrip(".")
        raise InputError(f"{path}: {where}{': ' * bool(where)}{first['msg']}; see docs/training.md.") from error


def _schema_of(fields: object) -> type[TrainingConfig] | type[HeartTrainingConfig]:
    """What a file's `model` makes of it."""
    if isinstance(fields, dict) and fields.get("model") == HEART_MODEL:
        return HeartTrainingConfig
    return TrainingConfig
