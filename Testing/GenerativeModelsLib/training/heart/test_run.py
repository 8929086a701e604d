"""A heart training from its YAML to a bundle that places hearts, and its continuation after a stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from GenerativeModelsLib.bundle.bundle import read_bundle
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.heart.infer.code import PHASES
from GenerativeModelsLib.heart.infer.model import load_heart_model
from GenerativeModelsLib.resources import default_bundle
from Testing.helpers.tiny_hearts import NETWORK, tiny_hearts

pytest.importorskip("lightning")

from GenerativeModelsLib.training.heart.bank import write_heart_shard
from GenerativeModelsLib.training.heart.cohort import read_heart_rows, read_hearts, split_sentence
from GenerativeModelsLib.training.heart.config import HeartCohortConfig
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
    assert train(config_file(tmp_path, bank, bundle=bundle), **OPTIONS).folder == tmp_path / "bundle"
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


@pytest.fixture
def table(maps: Path, tmp_path: Path) -> Path:
    """Five subjects of one shape, of six rows; without parts, two subjects are drawn for the test."""
    path = maps / f"{tmp_path.name}.csv"
    rows = [f"h{i},ed.nii.gz,es.nii.gz,,{'healthy' if i else ''},s{min(i, 4)}" for i in range(6)]
    path.write_text("case,ed,es,labels,condition,subject\n" + "\n".join(rows) + "\n")
    return path


def test_own_hearts_join_the_training_and_held_out_ones_do_not(
    tmp_path: Path, bank: Path, maps: Path, table: Path
) -> None:
    config = HeartCohortConfig(table=table)
    rows = read_heart_rows(config)
    test = {row.case for row in rows if row.part == "test"}
    assert len({row.subject for row in rows if row.part == "test"}) == 2 and len(test) in (2, 3)
    done: list[int] = []
    hearts = read_hearts(table, rows, lambda k, n: done.append(k))
    assert len(hearts) == 6 - len(test) and done == list(range(6))
    assert set(hearts.label.tolist()) <= {0, UNLABELLED}
    assert hearts.rays.cavity_ml[0, 0] == pytest.approx(bullet().cavity_ml, rel=0.05)
    assert split_sentence(config).startswith("Parts drawn over 5 subjects with split_seed 0: train")
    others = [read_heart_rows(HeartCohortConfig(table=table, split_seed=seed)) for seed in range(1, 5)]
    assert any(other != rows for other in others)


def test_the_report_compares_the_shipped_model_with_the_new_one(tmp_path: Path, bank: Path, table: Path) -> None:
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1", "calibration_cases": 60, "workers": 1}
    asked = config_file(tmp_path, bank, cohort={"table": str(table), "share": 0.25}, bundle=bundle)
    shown: list[tuple] = []
    folder, report = train(asked, show=lambda *values: shown.append(values), **OPTIONS)
    assert folder == tmp_path / "bundle" and report == tmp_path / "out" / "cohort-report.html"
    found = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    shipped = read_bundle(default_bundle("heart"))
    assert found["anatomy"] == "heart" and found["models"]["before"]["bundle_sha256"] == shipped.checksum
    assert found["held_out"]["subjects"] == 2 and "too few to say" in found["headline"]
    first = found["cases"][0]["values"]
    assert first["dice_ed"]["before"] > 0.8 and 0 <= first["dice_ed"]["after"] <= 1
    measured = {"dice_es", "hausdorff_ed_mm", "distance_es_mm", "edv_error_percent", "mass_error_percent"}
    assert measured < set(first)
    labelled = [case for case in found["cases"] if case["truth"] == "healthy"]
    assert all(0 <= case["values"]["hcm_error"]["before"] <= 1 for case in labelled)
    assert str(tmp_path) not in json.dumps(found) + report.read_text(encoding="utf-8")
    stages = list(dict.fromkeys(text.partition(",")[0] for text, _, _ in shown))
    assert stages == [
        "Reading own hearts", "Simulating hearts", "Measuring hearts", "Training", "Calibrating",
        "Comparing before and after", "done",
    ]  # fmt: skip
    assert [share for _, share, _ in shown] == sorted(share for _, share, _ in shown)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,ed.nii.gz,no.nii.gz,acdc,,", r"no\.nii\.gz does not exist"),
        ("a,ed.nii.gz,es.nii.gz,acdc,ill,", "condition is 'ill'"),
        ("a,ed.nii.gz,es.nii.gz,acdc,,calibration", "part is 'calibration': expected train or test"),
        ("a,ed.nii.gz,,acdc,,", "it has no es"),
        ("a,ed.nii.gz,es.nii.gz,lv=x,,", "lv=x"),
        ("../a,ed.nii.gz,es.nii.gz,,,", "cannot name a folder"),
    ],
)
def test_a_bad_row_of_own_hearts_is_named(maps: Path, line: str, said: str) -> None:
    table = maps / "bad.csv"
    table.write_text(f"case,ed,es,labels,condition,part\n{line}\nb,ed.nii.gz,es.nii.gz,acdc,,\n")
    with pytest.raises(InputError, match=r"1 of the 2 rows of .*bad\.csv cannot be used: row 1") as caught:
        read_heart_rows(HeartCohortConfig(table=table))
    assert caught.match(said)


def test_a_label_map_for_the_test_is_read_before_the_training(maps: Path) -> None:
    table = maps / "late.csv"
    (maps / "text.nii.gz").write_text("no image")
    table.write_text("case,ed,es,part\na,ed.nii.gz,es.nii.gz,train\nb,text.nii.gz,es.nii.gz,test\n")
    with pytest.raises(InputError, match=r"row 2 \(case 'b'\): .*text\.nii\.gz"):
        read_hearts(table, read_heart_rows(HeartCohortConfig(table=table)))
