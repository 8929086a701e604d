"""Imports go one way: front ends -> scene -> worker -> domain -> models and geometry; the base knows none of them.

The front ends are the Slicer modules, with the Qt parts they share (desktop), and the browser application.

In the backend: cli -> training -> evaluation -> {skull, heart} -> {models, geometry, uncertainty}, and worker -> skull.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "GenerativeModels"
BACKEND, SCENE, WEB = "GenerativeModelsLib", "GenerativeModelsScene", "GenerativeModelsWeb"
DESKTOP = "GenerativeModelsDesktop"
MODULES = sorted(path.parent.name for path in ROOT.glob("*/CMakeLists.txt"))
PACKAGE = ROOT / BACKEND
BASE = {"", "errors", "resources", "device", "bundle", "output", "image_files", "process", "page", "anatomy"}
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
    "anatomy": {"", "errors", "resources", "device", "bundle", "output", "image_files", "process"},
    "batch": {"errors", "output", "process", "anatomy"},
    "defaults": BASE | {"geometry"},
    "skull": BASE | SCIENCE,
    "heart": BASE | SCIENCE,
    "worker": BASE,
    "evaluation": BASE | SCIENCE | ANATOMIES,
    "training": BASE | SCIENCE | ANATOMIES | {"batch", "evaluation"},
    "cli": BASE | SCIENCE | ANATOMIES | {"batch", "evaluation", "training", "environment"},
}
OPEN_TO_FRONT_ENDS = BASE | {"defaults", "environment", "skull", "heart", "geometry", "worker"}
"""Rooms of the backend that scene, module and browser may call."""
WORDS_OF_AN_ANATOMY = re.compile(
    rf"\b(?:{'|'.join(ANATOMIES)}|head|fetal|fetus|plane|axial|reconstruct\w*|cardiac|ventric\w+)s?\b", re.IGNORECASE
)
"""What no line of a part that every module shares may contain, imports of the backend included."""

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
    if parts[0] in MODULES:  # the folder of a Slicer module is no package: its content is imported by itself
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def files_of(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in ROOT.glob(f"{folder}*/**/*.py") if "Testing" not in path.parts)


FILES = files_of(BACKEND)
SCENE_FILES, WEB_FILES, DESKTOP_FILES, MODULE_FILES = (*map(files_of, (SCENE, WEB, DESKTOP)), files_of(*MODULES))
FRONT_FILES = SCENE_FILES + WEB_FILES + DESKTOP_FILES + MODULE_FILES


@cache
def imports(path: Path, top_level_only: bool = False) -> tuple[str, ...]:
    """Full names of the modules a file imports; names imported from a package of ours itself count as modules.

    Kept, because most rules look at most files.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[str] = []
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in _run_on_import(tree) if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*start, *([node.module] if node.module else [])])
            found += [f"{source}.{alias.name}" for alias in node.names] if source == BACKEND else [source]
    return tuple(found)


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


def holds(paths: list[Path], against: Callable[[Path], Iterable[str]]) -> None:
    """Assert a rule for all files; the message has a line `file: what it breaks` for each that breaks it.

    Parameters
    ----------
    paths
        The files the rule is for; there must be some.
    against
        Returns what a file has or imports against the rule.
    """
    assert paths, "the rule looks at no file"
    found = {path.relative_to(ROOT).as_posix(): ", ".join(sorted(against(path))) for path in paths}
    broken = [f"{name}: {what}" for name, what in found.items() if what]
    assert not broken, "\n".join(broken)


def against_the_order(path: Path) -> Iterator[str]:
    """Rooms that a file of the backend may not import; the two files that make the package may import any."""
    own = room(module_name(path))
    if own in {"", "__main__"}:
        return
    if own not in MAY_IMPORT:
        yield f"the new room {own} has no place in the order of imports yet"
        return
    yield from backend_rooms(path) - MAY_IMPORT[own] - {own}


def module_packages(path: Path) -> set[str]:
    """Packages of the Slicer modules that a file imports."""
    return {name for name in roots(path) if name.removesuffix("Lib") in MODULES}


def foreign_to_the_backend(path: Path) -> Iterator[str]:
    """Front ends, windows, browsers and unsafe formats that a file of the backend imports."""
    # The command that starts the browser application is the one door, and opens when it is called.
    door = {WEB} if module_name(path) == f"{BACKEND}.cli.web" else set()
    yield from roots(path) & FOREIGN
    yield from (roots(path) & {SCENE, DESKTOP, WEB} | module_packages(path)) - door
    yield from (f"{name} at its top" for name in roots(path, top_level_only=True) & door)


def test_imports_go_one_way() -> None:
    holds(FILES, against_the_order)


def test_no_front_end_and_no_pickle_in_the_backend() -> None:
    holds(FILES, foreign_to_the_backend)


