"""Imports go one way: front ends -> scene -> worker -> domain -> models and geometry; the base knows none of them.

In the backend: cli -> training -> evaluation -> {skull, heart} -> {models, geometry, uncertainty}, and worker -> skull.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "GenerativeModels"
BACKEND, SCENE, WEB, MODULE = "GenerativeModelsLib", "GenerativeModelsScene", "GenerativeModelsWeb", "FetalSkull"
PACKAGE = ROOT / BACKEND
BASE = {"", "errors", "resources", "device", "bundle", "output", "image_files", "process", "batch", "page"}
SCIENCE = {"models", "geometry", "uncertainty"}
ANATOMIES = {"skull", "heart"}
MAY_IMPORT = {
    "errors": set(),
    "environment": set(),
    "resources": {"errors"},
    "device": {"errors"},
    "page": set(),
    "models": {"errors"},
    "uncertainty": {"errors"},
    "image_files": {"errors"},
    "geometry": {"errors", "image_files"},
    "output": {"", "errors"},
    "process": {"errors", "output"},
    "bundle": {"", "errors", "output"},
    "batch": {"errors", "output", "process"},
    "skull": BASE | SCIENCE,
    "heart": BASE | SCIENCE,
    "worker": BASE | {"skull"},
    "evaluation": BASE | SCIENCE | ANATOMIES,
    "training": BASE | SCIENCE | ANATOMIES | {"evaluation"},
    "cli": BASE | SCIENCE | ANATOMIES | {"evaluation", "training", "environment"},
}
OPEN_TO_FRONT_ENDS = BASE | {"environment", "skull", "geometry", "worker"}
"""Rooms of the backend that scene, module and browser may call."""

PIP = {
    "filelock",
    "psutil",
    "pebble",
    "torch",
    "skimage",
    "safetensors",
    "pydantic",
    "jinja2",
    "matplotlib",
    "pydicom",
    "typer",
    "rich",
    "lightning",
}
"""What a fresh 3D Slicer lacks, or what front ends have no business with."""
HEAVY = {"torch", "vtk", "vtkmodules", "SimpleITK", "skimage", "scipy", "numpy", "matplotlib", "plotly", "lightning"}
QT = {"qt", "ctk", "PySide6", "PyQt5", "PythonQt"}
BROWSER = {"trame", "trame_slicer", "trame_server", "trame_client", "trame_vuetify", "aiohttp", "wslink"}
UNSAFE = {"torchvision", "cv2", "pickle", "joblib"}
FOREIGN = {"slicer", "mrml"} | QT | BROWSER | UNSAFE


def room(module: str) -> str:
    """The first part of a module's name below the package; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def files_of(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in ROOT.glob(f"{folder}*/**/*.py") if "Testing" not in path.parts)


FILES = files_of(BACKEND)
SCENE_FILES, WEB_FILES, MODULE_FILES = files_of(SCENE), files_of(WEB), files_of(MODULE)
FRONT_FILES = SCENE_FILES + WEB_FILES + MODULE_FILES


def imports(path: Path, top_level_only: bool = False) -> Iterator[str]:
    """Full names of the modules a file imports; names imported from a package of ours itself count as modules."""
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
            yield from (f"{source}.{alias.name}" for alias in node.names) if source == BACKEND else [source]


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the file is imported: no function bodies, nothing under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _run_on_import(child)


def roots(path: Path, top_level_only: bool = False) -> set[str]:
    """First parts of what a file imports."""
    return {name.split(".")[0] for name in imports(path, top_level_only)}


def backend_rooms(path: Path) -> set[str]:
    """Rooms of the backend that a file imports."""
    theirs = {room(name) for name in imports(path) if name.split(".")[0] == BACKEND}
    # `from GenerativeModelsLib import __version__` names the package itself.
    return {"" if name == "__version__" else name for name in theirs}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    own = room(module_name(path))
    if own in {"", "__main__"}:
        return
    assert own in MAY_IMPORT, f"the new room {own} has no place in the order of imports yet"
    assert backend_rooms(path) <= MAY_IMPORT[own] | {own}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_front_end_and_no_pickle_in_the_backend(path: Path) -> None:
    assert not roots(path) & FOREIGN
    front_ends = {name for name in roots(path) if name in (SCENE, WEB) or name.startswith(MODULE)}
    # The command that starts the browser application is the one door, and opens when it is called.
    assert front_ends <= ({WEB} if module_name(path) == f"{BACKEND}.cli.web" else set())
    assert WEB not in roots(path, top_level_only=True)


@pytest.mark.parametrize("path", [p for p in FILES if room(module_name(p)) == "models"], ids=module_name)
def test_models_are_torch_and_nothing_else(path: Path) -> None:
    outside = roots(path) - set(sys.stdlib_module_names) - {BACKEND}
    assert outside <= {"torch", "numpy"}
    assert not {"pathlib", "os", "io"} & set(imports(path)), "models know no files"


