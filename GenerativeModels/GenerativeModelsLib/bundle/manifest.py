"""What `model.json` of a model bundle says, as a checked schema."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

__all__ = ["SCHEMA", "BundleManifest", "Component", "ModelDescription", "TensorEntry"]

SCHEMA = "model-bundle/1"

_SAMPLES = {"quantiles", "worst"}
"""Names in `in_distribution` under which samples of calibration cases lie; see `models.in_distribution`."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Component(_Part):
    """One network of the bundle; its tensors carry the component's name and a dot in front of their own."""

    class_name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,99}$")
    """Name of the class in `GenerativeModelsLib.models`; whoever builds it looks it up in a fixed list."""
    parameters: dict[str, JsonValue] = {}
    """Keyword arguments of its constructor."""


class TensorEntry(_Part):
    """Shape and stored type of one tensor."""

    shape: tuple[int, ...]
    dtype: str
    """As safetensors writes it: F32, F16, BF16, I64 ..."""


class ModelDescription(_Part):
    """Everything the maker of a bundle knows about it before its weights are written."""

    name: str = Field(min_length=1, max_length=100)
    version: str = Field(max_length=50, pattern=r"^[0-9]+(\.[0-9]+)*([a-z0-9.+-]*)$")
    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,49}$")
    """What it may be used for, such as "fetal-skull"."""
    licence: str = "Apache-2.0"
    requires_version: str = Field(default="0.1.0", max_length=50, pattern=r"^[0-9]+(\.[0-9]+)*$")
    """Oldest version of this software that can use it."""
    architecture: dict[str, Component] = Field(min_length=1)
    normalisation: dict[str, JsonValue] = {}
    training_population: dict[str, JsonValue] = {}
    calibration: dict[str, JsonValue] = {}
    in_distribution: dict[str, JsonValue] = {}
    validation: dict[str, JsonValue] = {}
    """Figures on held-out cases."""
    created: str = ""
    """ISO 8601 date, UTC."""
    software: dict[str, str] = {}
    """Versions it was made with."""

    @field_validator(
        "normalisation", "training_population", "calibration", "in_distribution", "validation", mode="after"
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
        """Samples that ranks are read from must be in order: from others a rank would be wrong without an error."""

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
    """The whole of `model.json`: the description, the tensors and the checksum of the weights."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of `model.safetensors`, every byte."""
    tensors: dict[str, TensorEntry] = Field(min_length=1)


def _is_sorted(samples: Any) -> bool:
    if not isinstance(samples, list) or not samples:
        return False
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in samples):
        return False
    return all(one <= other for one, other in pairwise(samples))
