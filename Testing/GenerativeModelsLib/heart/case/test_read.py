"""Reading of the folder of an analysed heart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.anatomy.run import Case, run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.anatomy import HEART
from GenerativeModelsLib.heart.case.read import read_case
from GenerativeModelsLib.heart.request import HeartRequest
from Testing.helpers.stand_in_hearts import StandInModel


@pytest.fixture(scope="module")
def made(sample_heart: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    output = tmp_path_factory.mktemp("hearts") / "both"
    request = HeartRequest(sample_heart / "ed.nii.gz", sample_heart / "es.nii.gz", output=output, device="cpu")
    return run_case(HEART, request, load=lambda anatomy, bundle, device: StandInModel())


@pytest.fixture
def folder(made: Case, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copytree(made.request.output, tmp_path / "case"))


def test_surfaces_and_numbers_are_those_of_the_analysis(made: Case) -> None:
    case = read_case(str(made.request.output))
    assert case.result == made.result and case.warnings is case.result["warnings"] and case.report.is_file()
    assert list(case.surfaces) == list(case.reconstructions) == ["ed", "es"]
    for name, phase in made.run.found.phases.items():
        for found, meant in (
            (case.surfaces[name], phase.surface),
            (case.reconstructions[name], phase.reconstruction),
        ):
            expected = phase.frame.to_lps(meant.points)
            np.testing.assert_allclose(found.points, expected, atol=1e-3)
            np.testing.assert_array_equal(found.triangles, meant.triangles)
            for array in ("wall_thickness_mm", "aha_segment", "surface"):
                np.testing.assert_allclose(found.point_data[array], meant.point_data[array], rtol=1e-6)


def rewritten(folder: Path, change: Callable[[dict], object]) -> Path:
    path = folder / "result.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    change(result)
    path.write_text(json.dumps(result), encoding="utf-8")
    return folder


def test_end_diastole_alone_has_one_surface(folder: Path) -> None:
    case = read_case(rewritten(folder, lambda result: result["wall_thickness_mm"].update(es=None)))
    assert list(case.surfaces) == list(case.reconstructions) == ["ed"]


@pytest.mark.parametrize("name", ["result.json", "ed.vtp", "es.vtp", "es_reconstruction.vtp", "report.html"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert str(folder / name) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["result.json", "ed.vtp"])
def test_a_broken_file_is_named(name: str, folder: Path) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:100])
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert str(folder / name) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.update(schema="skull-reconstruction/1"), "does not say schema heart-analysis/1: analyse the case"),
        (lambda r: r["wall_thickness_mm"].update(ed=None), "has no wall thickness at end diastole: analyse the case"),
        (lambda r: r.pop("wall_thickness_mm"), "has no wall thickness at end diastole"),
    ],
)
def test_a_result_that_does_not_fit_is_told(change: Callable, words: str, folder: Path) -> None:
    with pytest.raises(InputError, match=words):
        read_case(rewritten(folder, change))


def test_a_surface_without_its_arrays_is_told(made: Case, folder: Path) -> None:
    from GenerativeModelsLib.geometry.surface_files import write_vtp

    surface = replace(made.run.found.ed.surface, point_data={})
    write_vtp(surface, folder / "ed.vtp")
    with pytest.raises(InputError, match=r"ed\.vtp has no point array wall_thickness_mm: analyse the case again"):
        read_case(folder)


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"result\.json is missing or broken: analyse the case again"):
        read_case(tmp_path)
