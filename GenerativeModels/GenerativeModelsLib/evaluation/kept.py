"""Arrays that take minutes to make, kept in a folder under the digest of all that they follow from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from GenerativeModelsLib import __version__

__all__ = ["digest_of", "kept"]


def digest_of(settings: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of JSON values and of the software's version."""
    content = json.dumps({**settings, "software": __version__}, sort_keys=True, allow_nan=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def kept(
    folder: Path, name: str, settings: Mapping[str, Any], make: Callable[[], Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The arrays of an earlier run with the same settings, else those of `make`, which are kept.

    A file appears whole or not at all, and one that cannot be read is made again.
    """
    path = Path(folder) / f"{name}-{digest_of(settings)}.npz"
    try:
        with np.load(path) as found:
            return {key: found[key] for key in found.files}
    except (OSError, ValueError, BadZipFile):
        made = dict(make())
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
    np.savez_compressed(whole, **made)
    whole.replace(path)
    return made
