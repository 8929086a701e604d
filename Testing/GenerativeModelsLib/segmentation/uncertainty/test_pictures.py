"""Pictures of an uncertainty: which slices they show, and where they are yellow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.found import Uncertainty
from GenerativeModelsLib.segmentation.uncertainty.pictures import WIDTH_PX, pictures, write_overview
from GenerativeModelsLib.segmentation.uncertainty.read import Segmented
from Testing.helpers.segmentation_phantoms import cine, maps_of


def found_in(values: np.ndarray, wrong: list[tuple[int, int]], silent: tuple[int, int] = (0, 0)) -> Uncertainty:
    """Surely wrong cavities in the slices `wrong`; nothing is said of `silent`."""
    probability = np.zeros(values.shape, np.float32)
    for place in wrong:
        probability[place] = values[place] == CODES["lv"]
    similarity = np.zeros(values.shape[:2])
    similarity[silent] = np.nan
    return Uncertainty(probability, similarity, similarity.copy(), -1.0, 1.0, ())


def test_the_worst_slices_come_first_and_are_yellow_where_labels_are_wrong(tmp_path: Path) -> None:
    values = cine(3, 4)
    segmented = Segmented(maps_of(values), np.random.default_rng(0).random(values.shape).astype(np.float32))
    write_overview(tmp_path / "overview.png", segmented, found_in(values, [(2, 1)]))
    with Image.open(tmp_path / "overview.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape[1] == 4 * WIDTH_PX + 3 * 4
    height = (pixels.shape[0] - 3 * 4) // 4
    yellow = (pixels[..., 0] - pixels[..., 2]) > 150
    below = yellow[height + 4 : 2 * height + 4]
    assert below[:, :WIDTH_PX].mean() > 0.05 and not below[:, WIDTH_PX:].any(), "the first of the lower row alone"


@pytest.mark.parametrize("frames", [1, 3])
def test_the_areas_of_all_slices_are_drawn(tmp_path: Path, frames: int) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "overview.png")
    result = {"frames": frames, "wrong_mm2": [[None, 20.0, 5.0]] * frames, "unlike": [[0, 1]]}
    ((caption, _overview),), ((_areas, drawn),) = pictures(result, tmp_path)
    assert "frame/slice 0/1, " in caption
    colours = np.asarray(drawn).reshape(-1, 3).astype(int)
    assert (colours[:, 0] - colours[:, 2] > 60).any(), "the areas have colours"
    result["unlike"] = []
    assert not np.array_equal(np.asarray(pictures(result, tmp_path)[1][0][1]), np.asarray(drawn)), "a cross is missing"
