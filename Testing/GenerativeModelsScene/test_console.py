"""What the consoles of all anatomies share, on a stand-in of an anatomy's functions."""

from __future__ import annotations

import gc
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import slicer

from GenerativeModelsLib import environment
from GenerativeModelsLib.anatomy import run
from GenerativeModelsLib.errors import InputError
from GenerativeModelsScene.console import computed_case, plain_failures, scene_of


@dataclass(eq=False)
class Read:
    """Stands in for a case."""

    folder: Path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of temporary files, with a `run_case` that writes the request's output."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(run, "run_case", lambda anatomy, request, progress, kept: request.output.mkdir())
    return tmp_path


ANATOMY = SimpleNamespace(name="toy", read=Read)


def in_case(workspace: Path) -> SimpleNamespace:
    return SimpleNamespace(output=workspace / "case")


def test_the_files_last_as_long_as_the_case(folder: Path) -> None:
    shown, case = computed_case(ANATOMY, in_case, lambda case: case.folder.is_dir(), module="Toy")
    gc.collect()
    assert shown and case.folder.is_dir() and case.folder.parent.name.startswith("toy-")
    del case
    gc.collect()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("place", ["request", "show"])
def test_nothing_is_left_of_a_case_that_failed(folder: Path, place: str) -> None:
    def fail(argument):
        raise ValueError("no")

    steps = {"request": in_case, "show": lambda case: None} | {place: fail}
    with pytest.raises(ValueError, match="no"):
        computed_case(ANATOMY, steps["request"], steps["show"], module="Toy")
    assert list(folder.iterdir()) == []


def test_missing_packages_name_the_module_that_installs_them(monkeypatch) -> None:
    monkeypatch.setattr(environment, "torch_missing", lambda: True)
    with pytest.raises(InputError, match=r"not installed here \(torch.*\): open the module Toy Explorer and let it"):
        plain_failures(lambda: 1, "Toy Explorer")


def test_what_works_is_given_back_and_user_errors_pass() -> None:
    assert plain_failures(lambda: 7, "Toy") == 7

    def refuse():
        raise InputError("z_top is wrong.")

    with pytest.raises(InputError, match=r"^z_top is wrong\.$"):
        plain_failures(refuse, "Toy")


def test_outside_slicer_the_scene_must_be_given(monkeypatch) -> None:
    scene = slicer.vtkMRMLScene()
    assert scene_of(scene, "the toys") is scene
    monkeypatch.setattr(slicer, "mrmlScene", None, raising=False)
    with pytest.raises(InputError, match=r"outside 3D Slicer: give the scene of the toys as scene\.$"):
        scene_of(None, "the toys")
    monkeypatch.setattr(slicer, "mrmlScene", scene)
    assert scene_of(None, "the toys") is scene
