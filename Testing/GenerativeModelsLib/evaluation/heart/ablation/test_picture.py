"""The figure of the comparison."""

from __future__ import annotations

import numpy as np

from GenerativeModelsLib.evaluation.heart.ablation.picture import draw_ablation
from GenerativeModelsLib.evaluation.heart.ablation.sets import HeartSet
from GenerativeModelsLib.evaluation.heart.ablation.shapes import AS_READ
from Testing.GenerativeModelsLib.evaluation.heart.ablation.test_diagnosis import RIGHT, told
from Testing.GenerativeModelsLib.evaluation.heart.ablation.test_tables import errors


def test_the_picture_is_drawn(tmp_path):
    clean = HeartSet("simulated", None, None, np.repeat(["healthy", "hcm"], 4))
    noisy = HeartSet("simulated, label errors", None, None, clean.group, noisy=True)
    some = errors(Ladder_VAE=0.6, VAE=0.5)
    read = some | {AS_READ: errors(x=0.8)["x"]}
    draw_ablation([clean, noisy], [some, read], told(RIGHT), tmp_path / "ablation.png")
    assert (tmp_path / "ablation.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "ablation.png").stat().st_size > 40_000
