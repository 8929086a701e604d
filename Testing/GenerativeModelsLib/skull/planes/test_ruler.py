"""Depth rulers of several styles in drawn pictures, and pictures without any."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.skull.planes.ruler import find_rulers
from Testing.helpers.drawn_over import sector, slanted_ruler, text, upright_ruler

TISSUE = sector(slanted=False)
SECTOR = sector()


@pytest.mark.parametrize("step", [11.0, 17.3, 28.5, 42.2])
@pytest.mark.parametrize(("column", "side"), [(14, 0), (455, 1)])
def test_a_ruler_beside_the_sector_is_measured(column: int, side: int, step: float) -> None:
    """To a small part of a pixel, and its doubt says how small."""
    (found,) = find_rulers(upright_ruler(SECTOR, column, step))
    assert found.tick_px == pytest.approx(step, abs=max(4 * found.sd_px, 0.02)) and found.sd_px < 0.05
    assert found.ticks >= 0.8 * (345 // step) and abs(found.start_px[0] - column) <= 10
    assert found.direction == pytest.approx([0, 1])


@pytest.mark.parametrize("step", [19.4, 33.0])
def test_a_ruler_over_tissue_is_found(step: float) -> None:
    (found,) = find_rulers(upright_ruler(TISSUE, 20, step, grey=255))
    assert found.tick_px == pytest.approx(step, abs=0.05)


def test_black_ticks_over_tissue_are_found() -> None:
    bright = np.clip(TISSUE.astype(int) + 40, 0, 255).astype(np.uint8)
    (found,) = find_rulers(upright_ruler(bright, 2, 24.0, grey=0, lengths=(5, 5, 10)))
    assert found.tick_px == pytest.approx(24, abs=0.05)


def test_a_ruler_along_the_lower_edge_runs_across() -> None:
    (found,) = find_rulers(upright_ruler(SECTOR, 350, 31.0, across=True))
    assert found.tick_px == pytest.approx(31, abs=0.05) and found.direction == pytest.approx([1, 0])


def test_a_ruler_along_the_slanted_side_of_the_sector_is_measured_along_it() -> None:
    start, end = (122.0, 55.0), (20.0, 280.0)
    (found,) = find_rulers(slanted_ruler(SECTOR, start, end, 10))
    assert found.tick_px == pytest.approx(np.hypot(102, 225) / 9, rel=0.01)
    assert abs(found.direction @ np.array([-0.413, 0.911])) > 0.995


def test_a_few_ticks_may_be_hidden() -> None:
    drawn = upright_ruler(SECTOR, 14, 20.0)
    drawn[100:150, :40] = 0
    (found,) = find_rulers(drawn)
    assert found.tick_px == pytest.approx(20, abs=0.03) and found.ticks >= 12


def test_a_ruler_survives_jpeg_and_enlargement() -> None:
    image = Image.fromarray(upright_ruler(SECTOR, 14, 20.0))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    (found,) = find_rulers(np.asarray(Image.open(stream)))
    assert found.tick_px == pytest.approx(20, abs=0.03)
    (found,) = find_rulers(np.asarray(image.resize((720, 540), Image.Resampling.BICUBIC)))
    assert found.tick_px == pytest.approx(30, abs=0.05)


def test_a_large_picture_has_large_ticks() -> None:
    large = np.kron(upright_ruler(SECTOR, 14, 20.0), np.ones((4, 4), np.uint8))
    (found,) = find_rulers(large)
    assert found.tick_px == pytest.approx(80, abs=0.2)


def test_two_rulers_are_two() -> None:
    found = find_rulers(upright_ruler(upright_ruler(SECTOR, 8, 20.0), 460, 33.0))
    assert sorted(round(ruler.tick_px) for ruler in found) == [20, 33]
    found = find_rulers(upright_ruler(upright_ruler(SECTOR, 8, 20.0), 350, 25.0, across=True))
    assert sorted(round(ruler.tick_px) for ruler in found) == [20, 25]


@pytest.mark.parametrize("seed", range(6))
def test_tissue_has_no_ruler(seed: int) -> None:
    assert find_rulers(sector(seed=seed)) == () and find_rulers(sector(seed=seed, slanted=False)) == ()


def test_neither_text_nor_marks_at_odds_are_a_ruler() -> None:
    drawn = SECTOR
    for line, words in enumerate(("SMITH, ANNA", "GA 27w3d", "Th. index 0.4", "MI 0.9", "C5-1", "21 Hz", "Gn 4", "97")):
        drawn, _ = text(drawn, words, (380, 8 + 15 * line))
    assert find_rulers(drawn) == ()
    rng = np.random.default_rng(3)
    for row in rng.integers(0, 350, 14):
        drawn = drawn.copy()
        drawn[row : row + 2, 14:18] = 230
    assert find_rulers(drawn) == ()


def test_five_ticks_are_too_few() -> None:
    drawn = SECTOR.copy()
    for row in range(40, 140, 25):
        drawn[row : row + 2, 14:18] = 230
    assert find_rulers(drawn) == ()


@pytest.mark.parametrize("picture", [np.zeros((64, 64)), np.full((40, 300), 255.0), np.full((64, 64), np.nan)])
def test_empty_pictures_have_none(picture: np.ndarray) -> None:
    assert find_rulers(picture) == ()


def test_a_scale_fits_the_ticks_that_scanners_draw() -> None:
    (found,) = find_rulers(upright_ruler(SECTOR, 14, 20.0))
    assert found.tick_mm((0.25, 0.4)) == pytest.approx(5, rel=0.005)
    assert found.fits((0.25, 9.0), 0.03) and found.fits((0.5, 0.5), 0.03) and found.fits((0.256, 0.25), 0.03)
    assert not found.fits((0.265, 0.265), 0.03) and not found.fits((0.325, 0.25), 0.03)
    (across,) = find_rulers(upright_ruler(SECTOR, 350, 20.0, across=True))
    assert across.tick_mm((9.0, 0.25)) == pytest.approx(5, rel=0.005)
