"""Files of imagined planes: their names, the mark in each, and the outlines over the mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.skull.case.imagined_files import (
    FOLDER,
    marked_pictures,
    picture_files,
    write_imagined,
)
from GenerativeModelsLib.skull.infer.imagined_plane import ImaginedPlane
from GenerativeModelsLib.skull.planes.pictures import IMAGINED
from GenerativeModelsLib.skull.ultrasound.pose import standard_pose

SIZE = (120, 160)


def a_plane(draws: int = 2) -> ImaginedPlane:
    """A plane of even greys with a round outline about the middle, and draws of other radii."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    lines = np.array([np.array([79.5, 59.5]) + radius * circle for radius in (38.0, 42.0)[:draws]])
    return ImaginedPlane(
        "sagittal",
        standard_pose("sagittal"),
        0.5,
        np.full(SIZE, 60, np.uint8),
        tuple(np.full(SIZE, 61 + number, np.uint8) for number in range(draws)),
        np.array([79.5, 59.5]) + 40.0 * circle,
        lines.reshape(draws, len(angle), 2),
    )


def test_files_are_named_by_plane_and_what_they_show() -> None:
    assert picture_files("coronal", 0) == {"mean": "coronal_mean.png"}
    assert list(picture_files("coronal", 2).values()) == [
        *("coronal_mean.png", "coronal_000.png", "coronal_001.png", "coronal_spread.png")
    ]


def test_every_picture_says_imagined_in_itself_and_in_its_header(tmp_path: Path) -> None:
    write_imagined(tmp_path, {"sagittal": a_plane()})
    files = sorted((tmp_path / FOLDER).iterdir())
    assert [path.name for path in files] == sorted(picture_files("sagittal", 2).values())
    for path in files:
        with Image.open(path) as picture:
            assert picture.info["Description"] == IMAGINED and picture.size == SIZE[::-1]
            grey = np.asarray(picture.convert("L"))
        assert (grey[-18:, -60:] > 180).sum() > 40, "white letters"
        assert (grey[:18, :60] > 180).sum() == 0
    before = {path.name: path.read_bytes() for path in files}
    write_imagined(tmp_path, {"sagittal": a_plane()})
    assert before == {path.name: path.read_bytes() for path in files}


def test_the_outlines_lie_where_they_are() -> None:
    spread = marked_pictures(a_plane())["spread"].astype(int)
    row = spread[60]
    blue, red = row[..., 2] - row[..., 0] > 60, row[..., 0] - row[..., 2] > 25
    assert blue[[119, 120]].any() and blue[[39, 40]].any() and not blue[60:100].any()
    assert red[[121, 122]].any() and red[[117, 118]].any() and not red[60:100].any()


def test_the_spread_is_the_standard_deviation_of_the_radii() -> None:
    assert a_plane().spread_mm == pytest.approx({"mean": 0.5 * np.sqrt(8), "max": 0.5 * np.sqrt(8)})
    assert a_plane(0).spread_mm is None and list(marked_pictures(a_plane(0))) == ["mean"]
