"""The whole comparison with tiny models and a few hearts, and what it refuses before it starts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.heart.ablation import run as ablation
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet, HeartSets, simulated_set, with_errors
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ, MEASURES, wall_errors
from GenerativeModelsLib.evaluation.scores.tables import publish
from GenerativeModelsLib.heart.population.bank import heart_shard_path
from GenerativeModelsLib.heart.shape.ray_batch import RayBatch
from Testing.helpers.tiny_hearts import tiny_hearts, write_tiny_heart_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_tiny_heart_bundle(tmp_path / "heart")


@pytest.fixture
def bank(tmp_path: Path, monkeypatch) -> Path:
    """One shard with the hearts of the tiny model."""
    rays, label = tiny_hearts()
    np.savez(heart_shard_path(tmp_path, 0), label=label, **{name: getattr(rays, name) for name in RayBatch.FIELDS})
    monkeypatch.setattr(ablation, "SHARDS", 1)
    return tmp_path


def walls_alone(hearts, models, workers):
    """Stands in for `shapes.shape_errors`, whose distances take a second a heart."""
    rebuilt = {model.name: model.rebuild(hearts.seen) for model in models} | (
        {AS_READ: hearts.seen} if hearts.noisy else {}
    )
    return {name: dict.fromkeys(MEASURES, wall_errors(rays, hearts.truth)[:, 0]) for name, rays in rebuilt.items()}


@pytest.fixture
def few_hearts(monkeypatch, tmp_path: Path) -> None:
    simulated = simulated_set(2, 3)
    patients = HeartSet("patients", simulated.seen, simulated.truth, np.array(["NOR", "HCM"]), refused={})
    people = HeartSet("people", simulated.seen, simulated.truth, np.repeat("real", 2), refused={"one": "It is cut."})
    sets = HeartSets(simulated, with_errors(simulated, 0), people, with_errors(people, 0), patients)
    monkeypatch.setattr(ablation, "heart_sets", lambda *_: sets)
    monkeypatch.setattr(ablation, "shape_errors", walls_alone)
    monkeypatch.setattr(ablation, "diagnosed_set", lambda *_: sets.simulated_noisy)
    monkeypatch.setattr(ablation, "read_acdc", lambda folder: [])
    monkeypatch.setattr(ablation, "_files", lambda data, name: [])
    monkeypatch.setattr(ablation, "load_rival", lambda folder, ladder: ladder)


def test_all_models_see_the_same_hearts_and_the_document_says_what_made_it(bundle, bank, few_hearts, tmp_path, capsys):
    found = ablation.run(bundle, bundle, bank, tmp_path, 4, 0, 1, tmp_path / "out")
    publish("heart-ablation", found, tmp_path / "out")
    text = capsys.readouterr().out
    assert (tmp_path / "out" / ablation.PICTURE).is_file()
    figures = json.loads((tmp_path / "out" / "heart-ablation.json").read_text())
    assert {name: model["numbers"] for name, model in figures["models"].items()} == {
        "Ladder VAE": 20,
        "VAE": 20,
        "PCA of 20": 20,
        "PCA of 20, regression": 20,
        "Ladder VAE, upper levels (8)": 8,
        "PCA of 8": 8,
        "PCA of 8, regression": 8,
    }
    assert list(figures["hcm"]) == ["simulated, label errors: hcm against healthy, 2", "patients: HCM against NOR, 2"]
    assert list(figures["alarms"]) == ["people"] and figures["sets"]["people"]["refused"] == {"one": "It is cut."}
    same = figures["sets"]["simulated"]["against_ladder"]["VAE"]["dice_ed"]
    assert same["difference"] == 0 and same["subjects"] == 2  # here both are the same net
    assert figures["seeds"]["shapes"] == 7_300_000 and set(figures["data"]) == {"bank", "acdc_labels", "lv_cap"}
    assert set(figures["weights_sha256"]) == {"lvae", "vae"} and "commit" in figures
    for title in ("Models", "Rebuilt hearts", "Against the heart as read", "With abstention", "Predictive values"):
        assert f"### {title}" in text
    assert "| people | top level of the Ladder VAE |" in text


def test_without_the_vae_or_the_bank_the_training_is_named(bundle, bank, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"vae does not exist: train the VAE .* `make train-heart`"):
        ablation.run(bundle, tmp_path / "vae", bank, tmp_path, 4, 0, 1, None)
    monkeypatch.setattr(ablation, "load_rival", lambda folder, ladder: ladder)
    with pytest.raises(InputError, match=r"hearts-000000\.npz does not exist: make the bank by `make train-heart`"):
        ablation.run(bundle, bundle, tmp_path / "nothing", tmp_path, 4, 0, 1, None)


def test_a_bank_of_other_hearts_is_refused(bundle, bank, few_hearts, tmp_path):
    rays, label = tiny_hearts()
    larger = {name: 1.2 * getattr(rays, name) for name in RayBatch.FIELDS}
    np.savez(heart_shard_path(bank, 0), label=label, **{k: np.asarray(v) for k, v in larger.items()})
    with pytest.raises(InputError, match="is of another population than the Ladder VAE"):
        ablation.run(bundle, bundle, bank, tmp_path, 4, 0, 1, None)
