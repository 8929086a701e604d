"""Distances of grey values on closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from GenerativeModelsLib.synthesis.images.fidelity import histogram_distance, histogram_distances
from GenerativeModelsLib.synthesis.images.read import read_labels, read_style
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn
from GenerativeModelsLib.synthesis.images.tone import Tone
from Testing.helpers.tiny_images import grey_file, write_heart


def test_a_shift_is_the_distance_and_the_order_of_pixels_is_none(rng: np.random.Generator) -> None:
    values, tone = rng.normal(size=500), Tone(10.0, 14.0)
    assert histogram_distance(values, rng.permutation(values), tone) == pytest.approx(0, abs=1e-12)
    assert histogram_distance(values, values + 3.0, tone) == pytest.approx(0.75)
    assert histogram_distance(np.zeros(7), np.array([0.0, 4.0]), tone) == pytest.approx(0.5)


def test_labels_are_compared_one_by_one(tmp_path: Path) -> None:
    labels = write_heart(tmp_path / "labels.nii.gz", right=True)
    image = grey_file(labels, tmp_path / "style.nii.gz")
    volume = read_labels(labels, "labels", "acdc")
    style = read_style(ImageSynthesisRequest(labels=labels, style=image), volume)
    values, extent = style.values.copy(), np.subtract(*np.percentile(style.values, (99, 1)))
    values[volume.values == 3] += 20
    everywhere = np.ones(values.shape[2:], bool)
    found = histogram_distances(Drawn(values, everywhere, "style"), volume, style)
    assert found["by_label"] == {"lv": pytest.approx(20 / extent, abs=1e-4), "myo": 0.0, "rv": 0.0}
    share = (volume.values == 3).mean()
    assert 0 < found["overall"] <= share * 20 / extent + 1e-4
    assert histogram_distances(Drawn(values, everywhere, "nothing"), volume, None) is None
