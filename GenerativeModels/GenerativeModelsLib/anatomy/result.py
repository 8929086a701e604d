"""The document of a finished case, `result.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from GenerativeModelsLib.errors import InputError

__all__ = ["read_result"]


def read_result(folder: Path, schema: str, again: str = "compute the case again") -> dict[str, Any]:
    """Content of a case's `result.json`; `again` is the remedy in messages.

    Raises
    ------
    InputError
        The file is missing, cannot be read, or has another schema.
    """
    path = folder / "result.json"
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is missing or broken: {again}.") from error
    if not isinstance(result, dict) or result.get("schema") != schema:
        raise InputError(f"{path} does not say schema {schema}: {again}.")
    return result
