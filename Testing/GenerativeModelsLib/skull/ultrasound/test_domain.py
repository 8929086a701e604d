"""The middle of the ranges of the imaging parameters."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from GenerativeModelsLib.skull.ultrasound.domain import TISSUE_DB, Domain


def test_the_middle_lies_within_the_ranges_and_is_always_the_same() -> None:
    middle = Domain.middle()
    assert middle == Domain.middle()
    assert (middle.probe, middle.mirrored, middle.shift, middle.steer_degrees) == ("sector", False, (0.0, 0.0), 0.0)
    assert set(middle.texture_db) == set(TISSUE_DB)
    rng = np.random.default_rng(9)
    drawn = [Domain.sample(rng) for _ in range(200)]
    for field in fields(Domain):
        if isinstance(value := getattr(middle, field.name), float):
            values = [getattr(domain, field.name) for domain in drawn]
            assert min(values) <= value <= max(values), field.name
    assert 0.4 < np.mean([domain.skull_db < middle.skull_db for domain in drawn]) < 0.6
