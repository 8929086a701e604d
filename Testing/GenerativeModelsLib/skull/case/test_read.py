"""A case folder read back is what the reconstruction was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.anatomy import SKULL
from GenerativeModelsLib.skull.case.read import read_case
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.request import SkullRequest
from Testing.helpers.painted import SPACING, painted_planes
from Testing.helpers.tiny_models import load_seeing

LABELS = {"axial": "Axial node", "coronal": "Ç"}


@pytest.fixture(scope="module")
def made(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Cases of painted planes with and without draws: folders by "draws" and "mean", what was found in the first."""
    pictures = tmp_path_factory.mktemp("pictures")
    planes = painted_planes(mean_head(250.0))
    for name, image in planes.items():
        Image.fromarray(image.pixels.astype(np.uint8)).save(pictures / f"{name}.png")
    files = {name: pictures / f"{name}.png" for name in planes}
    given: dict = {"planes": planes, "files": files}
    fields = {"model": tiny_bundle, "device": "cpu", "pixel_spacing_mm": SPACING, "shown_names": LABELS}
    for name, samples in (("draws", 8), ("mean", 0)):
        request = SkullRequest(output=pictures / name, samples=samples, **files, **fields)
        case = run_case(SKULL, request, load=lambda anatomy, bundle, device: load_seeing(bundle))
        given |= {name: request.output} | ({"found": case.run.found} if samples else {})
    return given


@pytest.fixture
def folder(made: dict, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(made["draws"], tmp_path / "case"))


def test_the_surface_is_that_of_the_reconstruction(made: dict) -> None:
    case = read_case(made["draws"])
    surface = made["found"].surface
    np.testing.assert_array_equal(case.surface.points, surface.points.astype(np.float32))
    np.testing.assert_array_equal(case.surface.triangles, surface.triangles)
    np.testing.assert_array_equal(case.surface.point_data["uncertainty_mm"], surface.point_data["uncertainty_mm"])


def test_the_planes_are_those_of_the_reconstruction(made: dict) -> None:
    case = read_case(str(made["draws"]))
    assert list(case.planes) == ["axial", "sagittal", "coronal"]
    for name, plane in case.planes.items():
        expected = made["found"].planes[name]
        assert plane.name == name and plane.label == LABELS.get(name, f"{name}.png")
        assert plane.spacing_mm == SPACING and plane.pixels.dtype == np.uint8
        np.testing.assert_array_equal(plane.pixels, made["planes"][name].pixels)
        for key in ("origin_mm", "u_axis", "v_axis", "offset_mm", "tilt_deg"):
            np.testing.assert_array_equal(getattr(plane.placement, key), getattr(expected.placement, key))
        lines = [(plane.outline_mm, expected.outline_mm), *zip(plane.band_mm, expected.band_mm)]
        for found, wanted in lines:
            assert len(found) == len(wanted)
            for line, other in zip(found, wanted):
                np.testing.assert_allclose(line, other, atol=1e-3)


def test_outlines_lie_on_the_surface_and_in_the_plane(made: dict) -> None:
    case = read_case(made["draws"])
    for plane in case.planes.values():
        points = plane.placement.to_head(plane.outline_mm[0])
        assert np.abs((points - plane.placement.origin_mm) @ plane.placement.normal).max() < 1e-6
        nearest = min(np.linalg.norm(case.surface.points - points[0], axis=1))
        assert nearest < 2.0


def test_the_numbers_are_those_of_the_file(made: dict) -> None:
    case = read_case(made["draws"])
    assert case.result == json.loads((made["draws"] / "result.json").read_text(encoding="utf-8"))
    assert case.biometry is case.result["biometry"] and case.warnings is case.result["warnings"]
    assert case.has_uncertainty and case.report.is_file()


def test_the_volumes_lie_where_the_surface_does(made: dict) -> None:
    case = read_case(made["draws"])
    label, grid = case.label_map
    assert label.dtype == np.uint8 and label.shape == grid.shape_zyx
    assert label.sum() * grid.voxel_mm3 == pytest.approx(case.surface.volume_mm3, rel=0.01)
    sigma, other = case.uncertainty
    assert sigma.dtype == np.float32 and other == grid
    on = grid.sample(sigma, case.surface.points)
    assert on.mean() == pytest.approx(case.result["uncertainty_mm"]["mean"], rel=0.15)
    assert case.uncertainty is case.uncertainty, "read once"


def test_without_draws_there_is_no_band(made: dict) -> None:
    case = read_case(made["mean"])
    assert not case.has_uncertainty
    assert all(plane.band_mm is None and plane.outline_mm for plane in case.planes.values())


def test_labels_stand_in_the_result_the_report_and_the_warnings(made: dict) -> None:
    case = read_case(made["draws"])
    assert "Axial node" in case.report.read_text(encoding="utf-8")
    assert case.result["planes"]["axial"]["file"] == "Axial node"
    assert not any(str(made["files"]["axial"]) in sentence for sentence in case.warnings)


@pytest.mark.parametrize(
    "name", ["result.json", "skull.vtp", "report.html", "planes/axial.nii.gz", "planes/coronal.nii.gz"]
)
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert str(folder / name) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["result.json", "skull.vtp", "planes/sagittal.nii.gz"])
def test_a_broken_file_is_named(name: str, folder: Path) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:100])
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert str(folder / name) in str(caught.value) and "\n" not in str(caught.value)


def test_a_volume_of_another_format_under_its_name_is_broken(folder: Path) -> None:
    header = b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nencoding: raw\ndata file: result.json\n"
    (folder / "skull.nii.gz").write_bytes(header)
    with pytest.raises(InputError, match=r"skull\.nii\.gz is broken: reconstruct the case again"):
        _ = read_case(folder).label_map


@pytest.mark.parametrize(("name", "volume"), [("skull.nii.gz", "label_map"), ("uncertainty.nii.gz", "uncertainty")])
def test_a_broken_volume_is_named_when_it_is_asked_for(name: str, volume: str, folder: Path) -> None:
    (folder / name).write_bytes(b"nothing")
    case = read_case(folder)
    with pytest.raises(InputError, match=f"{name} is broken: reconstruct the case again"):
        getattr(case, volume)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name} is missing"):
        getattr(case, volume)


def rewritten(folder: Path, change) -> Path:
    path = folder / "result.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    change(result)
    path.write_text(json.dumps(result), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.pop("planes"), "result.json lacks what a case has"),
        (lambda r: r["planes"]["axial"].pop("placement"), "result.json lacks what a case has"),
        (lambda r: r["planes"]["axial"]["placement"].update(u_axis=[1, 0]), "result.json lacks what a case has"),
        (lambda r: r.update(biometry={}), "result.json lacks what a case has"),
        (lambda r: r.update(schema="heart-analysis/1"), "does not say schema skull-reconstruction/1"),
        (lambda r: r["planes"]["axial"].update(size=[3, 4]), r"axial.nii.gz holds \(1, 120, 150\).* \(1, 3, 4\)"),
    ],
)
def test_a_result_that_does_not_fit_is_told(change, words: str, folder: Path) -> None:
    with pytest.raises(InputError, match=words):
        read_case(rewritten(folder, change))


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"result\.json is missing or broken"):
        read_case(tmp_path)
