"""Simulated cases on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.skull.population.heads import VARIANTS
from GenerativeModelsLib.training.skull import bank
from GenerativeModelsLib.training.skull.bank import (
    PICTURE_SIZE,
    Shard,
    fill_bank,
    shard_path,
    shards,
    simulate_shard,
    write_shard,
)


@pytest.fixture(scope="module")
def shard() -> Shard:
    return simulate_shard(7, cases=1, negatives=1)


def test_a_shard_holds_what_it_says(shard: Shard) -> None:
    height, width = PICTURE_SIZE
    assert shard.images.shape == (1, 3, height, width) and shard.images.dtype == np.uint8
    assert shard.negatives.shape == (1, height, width) and shard.negatives.dtype == np.uint8
    assert shard.spacing.shape == (1, 3, 2) and (shard.spacing > 0).all()
    assert shard.frames.shape == (1, 3, 3, 3) and shard.log_radius.shape == (1, 65, 128)
    axes = shard.frames[0, :, 1:]
    np.testing.assert_allclose(np.einsum("kij,klj->kil", axes, axes), np.broadcast_to(np.eye(2), (3, 2, 2)), atol=1e-5)
    assert 0 <= shard.variant[0] < len(VARIANTS) and 16 <= shard.weeks[0] <= 38
    outline = shard.head(0).axial_outline()
    around = np.linalg.norm(outline - np.roll(outline, 1, axis=0), axis=1).sum()
    assert around == pytest.approx(shard.hc_mm[0], rel=0.01)


def test_the_same_seed_gives_the_same_bits_and_another_one_another_head(shard: Shard) -> None:
    again, other = simulate_shard(7, cases=1, negatives=1), simulate_shard(8, cases=1, negatives=0)
    for name in Shard.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(shard, name), err_msg=name)
    assert other.hc_mm[0] != shard.hc_mm[0]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, shard: Shard) -> list[int]:
    """Replaces the simulation; returns the list of requested seeds."""
    asked: list[int] = []

    def simulate(seed: int) -> Shard:
        asked.append(seed)
        return replace(shard, hc_mm=np.array([seed], np.float32))

    monkeypatch.setattr(bank, "simulate_shard", simulate)
    return asked


def test_what_is_written_is_read_and_not_made_again(tmp_path: Path, quick: list[int], shard: Shard) -> None:
    path = write_shard(tmp_path / "new", 12)
    assert path == shard_path(tmp_path / "new", 12) and path.name == "shard-000012.npz"
    read = Shard.load(path)
    np.testing.assert_array_equal(read.images, shard.images)
    assert read.hc_mm[0] == 12
    assert write_shard(tmp_path / "new", 12) == path and quick == [12]


def test_a_bank_grows_and_is_listed_by_seed(tmp_path: Path, quick: list[int]) -> None:
    fill_bank(tmp_path, range(3, 6))
    fill_bank(tmp_path, range(1, 5))
    assert quick == [3, 4, 5, 1, 2]
    assert [p.name for p in shards(tmp_path)] == [f"shard-{seed:06d}.npz" for seed in range(1, 6)]
    assert [p.name for p in shards(tmp_path, range(2, 4))] == ["shard-000002.npz", "shard-000003.npz"]


def test_a_shard_half_written_is_no_shard(tmp_path: Path, quick: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(path: Path, **arrays: np.ndarray) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(bank.np, "savez", breaks)
        with pytest.raises(OSError, match="disk full"):
            write_shard(tmp_path, 3)
    assert not list(tmp_path.iterdir()) and shards(tmp_path) == []
    assert Shard.load(write_shard(tmp_path, 3)).hc_mm[0] == 3
