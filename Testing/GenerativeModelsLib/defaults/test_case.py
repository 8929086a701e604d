"""What a record alone makes of a case: entries of the document, files, and both read back."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.record import Mesh, Quantity
from GenerativeModelsLib.defaults.case import FinishedCase, document, read_case, write_files
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.geometry.surface_files import read_surface, write_vtp
from Testing.helpers.shapes import lump
from Testing.helpers.sphere.anatomy import SPHERE
from Testing.helpers.sphere.files import a_sphere
from Testing.helpers.sphere.model import write_sphere_bundle


@pytest.fixture(scope="module")
def a_case(tmp_path_factory: pytest.TempPathFactory):
    """A computed case, written; not to be changed."""
    folder = tmp_path_factory.mktemp("sphere")
    return a_sphere(folder / "out", write_sphere_bundle(folder / "bundle"))


@pytest.fixture
def folder(a_case, tmp_path: Path) -> Path:
    """A copy of its folder."""
    return shutil.copytree(a_case.request.output, tmp_path / "copy")


def found_case(found, *quantities: Quantity):
    return SimpleNamespace(anatomy=replace(SPHERE, quantities=quantities), run=SimpleNamespace(found=found))


def test_the_document_has_the_quantities_where_the_record_says() -> None:
    flat, deep = Quantity("a_mm", "A", "A", "mm"), Quantity("b_mm", "B", "B", "mm", within="sizes")
    found = SimpleNamespace(a_mm=1.0, b_mm={"value": 2.0, "sd": 0.5})
    entries = document(found_case(found, flat, deep))
    assert entries == {"a_mm": 1.0, "sizes": {"b_mm": {"value": 2.0, "sd": 0.5}}}
    assert deep.of(entries).sd == 0.5


def test_the_document_has_the_judgement_where_there_is_one() -> None:
    @dataclass
    class Judged:
        score: float = 0.5
        verdict: str = "typical"
        reasons: tuple[str, ...] = ()

    assert document(found_case(SimpleNamespace(in_distribution=Judged()))) == {
        "in_distribution": {"score": 0.5, "verdict": "typical"}
    }
    assert document(found_case(SimpleNamespace(in_distribution=None))) == {}


def test_the_files_are_the_meshes_that_were_found(tmp_path: Path) -> None:
    surface = lump().with_data(height_mm=lump().points[:, 2])
    write_files(found_case(SimpleNamespace(meshes={"one.vtp": surface, "two.vtp": surface})), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.vtp", "two.vtp"]
    np.testing.assert_allclose(read_surface(tmp_path / "two.vtp").points, surface.points, atol=1e-4)


def test_a_case_is_read_back_by_its_record(a_case, folder: Path) -> None:
    for case in (SPHERE.read(folder), read_case(SPHERE, str(folder))):
        assert isinstance(case, FinishedCase) and case.anatomy is SPHERE
        assert case.result == a_case.result and case.warnings == case.result["warnings"]
        assert case.report == folder / "report.html"
        assert list(case.meshes) == ["sphere.vtp"] and "height_mm" in case.meshes["sphere.vtp"].point_data


def test_a_mesh_that_is_not_there_is_left_out(folder: Path) -> None:
    record = replace(SPHERE, meshes=(*SPHERE.meshes, Mesh("other.vtp", "Other")))
    assert list(read_case(record, folder).meshes) == ["sphere.vtp"]
    write_vtp(lump(), folder / "other.vtp")
    assert list(read_case(record, folder).meshes) == ["sphere.vtp", "other.vtp"]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "report.html").unlink(), r"report\.html is missing: compute the case again"),
        (lambda folder: (folder / "result.json").unlink(), r"result\.json is missing or broken"),
        (lambda folder: (folder / "sphere.vtp").write_text("none"), r"sphere\.vtp cannot be read"),
        (lambda folder: write_vtp(lump(), folder / "sphere.vtp"), r"sphere\.vtp has no point array height_mm"),
        (lambda folder: (folder / "result.json").write_text(json.dumps({"schema": "x/1"})), "does not say schema sph"),
    ],
)
def test_what_is_missing_or_broken_is_named(folder: Path, damage, sentence: str) -> None:
    damage(folder)
    with pytest.raises(InputError, match=sentence):
        read_case(SPHERE, folder)
