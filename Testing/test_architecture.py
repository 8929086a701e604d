"""Imports go one way: front ends -> scene -> worker -> domain -> models and geometry; the base knows none of them.

In the backend: cli -> benchmarks -> training -> evaluation -> synthesis -> {skull, heart, segmentation} -> {models,
geometry, uncertainty}, and worker -> skull.
`test_front_end_imports` holds what the front ends may import, `test_light_imports` what imports no heavy package.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from Testing.helpers.source_tree import (
    ANATOMIES,
    BACKEND,
    BASE,
    BROWSER,
    DESKTOP,
    QT,
    SCENE,
    UNSAFE,
    WEB,
    SourceTree,
    room,
    write_tree,
)

SCIENCE = {"models", "geometry", "uncertainty"}
MAY_IMPORT = {
    "errors": set(),
    "language": {"errors"},
    "environment": set(),
    "extras": set(),
    "resources": {"errors"},
    "device": {"errors", "language"},
    "page": {"language"},
    "models": {"errors"},
    "uncertainty": {"errors", "language"},
    "image_files": {"errors"},
    "label_files": {"errors", "language", "image_files"},
    "geometry": {"errors", "image_files"},
    "output": {"", "errors"},
    "process": {"errors", "output"},
    "bundle": {"", "errors", "output"},
    "anatomy": {
        "",
        "errors",
        "language",
        "extras",
        "resources",
        "device",
        "bundle",
        "output",
        "image_files",
        "process",
    },
    "cohort": {"", "errors", "language", "output", "page", "anatomy"},
    "batch": {"errors", "language", "extras", "output", "process", "anatomy", "cohort"},
    "defaults": BASE | {"geometry"},
    "export": BASE | {"geometry"},
    "skull": BASE | SCIENCE | {"export"},
    "heart": BASE | SCIENCE | {"export"},
    "segmentation": BASE | SCIENCE,
    "synthesis": BASE | SCIENCE | {"extras", "skull", "heart", "segmentation"},
    "worker": BASE,
    "evaluation": BASE | SCIENCE | ANATOMIES | {"extras", "synthesis"},
    "training": BASE | SCIENCE | ANATOMIES | {"batch", "evaluation", "synthesis"},
    "benchmarks": BASE | SCIENCE | ANATOMIES | {"evaluation", "synthesis", "training"},
    "cli": BASE
    | SCIENCE
    | ANATOMIES
    | {"batch", "cohort", "evaluation", "synthesis", "training", "benchmarks", "extras"},
}
SIMULATED = f"{BACKEND}.segmentation.population"
"""Cuts its sections from the simulated hearts; no other anatomy imports one."""
FOREIGN = {"slicer", "mrml"} | QT | BROWSER | UNSAFE
MOST_LINES = 400
"""Above, there is a second file in it."""


def test_imports_go_one_way(source_tree: SourceTree) -> None:
    """The two files that make the package may import any room."""

    def broken(path: Path) -> Iterator[str]:
        own = room(source_tree.module_name(path))
        if own in {"", "__main__"}:
            return
        if own not in MAY_IMPORT:
            yield f"the new room {own} has no place in the order of imports yet"
            return
        allowed = MAY_IMPORT[own] | ({"heart"} if source_tree.module_name(path).startswith(SIMULATED) else set())
        yield from source_tree.backend_rooms(path) - allowed - {own}

    source_tree.holds(source_tree.backend, broken)


def test_no_front_end_and_no_pickle_in_the_backend(source_tree: SourceTree) -> None:
    """Nor windows, browsers and unsafe formats."""

    def broken(path: Path) -> Iterator[str]:
        # The command that starts the browser application is the one door, and opens when it is called.
        door = {WEB} if source_tree.module_name(path) == f"{BACKEND}.cli.web" else set()
        roots = source_tree.roots(path)
        yield from roots & FOREIGN
        yield from (roots & {SCENE, DESKTOP, WEB} | source_tree.module_packages(path)) - door
        yield from (f"{name} at its top" for name in source_tree.roots(path, top_level_only=True) & door)

    source_tree.holds(source_tree.backend, broken)


def test_models_are_torch_and_nothing_else(source_tree: SourceTree) -> None:
    """Models know no files either."""

    def broken(path: Path) -> set[str]:
        outside = source_tree.roots(path) - set(sys.stdlib_module_names) - {BACKEND, "torch", "numpy"}
        return outside | ({"pathlib", "os", "io"} & set(source_tree.imports(path)))

    models = [path for path in source_tree.backend if room(source_tree.module_name(path)) == "models"]
    source_tree.holds(models, broken)


def test_no_two_modules_import_each_other(source_tree: SourceTree) -> None:
    assert source_tree.circles() == []


def test_files_stay_short(source_tree: SourceTree) -> None:
    def lines(path: Path) -> list[str]:
        count = len(path.read_text(encoding="utf-8").splitlines())
        return [f"{count} lines"] if count > MOST_LINES else []

    source_tree.holds(source_tree.backend + source_tree.front_ends, lines)


def test_a_broken_rule_names_every_file_and_what_it_imports(tmp_path: Path) -> None:
    tree = write_tree(
        tmp_path,
        {
            f"{BACKEND}/cli/web.py": "from GenerativeModelsWeb.server import hub\n",
            f"{BACKEND}/geometry/grids.py": "from ..skull import planes\nimport pickle\n",
            f"{BACKEND}/geometry/sound.py": "def f():\n    import torch\n",
            f"{BACKEND}/models/net.py": "import os\nimport vtk\n" * 201,
            f"{BACKEND}/sweeps/new.py": "import qt\n",
            f"{BACKEND}/device.py": "from GenerativeModelsDesktop import style\n",
        },
    )
    for test, message in (
        (test_imports_go_one_way, ["geometry/grids.py: skull", "sweeps/new.py: the new room sweeps has no place"]),
        (test_no_front_end_and_no_pickle_in_the_backend, ["cli/web.py: GenerativeModelsWeb at its top"]),
        (test_no_front_end_and_no_pickle_in_the_backend, ["geometry/grids.py: pickle", "sweeps/new.py: qt"]),
        (test_no_front_end_and_no_pickle_in_the_backend, [f"device.py: {DESKTOP}"]),
        (test_models_are_torch_and_nothing_else, ["models/net.py: os, vtk"]),
        (test_files_stay_short, ["models/net.py: 402 lines"]),
    ):
        with pytest.raises(AssertionError) as broken:
            test(tree)
        assert all(f"{BACKEND}/{line}" in str(broken.value) for line in message)
        assert "sound.py" not in str(broken.value)
    with pytest.raises(AssertionError, match="the rule looks at no file"):
        test_imports_go_one_way(SourceTree(tmp_path / "empty"))
