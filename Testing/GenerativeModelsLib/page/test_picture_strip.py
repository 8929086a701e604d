"""Pictures of shapes side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from GenerativeModelsLib.page.picture_strip import MOST_COLUMNS, even_selection, write_picture_strip


def test_of_many_shapes_an_even_selection_with_both_ends_is_shown() -> None:
    assert even_selection([4, 5]) == [4, 5]
    assert even_selection(list(range(17))) == list(range(0, 17, 2)) and len(even_selection(range(500))) == MOST_COLUMNS


def test_every_picture_is_shown_and_a_scale_where_there_is_one(tmp_path: Path) -> None:
    def patch(colour: tuple[int, int, int]) -> np.ndarray:
        return np.tile(np.array([*colour, 255], np.uint8), (8, 8, 1))

    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 0, 255)]
    columns = [("one\nline", [patch(colours[0]), patch(colours[1])]), ("two", [patch(colours[2]), patch(colours[3])])]
    write_picture_strip(columns, ["above", "below"], tmp_path / "plain.png")
    write_picture_strip(columns, ["above", "below"], tmp_path / "scaled.png", ("mm", 20.0))
    plain, scaled = (np.asarray(Image.open(tmp_path / f"{n}.png").convert("RGB")) for n in ("plain", "scaled"))
    assert scaled.shape[1] > plain.shape[1] and scaled.shape[0] == plain.shape[0]
    middles = [np.argwhere((plain == colour).all(axis=-1)).mean(axis=0) for colour in colours]
    assert middles[0][0] < middles[1][0] and middles[0][1] < middles[2][1] and middles[2][0] < middles[3][0]
