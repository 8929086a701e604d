"""Validated training configs, and the functions that run each training.

To add a model, add its config class to `AnyTrainingConfig` and its functions to `TRAININGS`.
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel, Discriminator, TypeAdapter, ValidationError

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.training.heart.config import HeartTrainingConfig
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from GenerativeModelsLib.training.shared.config_parts import TrainingConfig
from GenerativeModelsLib.training.skull.config import (
    LocatorTrainingConfig,
    PredictorTrainingConfig,
    ReaderTrainingConfig,
    SkullTrainingConfig,
)
from GenerativeModelsLib.training.synthesis.config import (
    CganTrainingConfig,
    LdmTrainingConfig,
    SpadeTrainingConfig,
    VqvaeTrainingConfig,
)
from GenerativeModelsLib.training.synthesis.translation_config import TranslationTrainingConfig
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig

__all__ = ["TRAININGS", "AnyTrainingConfig", "Steps", "read_config"]

AnyTrainingConfig = Annotated[
    LocatorTrainingConfig
    | ReaderTrainingConfig
    | SkullTrainingConfig
    | HeartTrainingConfig
    | LabelTrainingConfig
    | UncertaintyTrainingConfig
    | SpadeTrainingConfig
    | CganTrainingConfig
    | VqvaeTrainingConfig
    | LdmTrainingConfig
    | TranslationTrainingConfig
    | PredictorTrainingConfig,
    Discriminator("model"),
]
"""Config of any training; the field `model` selects the class."""


class Steps(NamedTuple):
    """Functions of a training as "module:function" below `GenerativeModelsLib.training`, imported when they are called.

    Attributes
    ----------
    train : `train(config, resume, trainer_options, stages)` writes the weights into `config.output`.
    publish : `publish(config, stages) -> Trained` writes the bundle described by `config.bundle`; None: no bundle.
    """

    train: str
    publish: str | None = None


_SKULL = Steps("skull.run:train_skull", "skull.publish:publish")
_IMAGES = Steps("synthesis.run:train_gan", "synthesis.publish:publish_images")
_LABELS = Steps("segmentation.run:train_labels", "segmentation.publish:publish_labels")
TRAININGS = {
    "head-locator": Steps("skull.locator_run:train_locator"),
    "plane-reader": Steps("skull.reader_run:train_reader"),
    "HiRecCVAE": _SKULL,
    "RecCVAE": _SKULL,
    "tl-net": Steps("rivals.tl_net:train_tl_net"),
    "skull-gan": Steps("rivals.gan:train_gan"),
    "implicit-head": Steps("rivals.implicit:train_implicit"),
    **dict.fromkeys(
        ("ridge-head", "pca-head", "gp-head", "ellipsoid-head", "mean-head"), Steps("rivals.fitted:train_fitted")
    ),
    "heart-lvae": Steps("heart.run:train_heart", "heart.publish:publish_heart"),
    "ar-vae": _LABELS,
    "constrained-vae": _LABELS,
    "segmentation-uncertainty": Steps("uncertainty.run:train_joint", "uncertainty.publish:publish_joint"),
    "spade": _IMAGES,
    "cgan": _IMAGES,
    "vqvae": Steps("synthesis.run:train_vqvae"),
    "ldm": Steps("synthesis.run:train_ldm", "synthesis.publish:publish_images"),
    "cyclegan": Steps(
        "synthesis.translation_run:train_translation", "synthesis.translation_publish:publish_translation"
    ),
}
"""Functions of each `model`."""

_CLASSES = {
    name: schema
    for schema in get_args(get_args(AnyTrainingConfig)[0])
    for name in get_args(schema.model_fields["model"].annotation)
}


def read_config(path: Path) -> TrainingConfig:
    """Read and validate a training config.

    Raises
    ------
    InputError
        The file or a field is invalid. The message states the file, the first invalid field, its value and what is
        expected.
    """
    import yaml

    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist: give the YAML file of a training.")
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a training config: {' '.join(str(error).split())}; {_HELP}.") from error
    if not isinstance(fields, dict):
        raise InputError(
            f"{path} is not a training config: it holds a {type(fields).__name__}, expected fields such as `model: "
            f"{next(iter(_CLASSES))}`; {_HELP}."
        )
    try:
        return TypeAdapter(AnyTrainingConfig).validate_python(fields)
    except ValidationError as error:
        first, *others = error.errors()
        more = f" (and {len(others)} more)" if others else ""
        raise InputError(f"{path}: {_fault(first)}{more}; {_HELP}.") from error


_HELP = "see docs/training.md"


def _fault(error: dict[str, Any]) -> str:
    """Message on one of pydantic's errors: the field, its fault and what is expected."""
    kind, place, given = error["type"], list(error["loc"]), error["input"]
    if kind == "union_tag_not_found":
        return f"model is missing: name one of {', '.join(_CLASSES)}"
    if kind == "union_tag_invalid":
        return f"model is {reprlib.repr(given.get('model'))}: name one of {', '.join(_CLASSES)}"
    model, *place = place  # the first entry is the value of the discriminator
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    if kind == "missing":
        return f"{name} is missing: add it"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _fields(_CLASSES[model], place[:-1]), n=1)
        return f"{name} is no field of a {model} training: " + (f"write {near[0]}" if near else "leave it out")
    message = error["msg"].removeprefix("Value error, ")
    if not name:
        return message
    shown = f" is {reprlib.repr(given)}" if isinstance(given, (str, int, float)) or given is None else ""
    return f"{name}{shown}: {message}"


def _fields(schema: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Names of the fields of the section at `place` of a config; empty if there is no section."""
    for name in place:
        field = schema.model_fields.get(str(name))
        kinds = () if field is None else (field.annotation, *get_args(field.annotation))
        found = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not found:
            return []
        (schema,) = found
    return list(schema.model_fields)
