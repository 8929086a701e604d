"""The command on files: what it writes, what it warns of, and what it refuses in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.cli.main import app
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.uncertainty.anatomy import UNCERTAINTY, worst_slices
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest
from Testing.helpers.segmentation_phantoms import cine, maps_of, stack, write_maps
from Testing.helpers.tiny_uncertainty import write_uncertainty_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_uncertainty_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


def image_of(prediction: Path, path: Path, seed: int = 0) -> Path:
    """Noise on the grid of a label map."""
    labels = sitk.ReadImage(str(prediction))
    grey = sitk.GetArrayFromImage(labels) + np.random.default_rng(seed).normal(size=labels.GetSize()[::-1])
    image = sitk.GetImageFromArray(grey.astype(np.float32), isVector=False)
    image.CopyInformation(labels)
    sitk.WriteImage(image, str(path))
    return path


def run(image: Path, prediction: Path, output: Path, bundle: Path, **given: object) -> dict:
    return run_case(UNCERTAINTY, UncertaintyRequest(image, prediction, output=output, model=bundle, **given)).result


def case_of(folder: Path, values: np.ndarray, bundle: Path, **given: object) -> dict:
    prediction = write_maps(folder / "labels.nii.gz", maps_of(values))
    image = image_of(prediction, folder / "image.nii.gz")
    return run(image, prediction, folder / "out", bundle, **given)


def test_a_stack_gets_a_map_on_its_grid_and_a_document(tmp_path: Path, bundle: Path) -> None:
    values = stack()
    values[3] = 0
    content = case_of(tmp_path, values, bundle)
    found, labels = (sitk.ReadImage(str(tmp_path / name)) for name in ("out/uncertainty.nii.gz", "labels.nii.gz"))
    assert found.GetPixelID() == sitk.sitkFloat32 and found.GetSize() == labels.GetSize()
    np.testing.assert_allclose(found.GetOrigin(), labels.GetOrigin(), atol=1e-4)
    np.testing.assert_allclose(found.GetSpacing(), labels.GetSpacing(), rtol=1e-5)
    map_ = sitk.GetArrayFromImage(found)
    assert map_.min() >= 0 and map_.max() <= 1 and not map_[3].any() and all(map_[k].any() for k in (0, 2, 4))
    assert content == json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert (content["schema"], content["frames"], content["slices"]) == ("segmentation-uncertainty/1", 1, 8)
    assert content["mean"][0][3] is None and content["similarity"][0][3] is None
    labelled = np.isin(values[2], (1, 2))
    assert content["mean"][0][2] == pytest.approx(map_[2][labelled].mean(), abs=1e-3)
    assert content["wrong_mm2"][0][2] == pytest.approx(map_[2].sum() * 1.2 * 1.6, rel=1e-3)
    assert content["model"]["name"] == "tiny" and content["structures"] == ["lv", "myo"]
    assert any("1 of 8 slices have no labels" in warning for warning in content["warnings"])
    assert any("does not know these structures" in warning for warning in content["warnings"])
    assert not content["unlike"] and content["unlike_slices"] == 0
    areas = [area for area in content["wrong_mm2"][0] if area is not None]
    assert content["mean_wrong_mm2"] == pytest.approx(np.mean(areas), rel=1e-4)
    assert content["largest_wrong_mm2"] == pytest.approx(max(areas), rel=1e-4)
    assert [area for *_, area in worst_slices(content, 3)] == sorted(areas, reverse=True)[:3]
    assert "overview.png" in content["files"] and (tmp_path / "out" / "report.html").is_file()


def test_a_cine_has_a_map_of_every_frame(tmp_path: Path, bundle: Path) -> None:
    content = case_of(tmp_path, cine(3, 4), bundle)
    found = sitk.ReadImage(str(tmp_path / "out" / "uncertainty.nii.gz"))
    assert found.GetSize() == (80, 90, 4, 3) and np.shape(content["mean"]) == (3, 4)


def test_a_pair_of_phases_without_a_time_between_them_has_a_map_of_both(tmp_path: Path, bundle: Path) -> None:
    prediction = write_maps(tmp_path / "pair.nii.gz", maps_of(cine(2, 4)))
    image = sitk.ReadImage(str(prediction))
    image.SetSpacing((*image.GetSpacing()[:3], 1.0))  # no plausible time
    sitk.WriteImage(image, str(prediction))
    image_of(prediction, tmp_path / "image.nii.gz")
    run(tmp_path / "image.nii.gz", prediction, tmp_path / "out", bundle)
    found = sitk.ReadImage(str(tmp_path / "out" / "uncertainty.nii.gz"))
    assert found.GetSize() == (80, 90, 4, 2) and found.GetSpacing()[3] == 1.0


@pytest.mark.parametrize("measure", ["similarities", "distances"])
def test_slices_unlike_the_training_set_are_warned_of(tmp_path: Path, measure: str) -> None:
    of_held_out = np.linspace(1.01, 1.02, 50) if measure == "similarities" else np.linspace(0, 1e-9, 50)
    bundle = write_uncertainty_bundle(tmp_path / "bundle", **{measure: of_held_out})
    content = case_of(tmp_path, stack(), bundle)
    assert content["unlike"] == [[0, k] for k in range(8)]
    (warning,) = (text for text in content["warnings"] if "held-out patients" in text)
    assert warning.startswith("8 of 8 slices") and content["warning_kinds"][-1] == "verdict"


def test_an_image_that_does_not_belong_to_the_labels_is_refused(tmp_path: Path, bundle: Path) -> None:
    prediction = write_maps(tmp_path / "labels.nii.gz", maps_of(stack()))
    image = sitk.ReadImage(str(image_of(prediction, tmp_path / "image.nii.gz")))

    def refused(name: str, changed: sitk.Image | None, words: str) -> None:
        if changed is not None:
            sitk.WriteImage(changed, str(tmp_path / name))
        with pytest.raises(InputError) as caught:
            run(tmp_path / name, prediction, tmp_path / "out", bundle)
        assert words in str(caught.value) and "\n" not in str(caught.value) and not (tmp_path / "out").exists()

    refused("short.nii.gz", image[:, :, :7], "80 x 90 x 7 voxels and prediction labels.nii.gz 80 x 90 x 8 voxels")
    moved = sitk.Image(image)
    moved.SetOrigin((12.0, -20.0, 30.0))
    refused("moved.nii.gz", moved, "their corners lie up to 2 mm apart")
    refused("flat.nii.gz", image * 0, "is 0 everywhere")
    broken = sitk.GetArrayFromImage(image)
    broken[0, 0, 0] = np.nan
    holed = sitk.GetImageFromArray(broken)
    holed.CopyInformation(image)
    refused("holed.nrrd", holed, "no numbers")
    refused("gone.nii.gz", None, "does not exist: give an image file")


def test_labels_are_refused_in_the_words_of_the_prediction(tmp_path: Path, bundle: Path) -> None:
    prediction = write_maps(tmp_path / "labels.nii.gz", maps_of(stack() * 0, structures=["lv", "myo"]))
    image = image_of(prediction, tmp_path / "image.nii.gz")
    with pytest.raises(InputError, match=r"^prediction labels.nii.gz has no pixel of value 3") as caught:
        run(image, prediction, tmp_path / "out", bundle)
    assert caught.value.field == "prediction"


def test_the_command_says_what_it_found_with_the_shipped_model_or_another(tmp_path: Path, bundle: Path) -> None:
    prediction = write_maps(tmp_path / "labels.nii.gz", maps_of(stack()))
    image = image_of(prediction, tmp_path / "image.nii.gz")
    words = ["segmentation", "uncertainty", "--image", str(image), "--prediction", str(prediction)]
    words += ["--output", str(tmp_path / "out")]
    shipped = CliRunner().invoke(app, [*words, "--json"])
    assert shipped.exit_code == 0, shipped.output
    assert json.loads(shipped.stdout)["model"]["name"] == "segmentation-uncertainty"
    words.append("--overwrite")
    found = CliRunner().invoke(app, [*words, "--model", str(bundle)])
    assert found.exit_code == 0, found.output
    assert "Expected area of wrong labels" in found.output and (tmp_path / "out" / "result.json").is_file()
    assert "Report:" in found.output
    apical = CliRunner().invoke(app, [*words, "--model", str(bundle), "--view", "apical"])
    assert apical.exit_code == 2