LIGHT_ROOMS = {"batch", "bundle", "cli", "environment", "image_files", "output", "process", "resources", "worker"}
LIGHT = [p for p in FILES if room(module_name(p)) in LIGHT_ROOMS]


@pytest.mark.parametrize("path", LIGHT, ids=module_name)
def test_what_a_command_or_a_window_imports_at_once_is_light(path: Path) -> None:
    assert not roots(path, top_level_only=True) & HEAVY


def test_what_asks_for_packages_needs_none() -> None:
    assert roots(PACKAGE / "environment.py") <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", SCENE_FILES, ids=module_name)
def test_the_scene_layer_knows_no_window_and_no_browser(path: Path) -> None:
    assert not roots(path) & (QT | BROWSER | UNSAFE | {WEB, "torch", "PyTorchUtils"})
    assert not {name for name in roots(path) if name.startswith(MODULE)}
    assert backend_rooms(path) <= OPEN_TO_FRONT_ENDS


@pytest.mark.parametrize("path", MODULE_FILES, ids=module_name)
def test_the_slicer_module_knows_no_browser_and_no_network_of_its_own(path: Path) -> None:
    assert not roots(path) & (BROWSER | UNSAFE | {WEB, "torch", "PySide6"})
    assert backend_rooms(path) <= OPEN_TO_FRONT_ENDS


@pytest.mark.parametrize("path", WEB_FILES, ids=module_name)
def test_the_browser_application_knows_no_desktop(path: Path) -> None:
    assert not roots(path) & (QT | UNSAFE | {"torch"})
    assert not {name for name in roots(path) if name.startswith(MODULE)}
    assert backend_rooms(path) <= OPEN_TO_FRONT_ENDS


@pytest.mark.parametrize("path", FRONT_FILES, ids=module_name)
def test_a_front_end_loads_in_a_slicer_without_packages(path: Path) -> None:
    assert not roots(path, top_level_only=True) & PIP


IMPORT_ALL = """
import importlib, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
for name in {names!r}:
    importlib.import_module(name)
"""


def import_without(absent: set[str], names: list[str]) -> subprocess.CompletedProcess:
    """Import modules in a fresh Python in which some packages cannot be found."""
    code = IMPORT_ALL.format(absent=absent, names=names)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_what_front_ends_call_needs_no_package_beyond_slicers_own() -> None:
    """Through all that is imported on the way, not only in the files themselves."""
    names = ["environment", "resources", "bundle.checksums", "bundle.strict_json", "worker", "skull.case.read"]
    names += ["skull.case.run", "skull.request", "skull.case.window_words", "skull.shape.growth_charts"]
    names += ["skull.planes.image", "skull.report.content"]
    found = import_without(PIP, [f"{BACKEND}.{name}" for name in names])
    assert found.returncode == 0, found.stderr


def test_the_scene_layer_imports_in_a_slicer_without_packages() -> None:
    pytest.importorskip("slicer", reason="Slicer's core is not installed")
    if not SCENE_FILES:
        pytest.skip("the scene layer is not in this checkout")
    found = import_without(PIP, sorted(module_name(path) for path in SCENE_FILES))
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("path", FILES + FRONT_FILES, ids=module_name)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, "above 400 lines: look for the second file in it"


def circles() -> list[list[str]]:
    """Groups of modules of the backend that import each other, also within functions and for type hints."""
    names = {module_name(path): path for path in FILES}
    graph = {name: {n for n in _modules_imported(path) if n in names and n != name} for name, path in names.items()}
    reach: dict[str, set[str]] = {}
    for name in graph:
        seen, todo = set(), [name]
        while todo:
            todo += (new := graph[todo.pop()] - seen)
            seen |= new
        reach[name] = seen
    groups = {tuple(sorted(o for o in reach[name] if name in reach[o])) for name in graph if name in reach[name]}
    return [list(group) for group in sorted(groups)]


def _modules_imported(path: Path) -> set[str]:
    """Full names: of `from package import module` the module, of anything else where it stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_no_two_modules_import_each_other() -> None:
    assert circles() == []


def test_the_walk_sees_what_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above would pass on anything if the walk found nothing."""
    folder = tmp_path / "GenerativeModelsLib" / "geometry"
    folder.mkdir(parents=True)
    (folder / "bad.py").write_text(
        "from ..skull import planes\nfrom . import grids\nimport numpy as np\n"
        "def f():\n    from GenerativeModelsLib.cli.main import app\n    import pickle\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "GenerativeModelsLib")
    found = list(imports(folder / "bad.py"))
    assert found == [
        "GenerativeModelsLib.skull",
        "GenerativeModelsLib.geometry",
        "numpy",
        "GenerativeModelsLib.cli.main",
        "pickle",
    ]
    assert list(imports(folder / "bad.py", top_level_only=True)) == found[:3]
    assert import_without({"json"}, ["json"]).returncode == 1
