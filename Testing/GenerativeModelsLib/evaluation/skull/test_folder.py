"""A reconstruction folder against the truth."""

import json

import numpy as np
import pytest
import SimpleITK as sitk

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.skull.folder import evaluate_folder, write_evaluation
from GenerativeModelsLib.geometry.grids import Grid
from GenerativeModelsLib.geometry.surface_files import write_vtp
from GenerativeModelsLib.geometry.voxels import voxelize
from Testing.helpers.shapes import ball, lump, rigid


def write_mask(surface, path, spacing=1.0):
    grid = Grid.around(surface.points, spacing, 4.0)
    sitk.WriteImage(grid.to_image(voxelize(surface, grid)), path)
    return path


@pytest.fixture
def folder(tmp_path):
    """A reconstruction that is 1 mm too small everywhere, with an uncertainty of 1 mm."""
    surface = ball(30.0)
    write_vtp(surface.with_data(uncertainty_mm=np.ones(len(surface.points))), tmp_path / "skull.vtp")
    return tmp_path


@pytest.fixture
def truth(tmp_path_factory):
    path = tmp_path_factory.mktemp("truth") / "truth.vtp"
    write_vtp(ball(31.0, subdivisions=5), path)
    return path


def test_mesh_truth(folder, truth):
    found = evaluate_folder(folder, truth)
    assert found.accuracy.mean_signed_distance_mm == pytest.approx(-1.0, abs=0.03)
    assert found.calibration.sigma_scale == pytest.approx(1.0, abs=0.03)
    assert found.calibration.coverage_50 == 0.0
    assert found.calibration.coverage_90 == pytest.approx(1.0)
    assert found.clipped_share == 0.0
    assert found.warnings == ()


def test_mask_truth_gives_the_same_to_a_tenth_of_a_voxel(folder, truth, tmp_path_factory):
    mask = write_mask(ball(31.0, subdivisions=5), tmp_path_factory.mktemp("mask") / "truth.nii.gz", 0.8)
    mesh, voxels = evaluate_folder(folder, truth).accuracy, evaluate_folder(folder, mask).accuracy
    assert voxels.mean_signed_distance_mm == pytest.approx(mesh.mean_signed_distance_mm, abs=0.08)
    assert voxels.dice == pytest.approx(mesh.dice, abs=0.003)


def test_prediction_without_a_mesh_or_uncertainty(folder, truth):
    (folder / "skull.vtp").unlink()
    write_mask(ball(30.0), folder / "skull.nii.gz")
    found = evaluate_folder(folder, truth)
    assert found.prediction.name == "skull.nii.gz"
    assert found.calibration is None and found.clipped_share is None
    assert "no point array uncertainty_mm" in found.warnings[-1]
    assert found.to_json()["calibration"] is None


def test_truth_in_another_frame_wants_alignment(tmp_path):
    surface = lump()
    write_vtp(surface.with_data(uncertainty_mm=np.full(len(surface.points), 0.5)), tmp_path / "skull.vtp")
    write_vtp(surface.transformed(rigid((8, 5, -9), (300, 0, 0))), tmp_path / "truth.vtp")
    apart = evaluate_folder(tmp_path, tmp_path / "truth.vtp")
    assert any("--align rigid" in warning for warning in apart.warnings)
    assert any("10 mm or more" in warning for warning in apart.warnings)
    aligned = evaluate_folder(tmp_path, tmp_path / "truth.vtp", "rigid")
    assert aligned.accuracy.dice > 0.999
    assert aligned.calibration.mean_error_mm < 1e-3


def test_points_without_uncertainty_are_reported(folder, truth):
    sigma = np.ones(2562)
    sigma[:10] = np.nan
    write_vtp(ball(30.0).with_data(uncertainty_mm=sigma), folder / "skull.vtp")
    found = evaluate_folder(folder, truth)
    assert found.calibration.dropped == 10
    assert "10 points without an uncertainty" in found.warnings[0]


def test_json_is_complete_and_finite(folder, truth, tmp_path):
    write_vtp(ball(30.0).with_data(uncertainty_mm=np.zeros(2562)), folder / "skull.vtp")
    write_evaluation(evaluate_folder(folder, truth), tmp_path / "out.json")
    content = json.loads((tmp_path / "out.json").read_text())
    assert content["schema"] == "skull-evaluation/1"
    assert {"dice", "sensitivity", "precision", "hausdorff_mm", "hd95_mm", "mean_surface_distance_mm"} <= set(
        content["accuracy"]
    )
    assert {"coverage_50", "coverage_68", "coverage_90", "coverage_95", "crps_mm", "sigma_scale", "ause_mm"} <= set(
        content["calibration"]
    )
    assert content["calibration"]["nll"] is None, "infinite numbers are no JSON"
    assert content["truth"].endswith("truth.vtp")


def test_errors_name_what_is_wrong(folder, truth, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(InputError, match=r"neither skull.vtp nor skull.nii.gz"):
        evaluate_folder(empty, truth)
    with pytest.raises(InputError, match="is not a folder"):
        evaluate_folder(truth, truth)
    with pytest.raises(InputError, match=r"gone.nii.gz does not exist"):
        evaluate_folder(folder, empty / "gone.nii.gz")
    write_vtp(ball(30.0).with_data(uncertainty_mm=np.full(2562, -1.0)), folder / "skull.vtp")
    with pytest.raises(InputError, match=r"uncertainty_mm of .*skull.vtp .*negative"):
        evaluate_folder(folder, truth)
    write_vtp(ball(30.0), folder / "skull.vtp")
    with pytest.raises(InputError, match="cannot be written"):
        write_evaluation(evaluate_folder(folder, truth), empty / "missing" / "out.json")
