"""Which packages the backend needs and this Python lacks, told without importing any of them.

Standard library only: this is what an application asks before it installs something.
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
"""What is needed in 3D Slicer beside torch, in pip's format."""

REQUIREMENTS = tuple(
    line.strip()
    for line in REQUIREMENTS_FILE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
"""The lines of that file, each a name and a lower bound."""

TORCH_REQUIREMENT = "torch>=2.8"

_MODULES = {"scikit-image": "skimage"}
"""Where a module is called otherwise than its distribution."""
_LIBRARIES = (".so", ".dylib", ".dll", ".pyd")


def missing_packages() -> list[str]:
    """The requirements, torch apart, that are absent or too old: what to give to pip."""
    importlib.invalidate_caches()  # pip may have been at work a moment ago
    return [requirement for requirement in REQUIREMENTS if not _satisfied(requirement)]


def torch_missing() -> bool:
    """Whether torch is absent or too old."""
    importlib.invalidate_caches()
    return not _satisfied(TORCH_REQUIREMENT)


def half_installed() -> list[str]:
    """A sentence for every package, torch included, of which parts are missing; each says how to repair it.

    An installation that broke off, on a path too long for Windows or a full disk, leaves such packages: pip takes them
    for installed, and importing them fails.
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
    """Version of an installed distribution; None without one, or when its metadata are unreadable."""
    try:
        return metadata.version(name)
    except (metadata.PackageNotFoundError, KeyError, OSError):
        return None


def _release(version: str) -> tuple[int, ...]:
    """Numbers of the release: (2, 13, 0) for "2.13.0+cpu"."""
    numbers = [int(number) for number in re.match(r"[0-9.]*", version)[0].split(".") if number]
    return (*numbers, *[0] * (4 - len(numbers)))


def _fault(name: str) -> str | None:
    """What is wrong with a package that is there in part, and what to do; None for one that is whole or absent."""
    module = _MODULES.get(name, name)
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    origin = None if spec is None else spec.origin  # a folder left empty has none
    if _version(name) is None:
        return None if origin is None else f"without its description: delete the folder {Path(origin).parent}"
    lost = f"the module {module}" if origin is None else _lost_library(name)
    uninstall = f"uninstall it with 'pip uninstall {name}' (in 3D Slicer: slicer.util.pip_uninstall('{name}'))"
    return None if lost is None else f"{lost} is missing: {uninstall}"


def _lost_library(name: str) -> str | None:
    """A compiled library that the distribution lists and the disk does not have.

    The list is read as it stands: `metadata.files` of Python 3.12 leaves out what is missing.
    """
    distribution = metadata.distribution(name)
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        file = PurePosixPath(row[0]) if row else PurePosixPath()
        if file.suffix in _LIBRARIES and not Path(distribution.locate_file(str(file))).is_file():
            return f"its library {file.name}"
    return None
