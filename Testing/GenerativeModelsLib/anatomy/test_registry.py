"""Where the anatomies are listed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from GenerativeModelsLib.anatomy import registry
from GenerativeModelsLib.anatomy.record import Anatomy, Lazy
from GenerativeModelsLib.anatomy.registry import (
    anatomy_at,
    anatomy_names,
    anatomy_of,
    place_of,
    register,
)
from GenerativeModelsLib.anatomy.request import CaseRequest
from Testing.helpers.toy_anatomy import PLACE, TOY


def test_the_names_are_those_of_the_records() -> None:
    assert anatomy_names() == ("skull", "heart", "segmentation", "repair", "uncertainty", "images")
    for name in anatomy_names():
        record = anatomy_of(name)
        assert record.name == name and anatomy_at(place_of(name)) is record


def test_an_anatomy_that_is_none_is_a_key_error() -> None:
    for find in (anatomy_of, place_of):
        with pytest.raises(KeyError, match="liver"):
            find("liver")


def test_a_new_anatomy_is_found_by_name_and_by_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_PLACES", dict(registry._PLACES))
    register("toy", PLACE)
    assert anatomy_names() == ("skull", "heart", "segmentation", "repair", "uncertainty", "images", "toy")
    assert anatomy_of("toy") is anatomy_at(PLACE) is TOY and place_of("toy") == PLACE


@pytest.mark.parametrize("name", anatomy_names())
def test_every_function_of_a_record_is_there(name: str) -> None:
    record = anatomy_of(name)
    places = [getattr(record, field.name) for field in fields(record)]
    lazy = [entry for entry in (*places, *record.queries.values()) if isinstance(entry, Lazy)]
    assert len(lazy) >= 7
    assert all(callable(entry.get()) for entry in lazy)
    assert issubclass(record.request, CaseRequest)


@pytest.mark.parametrize("name", anatomy_names())
def test_what_a_record_shows_is_told_apart(name: str) -> None:
    record: Anatomy = anatomy_of(name)
    keys = [quantity.key for quantity in record.quantities]
    assert len(set(keys)) == len(keys) and record.quantity(keys[-1]) is record.quantities[-1]
    files = [mesh.file for mesh in record.meshes]
    assert len(set(files)) == len(files) and all(mesh.colour_range[0] < mesh.colour_range[1] for mesh in record.meshes)
    assert record.about.endswith(".") and record.verb_help.split("\n\n")[0].endswith(".")


def test_records_are_light(repo_root: Path) -> None:
    """They are imported for `--help` and by windows before any package is installed."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from GenerativeModelsLib.anatomy.registry import anatomy_names, anatomy_of\n"
        "for name in anatomy_names(): anatomy_of(name)\n"
        "print([n for n in ('torch', 'numpy', 'vtk', 'scipy', 'SimpleITK', 'psutil', 'typer') if n in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(repo_root / "GenerativeModels")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"
