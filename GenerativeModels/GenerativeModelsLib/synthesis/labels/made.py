"""The label maps of one heart, and what is kept of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from GenerativeModelsLib.synthesis.labels.accept import Tally
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid

__all__ = ["MadeHeart", "SyntheticLabels"]


@dataclass(frozen=True, eq=False)
class MadeHeart:
    """Label maps of one heart, (k, j, i) uint8 values of `whole_heart.LABELS`.

    Attributes
    ----------
    ed, es
        At end diastole and end systole; None where the phase was not made.
    cycle
        (frames, k, j, i) over the cycle; None where it was not made.
    frame_s
        Seconds from one frame of the cycle to the next.
    applied
        Names of the criteria that it passed.
    about
        Further entries of `result.json`.
    """

    ed: np.ndarray
    es: np.ndarray | None
    cycle: np.ndarray | None
    frame_s: float | None
    applied: tuple[str, ...]
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SyntheticLabels:
    """New label maps.

    Attributes
    ----------
    hearts
        In the order of the way.
    grid
        Of all maps.
    tally
        How many hearts were made and rejected.
    source
        What they were made from, by name.
    about
        Further entries of `result.json`.
    warnings
        Sentences.
    seconds
        By step.
    """

    hearts: tuple[MadeHeart, ...]
    grid: VoxelGrid
    tally: Tally
    source: dict[str, Any]
    about: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
