"""Pictures and target maps for the locator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from GenerativeModelsLib.evaluation.data.hc18 import LEAST_HC_MM, Hc18Case
from GenerativeModelsLib.skull.locate.locator import LOCATOR_SIZE, PLANES, read_maps
from GenerativeModelsLib.skull.locate.window import whole_picture
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.training.skull import locator_data
from GenerativeModelsLib.training.skull.bank import Shard, shard_path
from GenerativeModelsLib.training.skull.locator_data import (
    MAP_SIZE,
    ZOOM_SD,
    LocatorData,
    ellipse_maps,
    head_maps,
    jitter_grey,
    jittered_window,
)
from Testing.helpers.painted import LEVELS, SPACING, shard_files


@pytest.fixture(scope="module")
def shard(painted_bank: Path) -> Shard:
    return Shard.load(shard_path(painted_bank, 0))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Hc18Case:
    """A white ellipse of 100 x 120 pixels of 0.8 mm."""
    from PIL import Image

    ellipse = Ellipse((52.0, 36.0), 26.0, 20.0, 0.5)
    uv = np.stack(np.meshgrid(np.arange(120) * 0.8, np.arange(100) * 0.8), -1) - ellipse.centre
    c, s = np.cos(0.5), np.sin(0.5)
    inside = ((uv @ [c, s]) / 26) ** 2 + ((uv @ [-s, c]) / 20) ** 2 <= 1
    path = tmp_path_factory.mktemp("real") / "a.png"
    Image.fromarray((inside * 200).astype(np.uint8)).save(path)
    return Hc18Case(path, 0.8, ellipse, ellipse.perimeter)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("k", range(3))
def test_maps_lie_on_the_picture_however_the_window_is_moved(shard: Shard, k: int, seed: int) -> None:
    """Mask where the painted picture is lit, halves where it is bright."""
    rng = np.random.default_rng(seed)
    window = jittered_window(shard.images.shape[2:], SPACING, rng)
    mask, first, second = head_maps(shard, 1, k, window, MAP_SIZE)
    grey, inside = window.resample(shard.images[1, k] / 255.0, SPACING, MAP_SIZE)
    lit = (grey > LEVELS[0] / 2) & (inside > 0)
    row, column = (
        np.moveaxis(window.to_picture(window.pixel_centres(MAP_SIZE)), -1, 0)[::-1] / np.array(SPACING)[:, None, None]
    )
    lit &= ~((row < 11) & (column < 11))  # the painted mark in the corner
    seen = (mask > 0) & (inside > 0)
    assert 2 * (lit & seen).sum() / (lit.sum() + seen.sum()) > 0.95
    deep = seen & (np.abs(grey[..., None] - LEVELS).min(-1) < 0.02)
    level = np.abs(grey[..., None] - LEVELS).argmin(-1)[deep]
    assert np.mean(second[deep] == level % 2) > 0.95
    assert np.mean(first[deep] == (level % 2 if PLANES[k] == "coronal" else level // 2)) > 0.95


@pytest.mark.parametrize("k", range(3))
def test_perfect_maps_are_read_as_the_head(shard: Shard, k: int) -> None:
    """Targets and their reading (`read_maps`) agree on which half is which."""
    window = whole_picture(shard.images.shape[2:], SPACING)
    found = read_maps(PLANES[k], window, *head_maps(shard, 2, k, window, MAP_SIZE).astype(float), 1.0)
    _, u, v = shard.frames[2, k]
    if PLANES[k] != "coronal":
        assert found.anterior @ [u[1], v[1]] < -0.9
    if PLANES[k] != "axial":
        assert found.superior @ [u[2], v[2]] > 0.9


def test_an_annotated_ellipse_and_its_axis() -> None:
    ellipse, window = Ellipse((50.0, 40.0), 30.0, 22.0, 0.7), whole_picture((100, 130), (0.8, 0.8))
    mask, half, other = ellipse_maps(ellipse, window, 160).astype(float)
    found = read_maps("axial", window, mask, half, other, 1.0)
    np.testing.assert_allclose(found.ellipse.centre, ellipse.centre, atol=0.3)
    assert (found.ellipse.semi_major, found.ellipse.semi_minor) == pytest.approx((30, 22), rel=0.02)
    assert found.anterior @ [np.cos(0.7), np.sin(0.7)] == pytest.approx(1, abs=1e-3)


def test_windows_vary_and_stay_squares(rng: np.random.Generator) -> None:
    windows = [jittered_window((100, 130), SPACING, rng) for _ in range(60)]
    for w in windows:
        np.testing.assert_allclose([w.right @ w.right, w.down @ w.down, w.right @ w.down], [1, 1, 0], atol=1e-12)
    assert 15 < sum(w.mirrored for w in windows) < 45
    half = whole_picture((100, 130), SPACING).half_width_mm
    assert 0.05 < np.std([np.log(w.half_width_mm / half) for w in windows]) < 0.3


def test_grey_values_stay_in_range_and_black_outside(rng: np.random.Generator) -> None:
    image, inside = rng.random((40, 40)).astype(np.float32), np.ones((40, 40), np.float32)
    inside[:, :7] = 0
    for _ in range(20):
        found = jitter_grey(image.copy(), inside, rng)
        assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1.25 and found[:, :7].max() == 0


def data(painted_bank: Path, real: list[Hc18Case], seed: int = 3) -> LocatorData:
    return LocatorData(shard_files(painted_bank)[:1], real, 50, seed)


def test_an_item_is_its_number(painted_bank: Path, real: Hc18Case) -> None:
    one, same, other = data(painted_bank, [real])[17], data(painted_bank, [real])[17], data(painted_bank, [real])[18]
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["image"], other["image"])
    assert not torch.equal(one["image"], data(painted_bank, [real], seed=4)[17]["image"])
    assert len(data(painted_bank, [])) == 50


def test_items_of_every_kind_come_and_say_what_is_known(painted_bank: Path, real: Hc18Case) -> None:
    kinds = {"simulated": 0, "negative": 0, "real": 0}
    source = data(painted_bank, [real])
    for i in range(60):
        item = source[i]
        assert item["image"].shape == item["inside"].shape == (LOCATOR_SIZE, LOCATOR_SIZE)
        assert item["targets"].shape == (3, MAP_SIZE, MAP_SIZE) and item["targets"].dtype == torch.float32
        present, known = bool(item["present"]), bool(item["known"])
        kind = "simulated" if known else "real" if present else "negative"
        kinds[kind] += 1
        assert (item["targets"][0].sum() > 0) == present
        assert kind != "real" or item["plane"] == 0
    assert all(count >= 3 for count in kinds.values()), kinds


def test_without_real_pictures_simulated_ones_take_their_place(painted_bank: Path) -> None:
    source = data(painted_bank, [])
    items = [source[i] for i in range(30)]
    assert all(bool(item["known"]) == bool(item["present"]) for item in items)


def test_small_heads_are_half_of_the_real_pictures(
    painted_bank: Path, real: Hc18Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few there are; without any, the large ones are all."""
    small = replace(real, hc_mm=LEAST_HC_MM - 1, ellipse=replace(real.ellipse, semi_major=22.0))
    source = data(painted_bank, [*[replace(real, hc_mm=LEAST_HC_MM)] * 7, small])
    drawn = []
    monkeypatch.setattr(locator_data, "ellipse_maps", lambda e, w, n: drawn.append(e) or np.zeros((3, n, n)))
    for i in range(100):
        source._real(np.random.default_rng(i))
    monkeypatch.undo()
    assert 0.35 < np.mean([e.semi_major == 22.0 for e in drawn]) < 0.65
    assert data(painted_bank, [small])._real(np.random.default_rng(0))["present"] == 1
    assert data(painted_bank, [replace(small, hc_mm=200.0)])._real(np.random.default_rng(0))["present"] == 1


def test_real_pictures_are_zoomed_more(painted_bank: Path, rng: np.random.Generator) -> None:
    half = whole_picture((100, 130), SPACING).half_width_mm
    for sd in ZOOM_SD.values():
        zooms = [np.log(jittered_window((100, 130), SPACING, rng, sd).half_width_mm / half) for _ in range(400)]
        assert np.std(zooms) == pytest.approx(sd, rel=0.15)
    assert ZOOM_SD["real"] > ZOOM_SD["simulated"]


def test_only_the_given_shards_are_read(painted_bank: Path) -> None:
    source = data(painted_bank, [])
    for i in range(10):
        source[i]
    assert [path.name for path in source.shards.read] == ["shard-000000.npz"]
