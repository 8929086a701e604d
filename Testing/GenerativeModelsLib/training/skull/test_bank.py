"""Simulated cases on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.population.heads import VARIANTS
from GenerativeModelsLib.training.shared.config_parts import BankConfig
from GenerativeModelsLib.training.skull import bank
from GenerativeModelsLib.training.skull.bank import (
    PICTURE_SIZE,
    VERSION,
    Shard,
    fill_bank,
    filled_bank,
    shard_path,
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
    assert 0 <= shard.variant[0] < len(VARIANTS) and 11 <= shard.weeks[0] <= 42
    outline = shard.head(0).axial_outline()
    around = np.linalg.norm(outline - np.roll(outline, 1, axis=0), axis=1).sum()
    assert around == pytest.approx(shard.hc_mm[0], rel=0.01)


def test_outlines_lie_on_the_head_where_the_frames_put_the_pictures(shard: Shard) -> None:
    assert shard.outline.shape == (1, 3, 128, 2)
    for k in range(3):
        origin, u, v = shard.frames[0, k].astype(float)
        right, down = shard.outline[0, k].astype(float).T
        on_head = shard.head(0).implicit(origin + right[:, None] * u + down[:, None] * v)
        assert np.abs(on_head).max() < 0.1
        assert np.hypot(np.ptp(right), np.ptp(down)) > 40


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


@pytest.mark.parametrize("arrays", [{}, {"version": VERSION - 1}, {"version": VERSION + 1}])
def test_a_shard_of_another_version_is_refused(tmp_path: Path, shard: Shard, arrays: dict[str, int]) -> None:
    """Banks of version 1 had no such number; the file is named with the remedy."""
    np.savez(tmp_path / "shard-000001.npz", **vars(shard), **arrays)
    with pytest.raises(InputError, match=r"shard-000001\.npz was simulated by another version.*name another bank"):
        Shard.load(tmp_path / "shard-000001.npz")


def test_a_bank_keeps_its_shards_and_gets_the_missing_ones(tmp_path: Path, quick: list[int]) -> None:
    fill_bank(tmp_path, range(3, 6))
    fill_bank(tmp_path, range(1, 5))
    assert quick == [3, 4, 5, 1, 2]
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"shard-{seed:06d}.npz" for seed in range(1, 6)]


def test_a_filled_bank_has_all_its_shards_before_it_is_returned_and_keeps_those_it_had(
    tmp_path: Path, quick: list[int]
) -> None:
    """The training set must not depend on the speed of the machine."""
    had = write_shard(tmp_path, 6)
    stamp = had.stat().st_mtime_ns
    config = BankConfig(folder=tmp_path, first=5, shards=3, validation_first=90, validation_shards=2, workers=1)
    training, held_out = filled_bank(config)
    assert training == [shard_path(tmp_path, seed) for seed in (5, 6, 7)]
    assert held_out == [shard_path(tmp_path, seed) for seed in (90, 91)]
    assert [int(Shard.load(path).hc_mm[0]) for path in training + held_out] == [5, 6, 7, 90, 91]
    assert quick == [6, 5, 7, 90, 91] and had.stat().st_mtime_ns == stamp
    write_shard(tmp_path, 8)  # of another training: not of this one
    assert filled_bank(config) == (training, held_out) and quick == [6, 5, 7, 90, 91, 8]


def test_a_shard_half_written_is_no_shard(tmp_path: Path, quick: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(path: Path, **arrays: np.ndarray) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(bank.np, "savez", breaks)
        with pytest.raises(OSError, match="disk full"):
            write_shard(tmp_path, 3)
    assert not list(tmp_path.iterdir())
    assert Shard.load(write_shard(tmp_path, 3)).hc_mm[0] == 3
