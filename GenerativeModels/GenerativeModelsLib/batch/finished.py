"""Check whether the result of an earlier batch can be reused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import DEFAULT
from GenerativeModelsLib.output.fingerprint import Fingerprint, file_checksum

__all__ = ["Unfinished", "why_unfinished"]


class Unfinished(str):
    """Reason why a folder is not the complete result of a request; "" if it is.

    `judged` says that nothing is to be computed: the result is to be judged again.
    """

    judged: bool

    def __new__(cls, reason: str = "", judged: bool = False) -> Unfinished:
        made = super().__new__(cls, reason)
        made.judged = judged
        return made


def why_unfinished(
    folder: Path, schema: str, wanted: Fingerprint, judged: Iterable[str] = (), language: str = DEFAULT
) -> Unfinished:
    """Reason why `folder` is not the complete result of the request with this fingerprint and language.

    Every file listed in `result.json` must exist with the same bytes. `judged` are options that need no computation.
    """
    try:
        result = read_result(folder, schema)
    except InputError:
        return Unfinished("there is no whole result")
    differences = wanted.differences(result.get("fingerprint"))
    reason = f"{', '.join(differences)} changed" if differences != ["it has no fingerprint"] else differences[0]
    if differences and not wanted.differs_in_options_only(result.get("fingerprint"), judged):
        return Unfinished(reason)
    if damage := _damage(folder, result):
        return Unfinished(damage)
    if not differences and result.get("language", DEFAULT) != language:
        return Unfinished("language changed", judged=True)
    return Unfinished(reason, judged=True) if differences else Unfinished()


def _damage(folder: Path, result: Mapping[str, Any]) -> str:
    """What is wrong with the files of a result; "" if nothing is."""
    files = result.get("files")
    if not isinstance(files, dict) or not files:
        return "its list of files is missing"
    for name, checksum in files.items():
        path = folder / name
        if not path.is_file() or file_checksum(path) != checksum:
            return f"{name} is missing or was changed"
    return ""
