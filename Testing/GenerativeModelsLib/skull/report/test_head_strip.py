"""The picture of drawn heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from GenerativeModelsLib.evaluation.data.test_heads import head_surface
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.population.heads import mean_head
from GenerativeModelsLib.skull.report.head_strip import write_head_strip


def test_heads_are_drawn_on_one_scale(tmp_path: Path) -> None:
    large = head_surface(mean_head(280.0), 3)
    small = Surface(large.points / 2 + [40.0, 0.0, 0.0], large.triangles)
    write_head_strip([("large", large), ("small", small)], tmp_path / "heads.png")
    picture = np.asarray(Image.open(tmp_path / "heads.png").convert("RGB")).astype(int)
    bone = (picture[..., 0] - picture[..., 2]) > 10  # warmer than the grey of labels
    columns = np.array_split(bone[:, 60:], 2, axis=1)
    areas = [column.sum() for column in columns]
    assert areas[1] > 0 and areas[0] / areas[1] == pytest.approx(4, rel=0.1)
