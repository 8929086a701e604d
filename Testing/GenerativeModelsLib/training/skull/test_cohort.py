"""Own cohorts from the table to trained weights, with painted planes and tiny networks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.heads import sample_heads
from GenerativeModelsLib.skull.shape import from_labels
from GenerativeModelsLib.training.skull import cohort, own_case, readings
from GenerativeModelsLib.training.skull.bank import shard_path
from GenerativeModelsLib.training.skull.cohort import OwnCohort, OwnReadings, read_own_cohort, report_cohort
from GenerativeModelsLib.training.skull.config import CohortConfig, SkullTrainingConfig
from GenerativeModelsLib.training.skull.data import SkullData
from GenerativeModelsLib.training.skull.field_basis import mirror_matrix
from GenerativeModelsLib.training.skull.module import SkullTraining
from GenerativeModelsLib.training.skull.readings import Readings, read_shard
from Testing.helpers.cohorts import painted_views, write_cohort
from Testing.helpers.label_maps import write_ellipsoid
from Testing.helpers.painted import painted_shard, seeing_nets
from Testing.helpers.tiny_models import (
    NETWORK,
    tiny_basis,
    tiny_locator,
    tiny_reader,
    tiny_skull,
    write_tiny_bundle,
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """All networks read painted planes, the simulator is replaced by painting, and heads are read coarsely."""
    monkeypatch.setattr(from_labels, "VOXELS", 100)
    for module in (cohort, readings):
        monkeypatch.setattr(module, "load_reader", lambda *folders: seeing_nets())
    monkeypatch.setattr(own_case, "simulated_views", painted_views)


def save(net: torch.nn.Module, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
    return path


@pytest.fixture
def make(tmp_path: Path, table: Path, painted: None):
    """The readings of a cohort, by part."""
    save(tiny_locator(), tmp_path / "locator" / "locator.safetensors")
    save(tiny_reader(), tmp_path / "reader" / "reader.safetensors")
    basis = save(tiny_basis(), tmp_path / "basis.safetensors")

    def made(cohort: CohortConfig) -> OwnCohort:
        config = SkullTrainingConfig(
            model="HiRecCVAE",
            output=tmp_path / "run",
            bank={"folder": tmp_path, "workers": 1},
            locator=tmp_path / "locator",
            reader=tmp_path / "reader",
            cohort=cohort,
        )
        return read_own_cohort(config, basis)

    return made


def test_readings_come_by_part_and_are_listed(make, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    own = make(CohortConfig(table=table, views=3))
    heads = own.heads
    assert heads["train"].counts.tolist() == [3, 1] and heads["calibration"].counts.tolist() == [3] and len(heads) == 2
    assert np.isnan(heads["train"].readings.poses[3]).all() and np.isfinite(heads["train"].readings.poses[:3]).all()
    assert own.pictures == {}
    with (tmp_path / "run" / "own-cases.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["case"], row["part"], row["pictures"], row["readings"]) for row in rows] == [
        ("p0", "train", "simulated", "3"),
        ("p1", "train", "own", "1"),
        ("p2", "calibration", "simulated", "3"),
        ("p3", "test", "simulated", "0"),
    ]
    assert float(rows[0]["hc_mm"]) == pytest.approx(271.3, abs=2) and float(rows[0]["basis_error_mm"]) > 0
    assert not capsys.readouterr().err
    report_cohort(CohortConfig(table=table, views=3), tmp_path / "run")
    said = capsys.readouterr().err
    assert "4 cases. Parts by the column part of the table: train 2, calibration 1, test 1." in said
    assert "own-cases.csv lists every case" in said


def test_what_was_made_is_used_again_until_something_changes(make, tmp_path: Path) -> None:
    write_ellipsoid(tmp_path / "p.nii.gz")
    (tmp_path / "t.csv").write_text("case,label_map,part\np,p.nii.gz,train\n")
    folder = tmp_path / "run" / "own-readings"
    make(CohortConfig(table=tmp_path / "t.csv", views=1))
    (first,) = folder.glob("*.npz")
    stamp = first.stat().st_mtime_ns
    make(CohortConfig(table=tmp_path / "t.csv", views=1))
    assert list(folder.glob("*.npz")) == [first] and first.stat().st_mtime_ns == stamp
    make(CohortConfig(table=tmp_path / "t.csv", views=2))
    assert len(list(folder.glob("*.npz"))) == 2


def test_a_picture_moved_to_another_plane_is_read_again(make, table: Path, tmp_path: Path) -> None:
    for plane in ("sagittal", "coronal"):
        line = f"{table.parent}/p1.nii.gz,{table.parent}/p1-axial.mha,{table.parent}/p1-sagittal.mha"
        (tmp_path / "t.csv").write_text(f"case,label_map,axial,{plane},part\np1,{line},train\n")
        own = make(CohortConfig(table=tmp_path / "t.csv", views=1))
        assert own.heads["train"].readings.present[0].tolist() == [True, plane == "sagittal", plane == "coronal"]


def test_all_bad_rows_are_said_before_anything_is_trained(make, tmp_path: Path) -> None:
    write_ellipsoid(tmp_path / "mm.nii.gz")
    write_ellipsoid(tmp_path / "cm.nii.gz", (3.8, 4.8, 4.0), spacing=(0.2, 0.2, 0.2))
    (tmp_path / "text.nii.gz").write_text("no image")
    (tmp_path / "t.csv").write_text("case,label_map\ngood,mm.nii.gz\nsmall,cm.nii.gz\ntext,text.nii.gz\n")
    with pytest.raises(InputError, match=r"2 of the 3 rows of .*t\.csv") as caught:
        make(CohortConfig(table=tmp_path / "t.csv", views=1))
    message = str(caught.value)
    assert "row 2 (case 'small')" in message and "cm.nii.gz has a head circumference of 27 mm" in message
    assert "row 3 (case 'text')" in message and "text.nii.gz cannot be read" in message


def one_reading_each(heads: int, seed: int, poses: float | None = None) -> Readings:
    sampled = sample_heads(heads, seed)
    sizes = [head.hc_mm / (2 * np.pi) for head in sampled]
    shard = painted_shard([head.shape for head in sampled], sizes, np.random.default_rng(seed))
    found = read_shard(shard, seeing_nets(), tiny_basis())
    return found if poses is None else Readings(**{**vars(found), "poses": np.full_like(found.poses, poses)})


def test_own_cases_fill_their_share_of_every_batch() -> None:
    bank = one_reading_each(6, 1)
    own = OwnReadings(one_reading_each(3, 2, np.nan), np.array([2, 1]))
    data = SkullData(bank, None, None, mirror_matrix(tiny_basis()), 8, 0, 0, own, 3)
    for number in range(5):
        batch = data[number]
        assert batch.origin.isfinite().all(-1).all(-1).tolist() == [True] * 5 + [False] * 3
    without = SkullData(bank, None, None, mirror_matrix(tiny_basis()), 8, 0, 0)
    assert without[0].origin.isfinite().all()


def test_each_own_head_is_drawn_alike(rng: np.random.Generator) -> None:
    own = OwnReadings(one_reading_each(3, 2), np.array([2, 1]))
    index = own.draw(rng, 4000)
    assert np.bincount(index) / 4000 == pytest.approx([0.25, 0.25, 0.5], abs=0.03)


def test_unknown_poses_leave_finite_losses_and_gradients() -> None:
    own = OwnReadings(one_reading_each(3, 2, np.nan), np.array([2, 1]))
    data = SkullData(None, None, None, mirror_matrix(tiny_basis()), 4, 0, 0, own, 4)
    module = SkullTraining("HiRecCVAE", NETWORK, tiny_basis(), data.x_scale(), 1e-3, 10, 0.0, 0.01, 1.0)
    found = module.losses(data[0], torch.Generator().manual_seed(1), 1.0)
    found["loss"].backward()
    assert all(value.isfinite() for value in found.values()) and found["pose"] == 0
    assert all(p.grad.isfinite().all() for p in module.net.parameters() if p.grad is not None)


@pytest.mark.slow
def test_from_a_table_and_a_bundle_to_weights(tmp_path: Path, table: Path, painted: None) -> None:
    """Two steps of fine-tuning by one config; a second run finds it finished."""
    pytest.importorskip("tensorboard")
    from GenerativeModelsLib.training.run import train

    (tmp_path / "bank").mkdir()
    for seed in (0, 9):
        heads = sample_heads(4, seed)
        sizes = [head.hc_mm / (2 * np.pi) for head in heads]
        shard = painted_shard([head.shape for head in heads], sizes, np.random.default_rng(seed))
        shard.save(shard_path(tmp_path / "bank", seed))
    asked = {
        "model": "HiRecCVAE",
        "output": str(tmp_path / "run"),
        "bank": {
            "folder": str(tmp_path / "bank"),
            "shards": 1,
            "validation_first": 9,
            "validation_shards": 1,
            "workers": 0,
        },
        "start_from": str(write_tiny_bundle(tmp_path / "bundle")),
        "shapes": 0,
        "cohort": {"table": str(table), "share": 0.5, "views": 2},
        "epochs": 1,
        "items_per_epoch": 8,
        "batch_size": 4,
        "kl_warm_up": 0,
    }
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(asked))
    options = {"accelerator": "cpu", "enable_progress_bar": False}
    folder = train(tmp_path / "own.yaml", **options).folder
    trained, start = load_file(folder / "skull.safetensors"), tiny_skull().state_dict()
    assert folder == tmp_path / "run" and trained.keys() == start.keys()
    moved = (trained["members.0.decoder.0.weight"] - start["members.0.decoder.0.weight"]).abs().max()
    assert 0 < moved < 0.01, "two steps leave the weights near those of the bundle"
    again = train(tmp_path / "own.yaml", **options).folder
    assert all(torch.equal(value, trained[name]) for name, value in load_file(again / "skull.safetensors").items())
