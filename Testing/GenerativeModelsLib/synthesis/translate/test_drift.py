"""The drift of an outline that was moved by a known way."""

from __future__ import annotations

import json

import numpy as np
import pytest

from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.locate.border import Border
from GenerativeModelsLib.skull.locate.strip import ANGLES, Strip
from GenerativeModelsLib.skull.planes.image import read_plane
from GenerativeModelsLib.skull.shape.ellipse import Ellipse
from GenerativeModelsLib.synthesis.translate.drift import Watched, distances_mm, drift_between


def border(ellipse: Ellipse, factor: float = 1.0) -> Border:
    return Border(Strip.about(ellipse), np.full(ANGLES, factor), np.full(ANGLES, 0.01), np.ones(ANGLES))


@pytest.fixture(scope="module")
def model() -> SkullModel:
    return load_skull_model(default_bundle("skull"))


def test_a_circle_that_grows_by_a_millimetre_drifts_by_one() -> None:
    before, after = (border(Ellipse((3.0, -2.0), radius, radius, 0.0)) for radius in (40.0, 41.0))
    found = drift_between(before, after)
    assert found.mean_mm == pytest.approx(1, abs=1e-6) and found.largest_mm == pytest.approx(1, abs=1e-6)
    assert found.mean_percent == pytest.approx(2.5) and drift_between(before, before).mean_mm == pytest.approx(0)
    without = drift_between(before, after, in_mm=False)
    assert without.mean_mm is None and without.largest_mm is None and without.mean_percent == pytest.approx(2.5)


def test_a_shifted_circle_drifts_by_the_shift_along_its_rays() -> None:
    before, after = (border(Ellipse((x, 0.0), 50.0, 50.0, 0.0)) for x in (0.0, 1.0))
    assert distances_mm(before, after.points_mm()).max() == pytest.approx(1, abs=1e-2)
    assert drift_between(before, after).mean_mm == pytest.approx(2 / np.pi, rel=0.02)  # mean |cos|


def test_a_head_that_was_shifted_is_seen_to_drift(model: SkullModel, sample_case) -> None:
    spacing = tuple(json.loads((sample_case / "sample.json").read_text())["spacing_mm"]["axial"])
    pixels = read_plane(sample_case / "axial.png", spacing_mm=spacing).pixels
    watched = Watched.of(model, pixels, spacing, "a")
    same, notes = watched.drift(pixels)
    assert same.mean_mm == pytest.approx(0, abs=1e-9) and notes == ()
    rolled, _ = watched.drift(np.roll(pixels, 8, axis=1))
    assert rolled.mean_mm == pytest.approx(8 * spacing[1] * 2 / np.pi, rel=0.25)
    lost, notes = watched.drift(np.random.default_rng(0).uniform(0, 30, pixels.shape).astype(np.float32))
    assert lost is None and "No head is found" in notes[0] and notes[0].kind == "quality"
