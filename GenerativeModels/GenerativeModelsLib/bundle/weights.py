"""Header of `model.safetensors`, and its comparison with `model.json`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from GenerativeModelsLib.bundle.checksums import GET_ANOTHER, MANIFEST, WEIGHTS
from GenerativeModelsLib.bundle.manifest import BundleManifest, TensorEntry
from GenerativeModelsLib.bundle.strict_json import strict_json
from GenerativeModelsLib.errors import InputError

__all__ = ["LARGEST_HEADER", "not_safetensors", "require_layout", "tensor_layout"]

LARGEST_HEADER = 16 * 2**20
"""Bytes; a longer one is refused before it is read."""


def tensor_layout(weights: BinaryIO, size: int, path: Path) -> dict[str, TensorEntry]:
    """Tensor entries by name from a safetensors file: 8 bytes of length, then JSON.

    Parameters
    ----------
    weights
        The file, at its start; no more than the header is read.
    size
        Size of the whole file in bytes.
    path
        Path stated in errors.

    Raises
    ------
    InputError
        The header does not fit into the file, is too large, or is not the JSON of safetensors.
    """
    length = int.from_bytes(weights.read(8), "little")
    if not 2 <= length <= min(LARGEST_HEADER, size - 8):
        raise not_safetensors(path, f"its header would have {length} bytes in a file of {size}")
    try:
        header = strict_json(weights.read(length))
        return {
            name: TensorEntry(shape=tuple(entry["shape"]), dtype=entry["dtype"])
            for name, entry in sorted(header.items())
            if name != "__metadata__"
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise not_safetensors(path, f"its header cannot be read: {reason}") from error


def not_safetensors(path: Path, reason: object) -> InputError:
    """InputError for a file that is not a complete safetensors file."""
    return InputError(f"{path} is not a safetensors file ({reason}): {GET_ANOTHER}.")


def require_layout(folder: Path, found: dict[str, TensorEntry], manifest: BundleManifest) -> None:
    """Raise InputError if names, shapes or types of tensors differ from `model.json`."""
    for name in sorted(found.keys() ^ manifest.tensors.keys()):
        where, other = (WEIGHTS, MANIFEST) if name in found else (MANIFEST, WEIGHTS)
        raise InputError(
            f"In the model bundle {folder}, tensor '{name}' is in {where} and not in {other}: {GET_ANOTHER}."
        )
    for name, entry in found.items():
        due = manifest.tensors[name]
        if entry != due:
            raise InputError(
                f"In the model bundle {folder}, tensor '{name}' is {entry.dtype} {list(entry.shape)}, where "
                f"{MANIFEST} says {due.dtype} {list(due.shape)}: {GET_ANOTHER}."
            )