def test_models_are_torch_and_nothing_else() -> None:
    """Models know no files either."""

    def broken(path: Path) -> set[str]:
        outside = roots(path) - set(sys.stdlib_module_names) - {BACKEND, "torch", "numpy"}
        return outside | ({"pathlib", "os", "io"} & set(imports(path)))

    holds([path for path in FILES if room(module_name(path)) == "models"], broken)


LIGHT_ROOMS = {"anatomy", "batch", "bundle", "cli", "environment", "image_files", "output", "process"}
LIGHT_ROOMS |= {"resources", "worker"}


def test_what_a_command_or_a_window_imports_at_once_is_light() -> None:
    light = [path for path in FILES if room(module_name(path)) in LIGHT_ROOMS]
    holds(light, lambda path: roots(path, top_level_only=True) & HEAVY)


def test_what_asks_for_packages_needs_none() -> None:
    assert roots(PACKAGE / "environment.py") <= set(sys.stdlib_module_names)


def of_a_front_end(path: Path, foreign: set[str]) -> set[str]:
    """What a file of a front end or the scene layer may not import: `foreign`, and rooms that are not open to it."""
    return (roots(path) & foreign) | (backend_rooms(path) - OPEN_TO_FRONT_ENDS)


def test_the_scene_layer_knows_no_window_and_no_browser() -> None:
    foreign = QT | BROWSER | UNSAFE | {DESKTOP, WEB, "torch", "PyTorchUtils"}
    holds(SCENE_FILES, lambda path: of_a_front_end(path, foreign) | module_packages(path))


def of_another_module(path: Path) -> set[str]:
    """Packages of other Slicer modules that a file of a module imports."""
    return {name for name in module_packages(path) if name.removesuffix("Lib") not in path.relative_to(ROOT).parts}


def test_a_slicer_module_knows_no_browser_no_network_of_its_own_and_no_other_module() -> None:
    foreign = BROWSER | UNSAFE | {WEB, "torch", "PySide6"}
    holds(MODULE_FILES, lambda path: of_a_front_end(path, foreign) | of_another_module(path))


def of_an_anatomy(path: Path) -> set[str]:
    """What a file of the desktop imports or says that belongs to an anatomy or a module."""
    scene = {name for name in imports(path) if room(name) != "nodes" and name.split(".")[0] == SCENE}
    words = set(WORDS_OF_AN_ANATOMY.findall(path.read_text(encoding="utf-8")))
    return scene | module_packages(path) | words


def test_what_the_slicer_modules_share_knows_no_anatomy_and_no_browser() -> None:
    foreign = BROWSER | UNSAFE | {WEB, "torch", "PySide6"}
    holds(DESKTOP_FILES, lambda path: of_a_front_end(path, foreign) | of_an_anatomy(path))


def test_the_browser_application_knows_no_desktop() -> None:
    foreign = QT | UNSAFE | {DESKTOP, "torch"}
    holds(WEB_FILES, lambda path: of_a_front_end(path, foreign) | module_packages(path))


def test_a_front_end_loads_in_a_slicer_without_packages() -> None:
    holds(FRONT_FILES, lambda path: roots(path, top_level_only=True) & PIP)


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
    names += ["skull.case.run", "skull.request", "skull.anatomy", "skull.shape.growth_charts", "anatomy.run"]
    names += ["skull.planes.image", "skull.report.content", "heart.anatomy", "heart.case.read", "defaults.case"]
    found = import_without(PIP, [f"{BACKEND}.{name}" for name in names])
    assert found.returncode == 0, found.stderr


def test_the_scene_layer_imports_in_a_slicer_without_packages() -> None:
    pytest.importorskip("slicer", reason="Slicer's core is not installed")
    if not SCENE_FILES:
        pytest.skip("the scene layer is not in this checkout")
    found = import_without(PIP, sorted(module_name(path) for path in SCENE_FILES))
    assert found.returncode == 0, found.stderr


def test_files_stay_short() -> None:
    """Above 400 lines there is a second file in it."""

    def lines(path: Path) -> list[str]:
        count = len(path.read_text(encoding="utf-8").splitlines())
        return [f"{count} lines"] if count > 400 else []

    holds(FILES + FRONT_FILES, lines)


def circles() -> list[list[str]]:
    """Groups of modules that import each other, also within functions and for type hints."""
    names = {module_name(path): path for path in FILES + FRONT_FILES}
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


def test_no_two_modules_import_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert circles() == []
    names = [f"{BACKEND}.geometry.{name}" for name in ("one", "two", "three")]
    paths = [tmp_path.joinpath(*name.split(".")).with_suffix(".py") for name in names]
    paths[0].parent.mkdir(parents=True)
    for path, other in zip(paths, (*names[1:], names[0])):
        path.write_text(f"def f():\n    from {other} import g\n")
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "PACKAGE", tmp_path / BACKEND)
    monkeypatch.setattr(here, "FILES", paths)
    monkeypatch.setattr(here, "FRONT_FILES", [])
    assert circles() == [sorted(names)]


