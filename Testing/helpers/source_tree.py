"""The Python files of the packages and what they import, for the tests that hold the order of imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

BACKEND, SCENE, WEB = "GenerativeModelsLib", "GenerativeModelsScene", "GenerativeModelsWeb"
DESKTOP = "GenerativeModelsDesktop"

BASE = {
    *("", "errors", "language", "resources", "device", "bundle"),
    *("output", "image_files", "label_files", "process", "page", "anatomy"),
}
ANATOMIES = {"skull", "heart", "segmentation"}
"""Rooms of the backend: what all others may import, and the domain."""
QT = {"qt", "ctk", "PySide6", "PyQt5", "PythonQt"}
BROWSER = {"trame", "trame_slicer", "trame_server", "trame_client", "trame_vuetify", "aiohttp", "wslink"}
UNSAFE = {"torchvision", "cv2", "pickle", "joblib"}


@dataclass(frozen=True)
class SourceTree:
    """The folder that holds the packages and the Slicer modules."""

    root: Path

    @cached_property
    def slicer_modules(self) -> tuple[str, ...]:
        """Names of the Slicer modules."""
        return tuple(sorted(path.parent.name for path in self.root.glob("*/CMakeLists.txt")))

    @property
    def backend(self) -> list[Path]:
        """Files of the backend."""
        return self.files_of(BACKEND)

    @property
    def modules(self) -> list[Path]:
        """Files of the Slicer modules."""
        return self.files_of(*self.slicer_modules)

    @property
    def front_ends(self) -> list[Path]:
        """Files of the scene layer, the browser application, the desktop's parts and the Slicer modules."""
        return [*self.files_of(SCENE), *self.files_of(WEB), *self.files_of(DESKTOP), *self.modules]

    def files_of(self, *folders: str) -> list[Path]:
        """Files whose first folder begins with one of these names, tests left out."""
        found = (path for folder in folders for path in self.root.glob(f"{folder}*/**/*.py"))
        return sorted(path for path in found if "Testing" not in path.parts)

    def module_name(self, path: Path) -> str:
        """Full name under which a file is imported."""
        parts = path.relative_to(self.root).with_suffix("").parts
        if parts[0] in self.slicer_modules:  # the folder of a Slicer module is no package: its content is imported
            parts = parts[1:]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self, path: Path, top_level_only: bool = False) -> tuple[str, ...]:
        """Full names of the modules a file imports; names imported from the backend itself count as modules."""
        return _imports(path, self.module_name(path), top_level_only)

    def roots(self, path: Path, top_level_only: bool = False) -> set[str]:
        """First parts of what a file imports."""
        return {name.split(".")[0] for name in self.imports(path, top_level_only)}

    def backend_rooms(self, path: Path) -> set[str]:
        """Rooms of the backend that a file imports."""
        theirs = {room(name) for name in self.imports(path) if name.split(".")[0] == BACKEND}
        # `from GenerativeModelsLib import __version__` names the package itself.
        return {"" if name == "__version__" else name for name in theirs}

    def module_packages(self, path: Path) -> set[str]:
        """Packages of the Slicer modules that a file imports."""
        return {name for name in self.roots(path) if name.removesuffix("Lib") in self.slicer_modules}

    def circles(self) -> list[list[str]]:
        """Groups of modules that import each other, also within functions and for type hints."""
        names = {self.module_name(path): path for path in self.backend + self.front_ends}
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

    def holds(self, paths: list[Path], against: Callable[[Path], Iterable[str]]) -> None:
        """Assert a rule for all files; the message has a line `file: what it breaks` for each that breaks it.

        Parameters
        ----------
        paths
            The files the rule is for; there must be some.
        against
            Returns what a file has or imports against the rule.
        """
        assert paths, "the rule looks at no file"
        found = {path.relative_to(self.root).as_posix(): ", ".join(sorted(against(path))) for path in paths}
        broken = [f"{name}: {what}" for name, what in found.items() if what]
        assert not broken, "\n".join(broken)


def room(module: str) -> str:
    """The first part of a module's name below the package; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


def write_tree(root: Path, files: dict[str, str]) -> SourceTree:
    """A tree of these files under `root`."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return SourceTree(root)


@cache
def _imports(path: Path, name: str, top_level_only: bool) -> tuple[str, ...]:
    """What the file of the module `name` imports; kept, because most rules look at most files."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[str] = []
    package = name.split(".")
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


def _modules_imported(path: Path) -> set[str]:
    """Full names: of `from package import module` the module, of anything else where it stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found
