"""A heart training from its YAML to a bundle that places hearts, and its continuation after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import PHASES
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.heart.labels.label_map import parse_labels
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart.bank import write_heart_shard
from GenerativeModelsLib.training.heart.cohort import read_heart_cohort
from GenerativeModelsLib.training.heart.data import UNLABELLED
from GenerativeModelsLib.training.heart.publish import CALIBRATION_FIRST
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from Testing.helpers.heart_phantoms import bullet, voxelised, write_label_map

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    for seed in (0, 900_000, CALIBRATION_FIRST):
        write_heart_shard(seed, folder, per_class=30)
    return folder


def config_file(folder: Path, bank: Path, **fields) -> Path:
    given = {
        "model": "heart-lvae",
        "output": str(folder / "out"),
        "bank": {"folder": str(bank), "shards": 1, "validation_shards": 1, "workers": 0},
        "network": NETWORK,
        "epochs": 1,
        "items_per_epoch": 32,
        "batch_size": 16,
    }
    path = folder / "heart.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_a_training_ends_in_a_bundle_and_is_resumed(tmp_path: Path, bank: Path) -> None:
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1", "calibration_cases": 60}
    assert train(config_file(tmp_path, bank, bundle=bundle), **OPTIONS) == tmp_path / "bundle"
    weights = load_file(tmp_path / "out" / "heart.safetensors")
    assert {name.split(".")[0] for name in weights} == {"lvae", "vae"}
    model = load_heart_model(tmp_path / "bundle")
    placed = model.place(tiny_hearts()[0])
    assert placed.z_top.shape == (80, 2)
    manifest = model.manifest
    assert manifest.architecture["lvae"].parameters["groups"] == PHASES == len(model.net.absent)
    assert manifest.in_distribution["error_weighting"] == "mm"
    assert set(manifest.validation["simulated"]) == {"lvae", "vae"}
    table = manifest.calibration["hcm_probability"]["both phases"]["reliability"]
    assert max(row["count"] for row in table) - min(row["count"] for row in table) <= 1
    card = (tmp_path / "bundle" / "CARD.md").read_text()
    assert "Research use only" in card and "| mean probability |" in card and "| LVAE | VAE |" in card

    train(config_file(tmp_path, bank, epochs=2), **OPTIONS)
    checkpoint = torch.load(last_checkpoint(tmp_path / "out"), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (1, 4)
    later = load_file(tmp_path / "out" / "heart.safetensors")
    assert torch.equal(later["lvae.modes"], weights["lvae.modes"])
    assert not torch.equal(later["lvae.expand.1.weight"], weights["lvae.expand.1.weight"])


def test_the_same_seed_trains_the_same_weights(tmp_path: Path, bank: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        train(config_file(tmp_path / name, bank, baseline=False), **OPTIONS)
    one, other = (load_file(tmp_path / name / "out" / "heart.safetensors") for name in ("a", "b"))
    assert not any(name.startswith("vae.") for name in one)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    for phase, shape in (("ed", bullet()), ("es", bullet(radius_mm=18.0, length_mm=70.0, wall_mm=13.0))):
        write_label_map(voxelised(shape, spacing_mm=(2.0, 2.0, 2.0)), folder / f"{phase}.nii.gz")
    return folder


def test_own_hearts_join_the_training(tmp_path: Path, bank: Path, maps: Path) -> None:
    table = maps / "own.csv"
    table.write_text("case,ed,es,labels,condition\na,ed.nii.gz,es.nii.gz,acdc,healthy\nb,ed.nii.gz,es.nii.gz,,\n")
    hearts = read_heart_cohort(table)
    assert hearts.label.tolist() == [0, UNLABELLED]
    assert hearts.rays.cavity_ml[0, 0] == pytest.approx(bullet().cavity_ml, rel=0.05)
    train(config_file(tmp_path, bank, cohort={"table": str(table), "share": 0.25}), **OPTIONS)
    assert (tmp_path / "out" / "heart.safetensors").is_file()


def test_bad_rows_of_own_hearts_are_named_together(maps: Path) -> None:
    table = maps / "bad.csv"
    table.write_text("case,ed,es,labels,condition\na,ed.nii.gz,no.nii.gz,acdc,\nb,ed.nii.gz,es.nii.gz,acdc,ill\n")
    with pytest.raises(InputError) as caught:
        read_heart_cohort(table)
    assert "2 of the 2 rows" in str(caught.value) and "condition is 'ill'" in str(caught.value)
    assert parse_labels("acdc").lv == 3
