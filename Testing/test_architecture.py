"""Imports go one way: cli -> {training, evaluation} -> fetal -> {models, geometry}; the base knows none of them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "GenerativeModels" / "GenerativeModelsLib"
BASE = {"", "errors", "resources", "output_folder", "bundle", "bundle_schema"}
MAY_IMPORT = {
    "errors": set(),
    "resources": {"errors"},
    "output_folder": {"errors"},
    "bundle_schema": {"errors"},
    "bundle": {"", "errors", "bundle_schema", "output_folder"},
    "models": {"errors"},
    "geometry": {"errors"},
    "fetal": BASE | {"models", "geometry"},
    "evaluation": BASE | {"models", "geometry", "fetal"},
    "training": BASE | {"models", "geometry", "fetal", "evaluation"},
    "cli": BASE | {"models", "geometry", "fetal", "evaluation", "training"},
}
HEAVY = {"torch", "vtk", "vtkmodules", "SimpleITK", "skimage", "scipy", "numpy", "matplotlib", "plotly", "lightning"}
FOREIGN = {"slicer", "qt", "ctk", "mrml", "trame", "trame_slicer", "torchvision", "cv2", "pickle", "joblib"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(module: str) -> str:
    """The first part of a module's name below the package; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, top_level_only: bool = False) -> Iterator[str]:
    """Full names of the modules a file imports; names imported from the package itself count as modules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in _run_on_import(tree) if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names) if source == PACKAGE.name else [source]


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the file is imported: no function bodies, nothing under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _run_on_import(child)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    own = room(module_name(path))
    if own in {"", "__main__"}:
        return
    assert own in MAY_IMPORT, f"the new room {own} has no place in the order of imports yet"
    theirs = {room(name) for name in imports(path) if name.split(".")[0] == PACKAGE.name}
    # `from GenerativeModelsLib import __version__` names the package itself.
    theirs = {"" if name == "__version__" else name for name in theirs}
    assert theirs <= MAY_IMPORT[own] | {own}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_front_end_and_no_pickle_in_the_backend(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & FOREIGN


@pytest.mark.parametrize("path", [p for p in FILES if room(module_name(p)) == "models"], ids=module_name)
def test_models_are_torch_and_nothing_else(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - {PACKAGE.name}
    assert outside <= {"torch", "numpy"}
    assert not {"pathlib", "os", "io"} & set(imports(path)), "models know no files"


LIGHT = [p for p in FILES if room(module_name(p)) in {"cli", "bundle", "bundle_schema", "resources", "output_folder"}]


@pytest.mark.parametrize("path", LIGHT, ids=module_name)
def test_what_the_command_line_imports_at_once_is_light(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path, top_level_only=True)} & HEAVY


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, "above 400 lines: look for the second file in it"


def test_the_walk_sees_what_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above would pass on anything if the walk found nothing."""
    folder = tmp_path / "GenerativeModelsLib" / "geometry"
    folder.mkdir(parents=True)
    (folder / "bad.py").write_text(
        "from ..fetal import planes\nfrom . import grids\nimport numpy as np\n"
        "def f():\n    from GenerativeModelsLib.cli.main import app\n    import pickle\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "GenerativeModelsLib")
    found = list(imports(folder / "bad.py"))
    assert found == [
        "GenerativeModelsLib.fetal",
        "GenerativeModelsLib.geometry",
        "numpy",
        "GenerativeModelsLib.cli.main",
        "pickle",
    ]
    assert list(imports(folder / "bad.py", top_level_only=True)) == found[:3]
