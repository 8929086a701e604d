"""The walk over the sources: the rules on imports would hold of anything if it found nothing."""

from __future__ import annotations

from pathlib import Path

from Testing.helpers.source_tree import BACKEND, write_tree


def test_relative_imports_and_those_within_functions_are_found(tmp_path: Path) -> None:
    text = (
        "from ..skull import planes\nfrom . import grids\nimport numpy as np\n"
        "def f():\n    from GenerativeModelsLib.cli.main import app\n    import pickle\n"
    )
    tree = write_tree(tmp_path, {f"{BACKEND}/geometry/bad.py": text})
    path = tmp_path / BACKEND / "geometry" / "bad.py"
    found = tree.imports(path)
    assert found == (
        "GenerativeModelsLib.skull",
        "GenerativeModelsLib.geometry",
        "numpy",
        "GenerativeModelsLib.cli.main",
        "pickle",
    )
    assert tree.imports(path, top_level_only=True) == found[:3]
    assert tree.backend_rooms(path) == {"skull", "geometry", "cli"}


def test_what_only_a_type_checker_imports_is_no_import_at_the_top(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n"
    tree = write_tree(tmp_path, {f"{BACKEND}/device.py": text})
    path = tmp_path / BACKEND / "device.py"
    assert tree.roots(path) == {"typing", "torch"} and tree.roots(path, top_level_only=True) == {"typing"}


def test_a_circle_of_three_modules_is_found(tmp_path: Path) -> None:
    names = [f"{BACKEND}.geometry.{name}" for name in ("one", "two", "three")]
    files = {
        f"{name.replace('.', '/')}.py": f"def f():\n    from {other} import g\n"
        for name, other in zip(names, (*names[1:], names[0]))
    }
    assert write_tree(tmp_path, files).circles() == [sorted(names)]


def test_the_content_of_a_slicer_module_is_imported_by_itself(tmp_path: Path) -> None:
    files = {"First/CMakeLists.txt": "", "First/FirstLib/panel.py": "", f"{BACKEND}/__init__.py": ""}
    tree = write_tree(tmp_path, files)
    assert [tree.module_name(path) for path in tree.modules + tree.backend] == ["FirstLib.panel", BACKEND]
