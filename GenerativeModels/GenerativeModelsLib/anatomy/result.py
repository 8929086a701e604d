"""The document of a finished case, `result.json`, and what the folders of all anatomies have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.language import _

__all__ = ["CaseFolder", "made_with", "read_result", "require_report"]

REPORT = "report.html"


@dataclass(frozen=True, eq=False)
class CaseFolder:
    """A case folder of any anatomy.

    Attributes
    ----------
    folder
        Folder of the case.
    result
        Content of `result.json`.
    """

    folder: Path
    result: dict[str, Any]

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user."""
        return self.result["warnings"]

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.folder / REPORT


def require_report(folder: Path, again: str = "compute the case again") -> None:
    """Raise `InputError` unless a case's folder has its report; `again` is the remedy in the message."""
    if not (folder / REPORT).is_file():
        raise InputError(f"{folder / REPORT} is missing: {again}.")


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


def made_with(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and text of what a result was made with: model, software and device; without a model the software.

    In the language of the page.
    """
    model, software = result["model"], result["software"]
    versions = {"generative-models": software["version"], "torch": software.get("torch")}
    lines = [(_("Software"), ", ".join(f"{name} {version}" for name, version in versions.items() if version))]
    if model is None:
        return lines
    return [
        (_("Model"), f"{model['name']} {model['version']}, sha256 {model['sha256']}"),
        *lines,
        (_("Device"), _("{device}, seed {seed}", device=result["device"], seed=result["seed"])),
    ]
