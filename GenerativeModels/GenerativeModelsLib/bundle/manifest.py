"""Schema of the `model.json` of a model bundle."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

__all__ = ["SCHEMA", "BundleManifest", "Component", "ModelDescription", "TensorEntry"]

SCHEMA = "model-bundle/1"

_SAMPLES = {"quantiles", "worst"}
"""Keys in `in_distribution` that contain samples of calibration cases; see `uncertainty.in_distribution`."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Component(_Part):
    """One network of the bundle; its tensors are named `<component>.<name in its state dict>`."""

    class_name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,99}$")
    """Name of the class in `GenerativeModelsLib.models`; it is looked up in a fixed list."""
    parameters: dict[str, JsonValue] = {}
    """Keyword arguments of its constructor: integers and words, and nested lists and objects of them. The kind of
    bundle restricts them, see `bundle.architecture`."""


class TensorEntry(_Part):
    """Shape and stored type of one tensor."""

    shape: tuple[int, ...]
    dtype: str
    """As in safetensors: F32, F16, BF16, I64 ..."""


class ModelDescription(_Part):
    """Manifest of a bundle without its tensors and checksum."""

    name: str = Field(min_length=1, max_length=100)
    version: str = Field(max_length=50, pattern=r"^[0-9]+(\.[0-9]+)*([a-z0-9.+-]*)$")
    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")
    """Kind of model, such as "fetal-skull"."""
    licence: str = "Apache-2.0"
    requires_version: str = Field(default="0.1.0", max_length=50, pattern=r"^[0-9]+(\.[0-9]+)*$")
    """Oldest version of this software that can use it."""
    architecture: dict[str, Component] = Field(min_length=1)
    normalisation: dict[str, JsonValue] = {}
    training_population: dict[str, JsonValue] = {}
    calibration: dict[str, JsonValue] = {}
    in_distribution: dict[str, JsonValue] = {}
    validation: dict[str, JsonValue] = {}
    """Results on held-out cases."""
    created: str = ""
    """ISO 8601 date, UTC."""
    provenance: dict[str, JsonValue] = {}
    """Config, commit and data of the training."""
    software: dict[str, str] = {}
    """Versions of the software it was made with."""

    @field_validator(
        "normalisation",
        "training_population",
        "calibration",
        "in_distribution",
        "validation",
        "provenance",
        mode="after",
    )
    @classmethod
    def _only_finite_numbers(cls, value: dict[str, Any]) -> dict[str, Any]:
        def finite(item: Any) -> bool:
            if isinstance(item, dict):
                return all(finite(part) for part in item.values())
            if isinstance(item, list):
                return all(finite(part) for part in item)
            return not isinstance(item, float) or math.isfinite(item)

        if not finite(value):
            raise ValueError("holds NaN or infinity")
        return value

    @field_validator("in_distribution", mode="after")
    @classmethod
    def _only_sorted_samples(cls, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse samples that are not sorted, since their ranks would be wrong without an error."""

        def require(item: Any) -> None:
            for name, part in item.items() if isinstance(item, dict) else ():
                if name in _SAMPLES:
                    for measure, samples in part.items() if isinstance(part, dict) else [("", part)]:
                        if not _is_sorted(samples):
                            raise ValueError(f"{name} of '{measure}' are not a list of numbers in increasing order")
                else:
                    require(part)

        require(value)
        return value


class BundleManifest(ModelDescription):
    """Content of `model.json`: the description, the tensors and the checksum of the weights."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of `model.safetensors`."""
    tensors: dict[str, TensorEntry] = Field(min_length=1)


def _is_sorted(samples: Any) -> bool:
    if not isinstance(samples, list) or not samples:
        return False
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in samples):
        return False
    return all(one <= other for one, other in pairwise(samples))
