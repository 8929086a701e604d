"""The picture of simulated beside real planes."""

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.errors import InputError
from tools.planes_picture import simulated_beside_real


def fake_hc18(folder, rng):
    (folder / "images").mkdir()
    for i in range(9):
        Image.fromarray(rng.integers(0, 255, (54, 80), dtype=np.uint8)).save(folder / "images" / f"{i:03d}_HC.png")
    names = "\n".join(f"images/{i:03d}_HC.png" for i in range(9))
    (folder / "hc18.csv").write_text(f"file\n{names}\n", encoding="utf-8")


def test_picture_is_written_and_repeatable(tmp_path, rng):
    fake_hc18(tmp_path, rng)
    for name in ("one.png", "two.png"):
        simulated_beside_real(tmp_path / name, tmp_path, 3)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.mode == "L" and picture.width > 1400


def test_missing_table_is_named(tmp_path):
    with pytest.raises(InputError, match=r"hc18\.csv is not there"):
        simulated_beside_real(tmp_path / "x.png", tmp_path, 0)
