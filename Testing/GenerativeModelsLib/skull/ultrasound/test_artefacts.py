"""The exported picture with and without what is burned in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from GenerativeModelsLib.skull.ultrasound.artefacts import developed, finish
from GenerativeModelsLib.skull.ultrasound.domain import Domain


def test_a_developed_picture_is_a_finished_one_without_overlays() -> None:
    grey, seen = np.random.default_rng(0).random((120, 160), np.float32), np.ones((120, 160), bool)
    seen[:, :20] = False
    domain = replace(Domain.middle(), overlays=0.65, black_boxes=0.7, calipers=1.0)
    plain = developed(grey, seen, domain, np.random.default_rng(1))
    burned = finish(grey, seen, None, domain, np.random.default_rng(1))
    assert plain[:, :20].max() == 0 and plain.dtype == np.uint8
    changed = plain != burned
    assert 0 < changed.mean() < 0.05, "a grey bar at a side"
    assert burned[changed].max() > 200
