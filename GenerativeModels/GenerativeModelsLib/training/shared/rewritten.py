"""A bundle as it is, to be written again with something changed."""

from __future__ import annotations

from typing import Any

import torch

from GenerativeModelsLib.bundle.bundle import Bundle
from GenerativeModelsLib.bundle.manifest import ModelDescription

__all__ = ["as_stored", "changed"]


def changed(bundle: Bundle, **fields: Any) -> ModelDescription:
    """The description of a bundle with other `fields`."""
    return ModelDescription(**bundle.manifest.model_dump(include=set(ModelDescription.model_fields)) | fields)


def as_stored(bundle: Bundle) -> dict[str, torch.Tensor]:
    """The tensors of a bundle in the types in which its file has them, bit by bit."""
    layout = bundle.manifest.tensors
    return {k: v.half() if layout[k].dtype == "F16" else v for k, v in bundle.tensors.items()}
