"""Slices to train image synthesis on: their classes, their patients, and batches of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("lightning")

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import TRAINING_PATIENTS
from GenerativeModelsLib.segmentation.population.sunnybrook_files import read_slices
from GenerativeModelsLib.synthesis.images.classes import CLASSES
from GenerativeModelsLib.training.config import read_config
from GenerativeModelsLib.training.synthesis.cases import TRAINING, VALIDATION, parts_of
from GenerativeModelsLib.training.synthesis.data import SynthesisBatches, squares_of
from Testing.helpers.tiny_images import config_file, grey_file, write_heart, write_imaged

CONFIGS = Path(__file__).parents[4] / "GenerativeModels" / "GenerativeModelsLib" / "training" / "configs"


def test_squares_lie_about_the_heart_with_its_area_and_follow_from_seed_and_number(tmp_path: Path) -> None:
    write_imaged(tmp_path / "data", 3)
    config = read_config(config_file(tmp_path, "spade"))
    slices = parts_of(config).training
    assert len(slices) == 8 and slices.shares.shape[1:] == (40, 40)
    still = squares_of(slices, np.arange(8), config, None)
    drawn = still.classes.numpy()
    cavity = (drawn == CLASSES.index("lv")).sum((1, 2)) * 4.0**2
    radii = np.concatenate([np.sqrt(area / np.pi) for area in (cavity[:4], cavity[4:])])
    assert (np.diff(radii[:4]) < 0).all() and 15 < radii[0] < 26  # from base to apex
    middle = np.argwhere((drawn == 1) | (drawn == 2))[:, 1:].mean(axis=0)
    np.testing.assert_allclose(middle, 15.5, atol=1.0)
    one, other = (SynthesisBatches(slices, config)[5] for _ in range(2))
    assert torch.equal(one.images, other.images) and torch.equal(one.classes, other.classes)
    assert not torch.equal(one.images, SynthesisBatches(slices, config)[6].images)
    assert one.images.min() >= -1 and one.images.max() <= 1


def test_some_squares_have_no_surroundings(tmp_path: Path) -> None:
    write_imaged(tmp_path / "data", 2)
    always, never = (read_config(config_file(tmp_path, "spade", plain_share=share)) for share in (1.0, 0.0))
    slices = parts_of(always).training
    assert SynthesisBatches(slices, always)[0].classes.max() <= 2
    assert (SynthesisBatches(slices, never)[0].classes >= 3).any()


@pytest.mark.real_data
def test_no_patient_of_sunnybrook_that_is_held_out_is_read(shared_data: Path, tmp_path: Path) -> None:
    data = {"kind": "sunnybrook", "folder": str(shared_data)}
    parts = parts_of(read_config(config_file(tmp_path, "spade", data=data)))
    steering = set(read_slices(shared_data / "sunnybrook_slices").patients[::2])
    assert set(parts.training_patients) | set(parts.validation_patients) <= steering
    assert not set(parts.training_patients) & set(parts.validation_patients)
    assert set(TRAINING_PATIENTS) <= set(parts.training_patients)
    assert not {"SC-HF-I-01", "SC-HF-I-04", "SC-HF-I-06"} & {*TRAINING, *VALIDATION}
    assert len(parts.training) == 157


def test_a_folder_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path) -> None:
    config = read_config(config_file(tmp_path, "spade"))
    with pytest.raises(InputError, match="no label maps in a folder labels"):
        parts_of(config)
    write_imaged(tmp_path / "data", 1)
    with pytest.raises(InputError, match="images of one patient"):
        parts_of(config)
    (tmp_path / "data" / "images" / "p0.nii.gz").unlink()
    with pytest.raises(InputError, match=r"style .*p0.nii.gz does not exist"):
        parts_of(config)
    other = write_heart(tmp_path / "other.nii.gz", slices=6)
    grey_file(other, tmp_path / "data" / "images" / "p0.nii.gz")
    with pytest.raises(InputError, match="does not lie on the grid of its label map"):
        parts_of(config)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    write_imaged(tmp_path / "data", 2)
    for part in ("images", "labels"):
        (tmp_path / "data" / part / "p1.nii.gz").rename(tmp_path / "data" / part / "p0.1.nii.gz")
    with pytest.raises(InputError, match="several files whose names up to the first point are p0: give every patient"):
        parts_of(read_config(config_file(tmp_path, "spade")))


@pytest.mark.parametrize("model", ["spade", "cgan", "vqvae", "ldm"])
def test_the_shipped_configs_are_valid(model: str) -> None:
    config = read_config(CONFIGS / f"{model}.yaml")
    assert config.model == model and hasattr(config, "bundle") == (model != "vqvae")


def test_mistakes_of_a_config_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"grid 48 cannot be halved 5 times.*network.channels"):
        read_config(config_file(tmp_path, "spade", grid=48, network={"channels": [4] * 5}))
    with pytest.raises(InputError, match=r"channels holds 12: give multiples of 8"):
        read_config(config_file(tmp_path, "ldm", network={"channels": [8, 12]}))
    folder = {"folder": str(tmp_path), "patients": ["SC-HYP-01"]}
    with pytest.raises(InputError, match=r"patients are those of sunnybrook, and kind is 'folder': leave them out"):
        read_config(config_file(tmp_path, "spade", data={"kind": "folder", **folder}))
    twice = {"kind": "sunnybrook", "folder": str(tmp_path), "patients": ["SC-HYP-01"] * 2}
    with pytest.raises(InputError, match="patients holds one twice"):
        read_config(config_file(tmp_path, "spade", data=twice))
