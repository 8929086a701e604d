"""What the CMake files of the Slicer extension list, and what lies in the folders."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "GenerativeModels"
SHARED = PACKAGES / "CMakeLists.txt"
SHARED_PACKAGES = ("GenerativeModelsDesktop", "GenerativeModelsLib", "GenerativeModelsScene")
MODULES = sorted(path.parent for path in PACKAGES.glob("*/CMakeLists.txt"))
LEGAL = ("LICENSE.txt", "NOTICE")


def cmake_text(path: Path) -> str:
    """The file without its comments (no string of ours holds a #)."""
    return re.sub(r"#.*", "", path.read_text(encoding="utf-8"))


def cmake_list(path: Path, name: str) -> list[str]:
    """The entries of `set(NAME ...)`, one a line."""
    found = re.search(rf"set\({name}\s+([^)]*)\)", cmake_text(path))
    assert found, f"{path.relative_to(ROOT)} has no set({name} ...)"
    return found[1].split()


def files(folder: Path) -> list[str]:
    """Paths below a folder, as CMake writes them, without what tools leave behind."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )


def of_shared_packages(python: bool) -> list[str]:
    """The files of the shared packages as they lie in their folders: the Python ones, or all others."""
    return [
        f"{package}/{path}"
        for package in SHARED_PACKAGES
        for path in files(PACKAGES / package)
        if path.endswith(".py") == python
    ]


def of_module(module: Path, python: bool) -> list[str]:
    """The files of a module that are packaged: all but its CMakeLists.txt."""
    return [path for path in files(module) if path.endswith(".py") == python and path != "CMakeLists.txt"]


def flat_files() -> list[str]:
    """What must lie in Slicer's one flat folder of scripted modules once the extension is installed."""
    kinds = (True, False)
    flat = [path for python in kinds for path in of_shared_packages(python)]
    flat += [path for module in MODULES for python in kinds for path in of_module(module, python)]
    flat += [f"GenerativeModelsLib/{path}" for path in (*LEGAL, *(f"Resources/{p}" for p in files(ROOT / "Resources")))]
    return sorted(flat)
