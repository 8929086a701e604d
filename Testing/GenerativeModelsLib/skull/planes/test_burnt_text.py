"""Text of several sizes and greys in drawn pictures, and pictures without any."""

from __future__ import annotations

import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.skull.planes.burnt_text import Box, find_text, without_text
from Testing.helpers.drawn_over import sector, text, upright_ruler

SECTOR, TISSUE = sector(), sector(slanted=False)
FONTS = [
    None,
    *(
        f"{matplotlib.get_data_path()}/fonts/ttf/{name}.ttf"
        for name in ("DejaVuSans", "DejaVuSansMono-Bold", "STIXGeneral")
    ),
]


def covered(boxes: tuple[Box, ...], drawn: np.ndarray, plain: np.ndarray) -> float:
    """Share of the pixels of the text that boxes cover."""
    written = np.abs(drawn.astype(int) - plain) > 15
    inside = np.zeros(plain.shape, bool)
    for x0, y0, x1, y1 in boxes:
        inside[y0:y1, x0:x1] = True
    return (inside & written).sum() / written.sum()


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize(("size", "grey"), [(10, 255), (12, 120), (16, 200), (28, 140)])
@pytest.mark.parametrize("at", [(8, 8), (180, 190)])
def test_a_name_is_found_beside_and_over_tissue(font: str | None, size: int, grey: int, at: tuple[int, int]) -> None:
    plain = SECTOR if at[0] < 20 else TISSUE // 2 if grey < 150 else TISSUE
    drawn, _ = text(plain, "SMITH, ANNA", at, size=size, grey=grey, font=font)
    found = find_text(drawn)
    assert covered(found, drawn, plain) > 0.97
    assert find_text(without_text(drawn, found)) == ()


@pytest.mark.parametrize("words", ["12/03/2024", "GA 27w3d HC 245.1 mm", "ミュラー様", "Øystein Åkesson", "0815"])
def test_whatever_is_written_is_found(words: str) -> None:
    drawn, _ = text(SECTOR, words, (12, 30), size=15, font=FONTS[1])
    assert covered(find_text(drawn), drawn, SECTOR) > 0.97


def test_short_words_are_found_near_a_longer_line() -> None:
    drawn, _ = text(SECTOR, "Har-intermedia", (360, 10))
    drawn, _ = text(drawn, "97", (440, 26))
    assert covered(find_text(drawn), drawn, SECTOR) > 0.97
    alone, _ = text(SECTOR, "97", (440, 26))
    assert find_text(alone) == ()


def test_lines_of_one_block_become_one_box_and_blocks_apart_stay_apart() -> None:
    drawn = SECTOR
    for row, words in enumerate(("SMITH, ANNA", "01.02.1990", "ID 4711-0815")):
        drawn, _ = text(drawn, words, (8, 8 + 14 * row), size=13)
    drawn, _ = text(drawn, "21 Hz / 12 cm", (380, 330), size=13)
    found = find_text(drawn)
    assert len(found) == 2 and found[0][1] < 40 < found[1][1]


@pytest.mark.parametrize("seed", range(5))
def test_tissue_and_rulers_are_no_text(seed: int) -> None:
    assert find_text(sector(seed=seed)) == () == find_text(sector(seed=seed, slanted=False))
    assert find_text(upright_ruler(sector(seed=seed), 14, 19.0)) == ()
    assert find_text(upright_ruler(sector(seed=seed), 340, 19.0, across=True)) == ()


def test_text_survives_jpeg_and_enlargement() -> None:
    drawn, box = text(SECTOR, "SMITH, ANNA", (8, 8), size=15)
    stream = io.BytesIO()
    Image.fromarray(drawn).save(stream, "JPEG", quality=85)
    assert covered(find_text(np.asarray(Image.open(stream))), drawn, SECTOR) > 0.97
    large = np.kron(drawn, np.ones((4, 4), np.uint8))
    (found,) = find_text(large)
    assert found[0] <= 4 * box[0] and found[2] >= 4 * box[2] - 8


def test_only_the_boxes_are_blanked() -> None:
    picture = np.full((20, 30), 7.0, np.float32)
    blank = without_text(picture, [(2, 3, 10, 8), (20, 0, 30, 20)])
    assert blank.dtype == np.float32 and (blank == 0).sum() == 8 * 5 + 10 * 20 and picture.min() == 7
    assert (blank[3:8, 2:10] == 0).all()


@pytest.mark.parametrize("picture", [np.zeros((64, 64)), np.full((40, 300), 255.0), np.full((64, 64), np.nan)])
def test_empty_pictures_have_none(picture: np.ndarray) -> None:
    assert find_text(picture) == ()
