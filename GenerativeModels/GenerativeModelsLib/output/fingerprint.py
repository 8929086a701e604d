"""Fingerprint of a result: checksums of its inputs and model, and every option that changes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from GenerativeModelsLib import __version__
from GenerativeModelsLib.errors import InputError

__all__ = ["Fingerprint", "checksums_of_folder", "data_hash", "file_checksum"]


@dataclass(frozen=True)
class Fingerprint:
    """Everything that determines a result; equal fingerprints mean equal results, except for run times.

    Attributes
    ----------
    inputs
        By name, such as "axial": the SHA-256 of the bytes and the file name, which the result contains.
    model
        Checksum of the model bundle; "" without a model.
    options
        All other settings that change the result, as JSON values. The device is the requested one.
    software
        Version of this package.
    """

    inputs: Mapping[str, Mapping[str, str]]
    model: str
    options: Mapping[str, Any]
    software: str = __version__

    @property
    def digest(self) -> str:
        """SHA-256 of all attributes, in hexadecimal."""
        content = {"inputs": self.inputs, "model": self.model, "options": self.options, "software": self.software}
        return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()

    def without(self, options: Iterable[str]) -> Fingerprint:
        """The fingerprint without these options."""
        left = {name: value for name, value in self.options.items() if name not in set(options)}
        return replace(self, options=left)

    def document(self) -> dict[str, Any]:
        """The fingerprint as stored in `result.json`."""
        content = {"inputs": self.inputs, "model": self.model, "options": self.options, "software": self.software}
        return {"digest": self.digest, **json.loads(json.dumps(content, allow_nan=False))}

    def differs_in_options_only(self, document: object, options: Iterable[str]) -> bool:
        """Whether nothing but these options differs from the fingerprint in a `result.json`."""
        own = self.document()
        if not isinstance(document, dict) or not all(isinstance(document.get(k), type(own[k])) for k in own):
            return False
        same = all(own[name] == document[name] for name in ("inputs", "model", "software"))
        return same and set(_changed(own["options"], document["options"])) <= set(options)

    def differences(self, document: object) -> list[str]:
        """Names, for messages, of what differs from the fingerprint in a `result.json`; empty if they are equal."""
        own = self.document()
        if not isinstance(document, dict) or not all(isinstance(document.get(k), type(own[k])) for k in own):
            return ["it has no fingerprint"]
        if document["digest"] == own["digest"]:
            return []
        found = [f"the {name} file" for name in _changed(own["inputs"], document["inputs"])]
        found += ["the model"] * (own["model"] != document["model"])
        found += [name.replace("_", " ") for name in _changed(own["options"], document["options"])]
        found += ["the version of the software"] * (own["software"] != document["software"])
        return found or ["its digest"]


def file_checksum(paths: Path | Iterable[Path]) -> str:
    """SHA-256 of a file, or of several concatenated files, in hexadecimal.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    digest = hashlib.sha256()
    for path in [paths] if isinstance(paths, Path) else paths:
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror or error}): check its permissions.") from error
    return digest.hexdigest()


def checksums_of_folder(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder` by its relative path, with forward slashes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_checksum(path) for path in files}


def data_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, independent of their order."""
    total = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _changed(new: Mapping[str, object], old: Mapping[str, object]) -> list[str]:
    return [name for name in {**new, **old} if name not in new or name not in old or new[name] != old[name]]
