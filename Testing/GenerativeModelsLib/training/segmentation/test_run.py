"""Trainings of label maps from their YAML to a bundle that encodes, decodes and is judged; and their continuation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

pytest.importorskip("lightning")

from GenerativeModelsLib.benchmarks.run import run as run_benchmark
from GenerativeModelsLib.evaluation.segmentation import label_model as benchmark
from GenerativeModelsLib.evaluation.segmentation import label_scores
from GenerativeModelsLib.segmentation.criteria.single import broken_criteria
from GenerativeModelsLib.segmentation.label_model import load_label_model
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.training.run import train
from GenerativeModelsLib.training.segmentation import bank, run
from GenerativeModelsLib.training.shared.trainer import last_checkpoint
from Testing.helpers.tiny_labels import GRID, NETWORK, TINY_PIXEL_MM, ring_maps, ring_sequences

OPTIONS = {"num_sanity_val_steps": 0, "enable_progress_bar": False, "accelerator": "cpu"}


def real_slices(folder: Path) -> list[LabelSequence]:
    """Six patients whose right ventricle is not labelled, and at end systole not the wall either."""
    known = np.stack([known_codes("short-axis", "lv", "myo"), known_codes("short-axis", "lv")])
    found = []
    for number, sequence in enumerate(ring_sequences(6, 2, 9)):
        values = np.where(sequence.values == 3, 0, sequence.values)
        values[1] = np.where(values[1] == 1, 1, 0)
        found.append(replace(sequence, values=values, known=known, subject=f"P{number}"))
    return found


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rings in place of the population and of Sunnybrook."""

    def cycles(view: str, hearts: int, seed: int, frames: int = 3, **grid) -> list[LabelSequence]:
        return [replace(s, subject=f"{seed}-{s.subject}") for s in ring_sequences(hearts, frames, seed)]

    for module in (bank, benchmark):
        monkeypatch.setattr(module, "simulated_cycles", cycles)
    monkeypatch.setattr(label_scores, "RANDOM", 10)
    monkeypatch.setattr(label_scores, "BASES", 2)
    for module in (run, benchmark):
        monkeypatch.setattr(module, "sunnybrook_slices", real_slices)


def config_file(folder: Path, model: str = "ar-vae", **fields) -> Path:
    given = {
        "model": model,
        "output": str(folder / "out"),
        "bank": {"folder": str(folder / "bank"), "shards": 2, "validation_shards": 1, "workers": 1},
        "hearts_per_shard": 12, "frames": 3, "grid": GRID, "pixel_mm": TINY_PIXEL_MM, "network": NETWORK,
        "epochs": 1, "items_per_epoch": 32, "batch_size": 16, "codes": 40, "valid_codes": 3,
    }  # fmt: skip
    path = folder / "labels.yaml"
    path.write_text(yaml.safe_dump(given | fields))
    return path


def test_a_training_ends_in_a_bundle_that_a_benchmark_reads(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1"}
    asked = config_file(tmp_path, bundle=bundle, sunnybrook=str(tmp_path), sunnybrook_share=0.25)
    assert train(asked, **OPTIONS).folder == tmp_path / "bundle"
    model = load_label_model(tmp_path / "bundle")
    assert (model.objective, model.view, model.grid) == ("ar-vae", "short-axis", GRID)
    assert model.codes.shape == (40 + 3, 8)  # end systoles of Sunnybrook lack the wall, and half of the patients
    assert 0.05 <= model.bandwidth <= 2 and model.centre.shape == (8,)
    maps = ring_maps(3)
    codes = model.encode(maps)
    assert codes.shape == (3, 8) and model.decode(codes).shape == maps.shape
    assert all(not broken_criteria(v, model.pixel_mm, model.view) for v in model.decode(model.valid))
    manifest = model.manifest
    assert manifest.kind == "heart-label-maps" and manifest.training_population["real_maps"] == 6
    assert set(manifest.calibration) >= {"valid_share", "acceptance", "beyond_bound"}
    card = (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "Research use only" in card and "| lv_area_mm2 |" in card and str(tmp_path) not in card

    (tmp_path / "slices.npz").touch()
    shown = tmp_path / "shown"
    asked = {"cases": 4, "model": tmp_path / "bundle", "data": tmp_path, "output": shown}
    run_benchmark("label-model", **asked)
    table = capsys.readouterr().out
    assert "Sunnybrook" not in table and "| epi_centre_y_mm |" in table and "| codes, snake | lv |" in table
    found = json.loads((shown / "label-model.json").read_text(encoding="utf-8"))
    assert found["hearts"] == 4 and found["weights_sha256"] == manifest.sha256
    run_benchmark("label-model", final=True, **asked)
    assert "Sunnybrook, held out | lv" in capsys.readouterr().out, "held-out patients are read with final alone"
    final = json.loads((shown / "label-model-final.json").read_text(encoding="utf-8"))
    assert {name: each["maps"] for name, each in final["outside"].items()} == {
        "simulated": found["maps"], "Sunnybrook, held out, end diastole": 3,
    }  # fmt: skip
    assert (shown / "label-model.png").stat().st_size > 10_000


def test_a_training_goes_on_from_its_checkpoint_and_keeps_its_scale(tmp_path: Path) -> None:
    train(config_file(tmp_path, "constrained-vae"), **OPTIONS)
    first = load_file(tmp_path / "out" / "labels.safetensors")
    train(config_file(tmp_path, "constrained-vae", epochs=2), **OPTIONS)
    checkpoint = torch.load(last_checkpoint(tmp_path / "out"), weights_only=True)
    assert (checkpoint["epoch"], checkpoint["global_step"]) == (1, 4)
    later = load_file(tmp_path / "out" / "labels.safetensors")
    assert torch.equal(first["centre"], later["centre"]) and first["scale"].min() > 0
    assert not torch.equal(first["net.logits.0.weight"], later["net.logits.0.weight"])
    assert json.loads((tmp_path / "out" / "training.json").read_text())["config"]["model"] == "constrained-vae"


def test_the_same_seed_trains_the_same_weights(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        train(
            config_file(tmp_path / name, bank={"folder": str(tmp_path / "bank"), "shards": 1, "workers": 1}), **OPTIONS
        )
    one, other = (load_file(tmp_path / name / "out" / "labels.safetensors") for name in ("a", "b"))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_constrained_bundle_reads_the_share_of_the_cavity(tmp_path: Path) -> None:
    bundle = {"output": str(tmp_path / "bundle"), "name": "tiny", "version": "1"}
    train(config_file(tmp_path, "constrained-vae", bundle=bundle), **OPTIONS)
    model = load_label_model(tmp_path / "bundle")
    share = model.share(model.codes)
    slope = model.net.neuron.weight[0].double().numpy() * model.scale[-1]
    np.testing.assert_allclose(share - share[0], (model.codes - model.codes[0]) @ slope, atol=1e-5)
    assert "by the neuron" in (tmp_path / "bundle" / "CARD.md").read_text(encoding="utf-8")
    assert "neuron" in model.manifest.validation["simulated"]


def test_patients_and_hearts_are_in_one_part_alone(tmp_path: Path) -> None:
    from GenerativeModelsLib.training.config import read_config
    from GenerativeModelsLib.training.shared.progress import Stages

    config = read_config(config_file(tmp_path, sunnybrook=str(tmp_path)))
    parts = run.population_of(config, Stages())
    subjects = [set(part.subject.tolist()) for part in parts]
    assert all(subjects) and len(set.union(*subjects)) == sum(map(len, subjects))
