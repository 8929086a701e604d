"""What is imported without packages that a fresh 3D Slicer lacks, or without any that takes long to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from Testing.helpers.source_tree import BACKEND, SCENE, SourceTree, room

PIP = {
    "filelock",
    "psutil",
    "pebble",
    "torch",
    "skimage",
    "safetensors",
    "zuko",
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
LIGHT_ROOMS = {"anatomy", "batch", "bundle", "cli", "environment", "image_files", "output", "process"}
LIGHT_ROOMS |= {"resources", "worker"}
CALLED_BY_FRONT_ENDS = (
    *("environment", "resources", "bundle.checksums", "bundle.strict_json", "worker", "skull.case.read"),
    *("skull.case.run", "skull.request", "skull.anatomy", "skull.growth.judge", "anatomy.run"),
    *("skull.planes.image", "skull.report.content", "heart.anatomy", "heart.case.read", "defaults.case"),
    *("segmentation.anatomy", "segmentation.case.read"),
)
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


def import_without(absent: set[str], names: list[str], root: Path) -> subprocess.CompletedProcess:
    """Import modules under `root` in a fresh Python in which some packages cannot be found."""
    code = IMPORT_ALL.format(absent=absent, names=names)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_what_a_command_or_a_window_imports_at_once_is_light(source_tree: SourceTree) -> None:
    light = [path for path in source_tree.backend if room(source_tree.module_name(path)) in LIGHT_ROOMS]
    source_tree.holds(light, lambda path: source_tree.roots(path, top_level_only=True) & HEAVY)


def test_what_asks_for_packages_needs_none(source_tree: SourceTree) -> None:
    path = source_tree.root / BACKEND / "environment.py"
    assert source_tree.roots(path) <= set(sys.stdlib_module_names)


def test_a_front_end_loads_in_a_slicer_without_packages(source_tree: SourceTree) -> None:
    source_tree.holds(source_tree.front_ends, lambda path: source_tree.roots(path, top_level_only=True) & PIP)


def test_what_front_ends_call_needs_no_package_beyond_slicers_own(source_tree: SourceTree) -> None:
    """Through all that is imported on the way, not only in the files themselves."""
    found = import_without(PIP, [f"{BACKEND}.{name}" for name in CALLED_BY_FRONT_ENDS], source_tree.root)
    assert found.returncode == 0, found.stderr


def test_the_scene_layer_imports_in_a_slicer_without_packages(source_tree: SourceTree) -> None:
    pytest.importorskip("slicer", reason="Slicer's core is not installed")
    names = sorted(source_tree.module_name(path) for path in source_tree.files_of(SCENE))
    if not names:
        pytest.skip("the scene layer is not in this checkout")
    found = import_without(PIP, names, source_tree.root)
    assert found.returncode == 0, found.stderr


def test_an_absent_package_cannot_be_imported(tmp_path: Path) -> None:
    assert import_without({"json"}, ["json"], tmp_path).returncode == 1