def test_the_walk_sees_what_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above would pass on anything if the walk found nothing."""
    folder = tmp_path / "GenerativeModelsLib" / "geometry"
    folder.mkdir(parents=True)
    (folder / "bad.py").write_text(
        "from ..skull import planes\nfrom . import grids\nimport numpy as np\n"
        "def f():\n    from GenerativeModelsLib.cli.main import app\n    import pickle\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "GenerativeModelsLib")
    found = imports(folder / "bad.py")
    assert found == (
        "GenerativeModelsLib.skull",
        "GenerativeModelsLib.geometry",
        "numpy",
        "GenerativeModelsLib.cli.main",
        "pickle",
    )
    assert imports(folder / "bad.py", top_level_only=True) == found[:3]
    assert import_without({"json"}, ["json"]).returncode == 1


def test_a_broken_rule_names_every_file_and_what_it_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "ROOT", tmp_path)
    monkeypatch.setattr(here, "PACKAGE", tmp_path / BACKEND)
    written = {
        "cli/web.py": "from GenerativeModelsWeb.server import hub\n",
        "geometry/grids.py": "from ..skull import planes\nimport pickle\n",
        "geometry/sound.py": "def f():\n    import torch\n",
        "models/net.py": "import os\nimport vtk\n" * 201,
        "sweeps/new.py": "import qt\n",
    }
    for name, text in written.items():
        path = tmp_path / BACKEND / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(here, "FILES", files_of(BACKEND))
    monkeypatch.setattr(here, "FRONT_FILES", [])
    for test, message in (
        (test_imports_go_one_way, ["geometry/grids.py: skull", "sweeps/new.py: the new room sweeps has no place"]),
        (test_no_front_end_and_no_pickle_in_the_backend, ["cli/web.py: GenerativeModelsWeb at its top"]),
        (test_no_front_end_and_no_pickle_in_the_backend, ["geometry/grids.py: pickle", "sweeps/new.py: qt"]),
        (test_models_are_torch_and_nothing_else, ["models/net.py: os, vtk"]),
        (test_files_stay_short, ["models/net.py: 402 lines"]),
    ):
        with pytest.raises(AssertionError) as broken:
            test()
        assert all(f"{BACKEND}/{line}" in str(broken.value) for line in message)
        assert "sound.py" not in str(broken.value)
    monkeypatch.setattr(here, "FILES", [])
    with pytest.raises(AssertionError, match="the rule looks at no file"):
        test_imports_go_one_way()


def test_a_front_end_that_breaks_a_rule_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "ROOT", tmp_path)
    monkeypatch.setattr(here, "PACKAGE", tmp_path / BACKEND)
    monkeypatch.setattr(here, "MODULES", ["First", "Second"])
    written = {
        f"{DESKTOP}/box.py": "import qt\nfrom GenerativeModelsScene.nodes.files import f\n# ahead of an explanation\n",
        f"{DESKTOP}/kit.py": "from GenerativeModelsLib.skull import request\nfrom FirstLib import panel\n",
        f"{DESKTOP}/run.py": "import trame\nfrom GenerativeModelsScene import show_case\n# Shows the Skull\n",
        "First/FirstLib/panel.py": "from FirstLib.parts import x\nfrom SecondLib.parts import x\n",
        "First/FirstLib/parts.py": "def f():\n    from FirstLib.panel import y\n",
        f"{SCENE}/nodes/files.py": "from GenerativeModelsDesktop import style\n",
        f"{WEB}/hub.py": "from GenerativeModelsDesktop import style\n",
        f"{BACKEND}/device.py": "from GenerativeModelsDesktop import style\n",
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    lists = {"FILES": (BACKEND,), "SCENE_FILES": (SCENE,), "WEB_FILES": (WEB,), "DESKTOP_FILES": (DESKTOP,)}
    for name, folders in (lists | {"MODULE_FILES": ("First",), "FRONT_FILES": ("First",)}).items():
        monkeypatch.setattr(here, name, files_of(*folders))
    of_desktop = [f"{DESKTOP}/kit.py: FirstLib, skull", f"{DESKTOP}/run.py: {SCENE}, Skull, trame"]
    for test, message in (
        (test_what_the_slicer_modules_share_knows_no_anatomy_and_no_browser, of_desktop),
        (
            test_a_slicer_module_knows_no_browser_no_network_of_its_own_and_no_other_module,
            ["First/FirstLib/panel.py: SecondLib"],
        ),
        (test_the_scene_layer_knows_no_window_and_no_browser, [f"{SCENE}/nodes/files.py: {DESKTOP}"]),
        (test_the_browser_application_knows_no_desktop, [f"{WEB}/hub.py: {DESKTOP}"]),
        (test_no_front_end_and_no_pickle_in_the_backend, [f"{BACKEND}/device.py: {DESKTOP}"]),
    ):
        with pytest.raises(AssertionError) as broken:
            test()
        assert [line.strip() for line in str(broken.value).splitlines()[:-1]] == message
    assert circles() == [["FirstLib.panel", "FirstLib.parts"]]
