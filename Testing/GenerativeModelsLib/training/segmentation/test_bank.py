"""Bank of simulated label sequences: each shard made once, and refused when it was made otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightning")

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence
from GenerativeModelsLib.training.segmentation import bank
from GenerativeModelsLib.training.segmentation.bank import Simulation, fill_label_bank, label_shard_path
from GenerativeModelsLib.training.segmentation.config import LabelTrainingConfig
from Testing.helpers.tiny_labels import GRID, TINY_PIXEL_MM, ring_sequences


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seeds that were simulated."""
    seeds: list[int] = []

    def cycles(view: str, hearts: int, seed: int, frames: int, grid: int, pixel_mm: float) -> list[LabelSequence]:
        assert (view, grid, pixel_mm) == ("short-axis", GRID, TINY_PIXEL_MM)
        seeds.append(seed)
        return [replace(s, subject=f"{seed}-{s.subject}") for s in ring_sequences(hearts, frames, seed)]

    monkeypatch.setattr(bank, "simulated_cycles", cycles)
    return seeds


def config_of(folder: Path, **fields) -> LabelTrainingConfig:
    given = {
        "model": "ar-vae", "output": folder, "bank": {"folder": folder / "bank", "shards": 2, "workers": 1},
        "hearts_per_shard": 3, "frames": 2, "grid": GRID, "pixel_mm": TINY_PIXEL_MM,
    }  # fmt: skip
    return LabelTrainingConfig(**given | fields)


def test_a_bank_keeps_its_shards_and_makes_the_missing_ones(tmp_path: Path, made: list[int]) -> None:
    config = config_of(tmp_path)
    first = fill_label_bank(config, config.bank.seeds)
    assert made == [0, 1] and [s.subject for s in first] == ["0-h0", "0-h1", "0-h2", "1-h0", "1-h1", "1-h2"]
    expected = ring_sequences(3, 2, 1)[2]
    np.testing.assert_array_equal(first[-1].values, expected.values)
    np.testing.assert_array_equal(first[-1].known, expected.known)
    assert (first[-1].role, first[-1].view) == (expected.role, expected.view) and first[-1].known.dtype == bool
    label_shard_path(config.bank.folder, "short-axis", 0).unlink()
    fill_label_bank(config, [0, 1, 2])
    assert made == [0, 1, 0, 2]


def test_a_shard_of_another_simulation_is_refused(
    tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(tmp_path)
    fill_label_bank(config, [0])
    with pytest.raises(InputError, match=r"short-axis-000000\.npz was simulated .* delete the folder"):
        fill_label_bank(config_of(tmp_path, frames=3), [0])
    monkeypatch.setattr(bank, "VERSION", bank.VERSION + 1)
    with pytest.raises(InputError, match="another version"):
        fill_label_bank(config, [0])


def test_a_shard_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cycles(**arguments) -> list[LabelSequence]:
        raise RuntimeError("power cut")

    monkeypatch.setattr(bank, "simulated_cycles", cycles)
    config = config_of(tmp_path)
    with pytest.raises(RuntimeError):
        fill_label_bank(config, [0])
    assert not list(tmp_path.rglob("*.npz"))


def test_the_digest_follows_every_argument(tmp_path: Path) -> None:
    plain = Simulation.of(config_of(tmp_path))
    others = [
        replace(plain, **{name: value})
        for name, value in (("view", "apical"), ("hearts", 4), ("frames", 9), ("grid", 48), ("pixel_mm", 2.0))
    ]
    assert len({simulation.digest for simulation in (plain, *others)}) == 6
