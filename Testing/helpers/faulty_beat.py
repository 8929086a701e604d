"""A beat of a short-axis stack with a hole in the cavity of one slice."""

from __future__ import annotations

from GenerativeModelsLib.segmentation.maps import LabelMaps
from Testing.helpers.segmentation_phantoms import cine, disc, maps_of

__all__ = ["HOLE", "faulty_beat"]

HOLE = (1, 2)
"""Frame and slice with the hole."""


def faulty_beat() -> LabelMaps:
    """Eight frames of five slices."""
    values = cine(8, 5)
    values[HOLE][disc(4.0)] = 0
    return maps_of(values)
