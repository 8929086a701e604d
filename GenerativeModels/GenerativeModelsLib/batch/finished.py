"""Check whether the result of an earlier batch can be reused."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.output.fingerprint import Fingerprint, file_checksum

__all__ = ["why_unfinished"]


def why_unfinished(folder: Path, schema: str, wanted: Fingerprint) -> str:
    """Reason why `folder` is not the complete result of the request with this fingerprint; "" if it is.

    Every file listed in `result.json` must exist with the same bytes.
    """
    try:
        result = read_result(folder, schema)
    except InputError:
        return "there is no whole result"
    differences = wanted.differences(result.get("fingerprint"))
    if differences:
        return f"{', '.join(differences)} changed" if differences != ["it has no fingerprint"] else differences[0]
    files = result.get("files")
    if not isinstance(files, dict) or not files:
        return "its list of files is missing"
    for name, checksum in files.items():
        path = folder / name
        if not path.is_file() or file_checksum(path) != checksum:
            return f"{name} is missing or was changed"
    return ""
