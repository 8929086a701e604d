"""The picture of simulated beside real planes."""

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import LARGE, read_hc18, split_hc18
from tools.planes_picture import simulated_beside_real

COLUMNS = "file,pixel_mm,ellipse_x_px,ellipse_y_px,semi_major_px,semi_minor_px,angle_deg,hc_mm"
PICTURES = sum(LARGE.values()) + 9


def fake_hc18(folder, rng):
    """A table of as many examinations as the held-out parts take and nine more, and the pictures of these nine."""
    (folder / "images").mkdir()
    rows = [f"images/{i:03d}_HC.png,0.5,40,27,25,20,0,200" for i in range(PICTURES)]
    (folder / "hc18.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    training = split_hc18(read_hc18(folder)).training
    assert len(training) == 9
    for case in training:
        Image.fromarray(rng.integers(0, 255, (54, 80), dtype=np.uint8)).save(case.path)


def test_picture_is_written_and_repeatable_from_pictures_that_trained(tmp_path, rng):
    """The other parts have no pictures here: reading one of them fails."""
    fake_hc18(tmp_path, rng)
    for name in ("one.png", "two.png"):
        simulated_beside_real(tmp_path / name, tmp_path, 3)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.mode == "L" and picture.width > 1400


def test_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match=r"holds hc18\.csv: name the folder of the data set"):
        simulated_beside_real(tmp_path / "x.png", tmp_path, 0)
