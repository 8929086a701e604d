"""Colours of signed values about zero."""

from __future__ import annotations

import numpy as np
import slicer

from GenerativeModelsLib.page.colours import fitted_range
from GenerativeModelsScene.nodes.colours import show_colours
from GenerativeModelsScene.nodes.store import NodeStore

__all__ = ["BLUE_TO_RED", "show_diverging_colours", "symmetric_range"]

_RDBU = "2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b"
BLUE_TO_RED = tuple(f"#{colour}" for colour in _RDBU.split())
"""Nine steps of ColorBrewer's RdBu, of which people with colour blindness tell the ends apart; zero is white."""


def show_diverging_colours(store: NodeStore, name: str, role: str) -> slicer.vtkMRMLProceduralColorNode:
    """The colour node of that role: blue below zero, white, red above, between -1 and 1; displays stretch it."""
    return show_colours(store, name, (-1.0, 1.0), role, BLUE_TO_RED)


def symmetric_range(values: np.ndarray, step: float = 0.5) -> tuple[float, float]:
    """The fitted range of the values about zero, from `-high` to `high`; one step each where no value is finite."""
    known = np.abs(values[np.isfinite(values)])
    high = fitted_range(np.concatenate([known, -known]), step)[1] if known.size else step
    return -high, high
