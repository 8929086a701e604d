"""Required packages that are missing in this Python, found without importing them.

Uses only the standard library, so that an application can import it before it installs anything.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import re
from importlib import metadata
from pathlib import Path, PurePosixPath

__all__ = [
    "REQUIREMENTS",
    "REQUIREMENTS_FILE",
    "TORCH_REQUIREMENT",
    "half_installed",
    "missing_packages",
    "torch_missing",
]

REQUIREMENTS_FILE = Path(__file__).resolve().parent / "Resources" / "GenerativeModelsRequirements.txt"
"""Packages required in 3D Slicer besides torch, in pip's format."""

REQUIREMENTS = tuple(
    line.strip()
    for line in REQUIREMENTS_FILE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
"""The requirements of that file, each a name and a lower bound."""

TORCH_REQUIREMENT = "torch>=2.8"

_MODULES = {"scikit-image": "skimage"}
"""Modules whose name differs from that of their distribution."""
_LIBRARIES = (".so", ".dylib", ".dll", ".pyd")


def missing_packages() -> list[str]:
    """The requirements, except torch, that are missing or too old, in pip's format."""
    importlib.invalidate_caches()  # pip may have just installed a package
    return [requirement for requirement in REQUIREMENTS if not _satisfied(requirement)]


def torch_missing() -> bool:
    """Whether torch is missing or too old."""
    importlib.invalidate_caches()
    return not _satisfied(TORCH_REQUIREMENT)


def half_installed() -> list[str]:
    """A sentence, with the remedy, for every incompletely installed package, torch included.

    An interrupted installation leaves such packages, for example on a full disk or on a path too long for Windows. pip
    considers them installed, but importing them fails.
    """
    importlib.invalidate_caches()
    found = []
    for requirement in (TORCH_REQUIREMENT, *REQUIREMENTS):
        name, _ = _parsed(requirement)
        fault = _fault(name)
        if fault is not None:
            found.append(f"The Python package {name} is only half installed, {fault}, restart, and install it again.")
    return found


def _satisfied(requirement: str) -> bool:
    name, least = _parsed(requirement)
    there = _version(name)
    return there is not None and _release(there) >= _release(least)


def _parsed(requirement: str) -> tuple[str, str]:
    name, _, least = requirement.partition(">=")
    return name.strip(), least.strip()


def _version(name: str) -> str | None:
    """Version of an installed distribution; None if it is not installed or its metadata are unreadable."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, KeyError, OSError):
        return None


def _release(version: str) -> tuple[int, ...]:
    """Numbers of the release, padded to four: (2, 13, 0, 0) for "2.13.0+cpu"."""
    numbers = [int(number) for number in re.match(r"[0-9.]*", version)[0].split(".") if number]
    return (*numbers, *[0] * (4 - len(numbers)))


def _fault(name: str) -> str | None:
    """Fault of an incompletely installed package, and its remedy; None for a complete or missing package."""
    module = _MODULES.get(name, name)
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    origin = None if spec is None else spec.origin  # an empty folder has none
    if _version(name) is None:
        return None if origin is None else f"without its description: delete the folder {Path(origin).parent}"
    lost = f"the module {module}" if origin is None else _lost_library(name)
    uninstall = f"uninstall it with 'pip uninstall {name}' (in 3D Slicer: slicer.util.pip_uninstall('{name}'))"
    return None if lost is None else f"{lost} is missing: {uninstall}"


def _lost_library(name: str) -> str | None:
    """A compiled library that the distribution lists but that is missing on the disk; None if there is none.

    The list is read directly, because `metadata.files` of Python 3.12 omits missing files.
    """
    distribution = metadata.distribution(name)
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        file = PurePosixPath(row[0]) if row else PurePosixPath()
        if file.suffix in _LIBRARIES and not Path(distribution.locate_file(str(file))).is_file():
            return f"its library {file.name}"
    return None
