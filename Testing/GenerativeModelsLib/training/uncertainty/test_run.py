"""Trainings of the joint space from their YAML to a bundle that judges a segmentation; and their continuation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
import yaml

pytest.importorskip("lightning")
pytest.importorskip("monai")

from GenerativeModelsLib.anatomy.run import run_case
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation import unet
from GenerativeModelsLib.evaluation.segmentation.camus_images import camus_cases
from GenerativeModelsLib.segmentation.uncertainty.anatomy import UNCERTAINTY
from GenerativeModelsLib.segmentation.uncertainty.model import load_uncertainty_model
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from GenerativeModelsLib.training.uncertainty import cases as module
from GenerativeModelsLib.training.uncertainty.cases import ImagedSlices, parts_of
from GenerativeModelsLib.training.uncertainty.data import JointBatches, pieces_of
from Testing.helpers.camus_folder import write_camus
from Testing.helpers.tiny_uncertainty import JOINT_NETWORK

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}
CONFIGS = Path(__file__).parents[4] / "GenerativeModels" / "GenerativeModelsLib" / "training" / "configs"


@pytest.fixture
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(unet.SETTINGS, "channels", [4, 8])
    monkeypatch.setitem(unet.SETTINGS, "crop", 64)


def config_file(folder: Path, **fields: object) -> Path:
    given = {
        "model": "segmentation-uncertainty", "output": str(folder / "out"),
        "data": {"kind": "camus", "folder": str(folder / "camus"), "rows": 64, "pixel_mm": 1.6},
        "grid": 32, "grid_mm": 3.5, "network": JOINT_NETWORK, "epochs": 1, "items_per_epoch": 16, "batch_size": 8,
        "maps": 20, "neighbours": 4, "network_steps": 30,
    }  # fmt: skip
    path = folder / "uncertainty.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_a_folder_of_camus_ends_in_a_bundle_that_judges_its_images(tmp_path: Path, small_network: None) -> None:
    folder = write_camus(tmp_path / "camus", 4)
    bundle = {"output": str(tmp_path / "bundle"), "name": "echo", "version": "1"}
    assert train(config_file(tmp_path, bundle=bundle), **OPTIONS).folder == tmp_path / "bundle"
    model = load_uncertainty_model(tmp_path / "bundle")
    assert (model.view, model.structures, model.neighbours, len(model.codes)) == ("apical", ("lv", "myo", "la"), 4, 20)
    told = model.manifest.training_population
    assert len(told["patients"]) == 3 and len(told["calibration_patients"]) == 1
    assert not set(told["patients"]) & set(told["calibration_patients"])
    assert model.manifest.calibration["slices"] == 2 and 0 < model.manifest.calibration["wrong_share"] < 1
    assert len(list((tmp_path / "out").glob("unet-*.npz"))) == 1
    card = (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "3 patients train, 1 others calibrate" in card and str(tmp_path) not in card
    stem = folder / "patient0002" / "patient0002_4CH_ED"
    given = Path(f"{stem}.nii.gz"), Path(f"{stem}_gt.nii.gz"), "apical", "camus"
    request = UncertaintyRequest(*given, output=tmp_path / "case", model=tmp_path / "bundle")
    content = run_case(UNCERTAINTY, request).result
    found = sitk.ReadImage(str(tmp_path / "case" / "uncertainty.nii.gz"))
    assert found.GetSize() == (70, 60, 1) and content["view"] == "apical" and content["frames"] == 1


def test_a_training_goes_on_where_it_ended(tmp_path: Path) -> None:
    write_camus(tmp_path / "camus", 3)
    train(config_file(tmp_path), **OPTIONS)
    first = torch.load(last_checkpoint(tmp_path / "out"), weights_only=True)
    train(config_file(tmp_path, epochs=2), **OPTIONS)
    second = torch.load(last_checkpoint(tmp_path / "out"), weights_only=True)
    assert (first["epoch"], second["epoch"]) == (0, 1) and second["global_step"] == 2 * first["global_step"]


def test_batches_are_pieces_about_the_labels_that_follow_from_seed_and_number(tmp_path: Path) -> None:
    write_camus(tmp_path / "camus", 2)
    config = read_config(config_file(tmp_path))
    slices = ImagedSlices.of(camus_cases(tmp_path / "camus", "4CH", 64, 1.6), "apical")
    still = pieces_of(slices, np.arange(4), config, None)
    areas = (slices.values == 1).sum(axis=(1, 2)) * 1.6**2
    np.testing.assert_allclose((still.maps.numpy() == 1).sum(axis=(1, 2)) * 3.5**2, areas, rtol=0.12)
    drawn = np.argwhere(still.maps[0].numpy() > 0).mean(axis=0)
    np.testing.assert_allclose(drawn, 15.5, atol=0.6)
    assert still.known.tolist() == slices.known.tolist() and slices.known[:, [1, 2, 4]].all()
    one, other = (JointBatches(slices, config)[3] for _ in range(2))
    assert torch.equal(one.images, other.images) and torch.equal(one.maps, other.maps)
    assert not torch.equal(one.maps, JointBatches(slices, config)[4].maps)
    assert one.images.mean((1, 2)).abs().max() < 1e-4 and one.images.shape == (8, 32, 32)


def test_the_patients_of_sunnybrook_are_those_of_the_benchmark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = camus_cases(write_camus(tmp_path / "camus", 4), "4CH", 64, 1.6)
    monkeypatch.setattr(module, "imaged_stacks", lambda folder: iter(made))
    monkeypatch.setattr(module, "TRAINING_PATIENTS", ("patient0001",))
    monkeypatch.setattr(module, "patients_of", lambda folder, final: ("patient0004",) if final else ("patient0003",))
    data = {"kind": "sunnybrook", "folder": str(tmp_path)}
    parts = parts_of(read_config(config_file(tmp_path, data=data)))
    assert {case.patient for case in parts.training} == {"patient0001"}
    assert {case.patient for case in parts.calibration} == {"patient0003"}  # never those held out


def test_a_single_patient_cannot_calibrate_himself(tmp_path: Path) -> None:
    write_camus(tmp_path / "camus", 1)
    with pytest.raises(InputError, match="images of one patient"):
        parts_of(read_config(config_file(tmp_path)))


def test_the_shipped_config_is_valid_and_mistakes_are_named(tmp_path: Path) -> None:
    config = read_config(CONFIGS / "segmentation-uncertainty.yaml")
    assert config.view == "short-axis" and config.structures == ("lv", "myo") and config.bundle is not None
    with pytest.raises(InputError, match=r"grid 40 cannot be halved 4 times.*network.channels"):
        read_config(config_file(tmp_path, grid=40, network={}))
