"""Expert maps with faults of graded severity, for repairs whose result is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from GenerativeModelsLib.evaluation.segmentation.expert_maps import ExpertMap
from GenerativeModelsLib.evaluation.segmentation.faults import FAULTS
from GenerativeModelsLib.evaluation.segmentation.predictions import SegmentedCase
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps

__all__ = ["LEVELS", "corrupted", "corrupted_cases"]

LEVELS = {"no fault": (0.0, 0.0), "mild": (0.1, 0.0), "moderate": (0.25, 0.5), "severe": (0.5, 1.0)}
"""By name, the share of the slices with a fault, at least one, and where its size lies in the grades of its kind."""
_INNER = ("shrunk_slice", "empty_slice")
_KINDS = tuple(name for name in FAULTS if name != "shifted_slice")
"""A shifted slice is a property of the images, whose labels are shifted with them."""


def corrupted(maps: LabelMaps, level: str, rng: np.random.Generator) -> LabelMaps:
    """The maps with faults of random kinds in random slices."""
    share, size = LEVELS[level]
    places = np.argwhere((maps.values == CODES["lv"]).any(axis=(2, 3)))
    count = min(len(places), max(1, round(share * len(places)))) if share else 0
    for frame, slice_ in places[rng.permutation(len(places))[:count]]:
        slices = places[places[:, 0] == frame, 1]
        ends = slice_ in (slices.min(), slices.max())
        for kind in rng.permutation(_KINDS):
            grades = FAULTS[kind].grades
            if ends and kind in _INNER:
                continue
            made = FAULTS[kind].put(maps, int(frame), int(slice_), grades[round(size * (len(grades) - 1))], rng)
            if made is not None:
                maps = made.maps
                break
    return maps


def corrupted_cases(experts: Sequence[ExpertMap], level: str, cases: int, seed: int) -> Iterator[SegmentedCase]:
    """Cases of a level: the maps that have a wall, in random order, until there are enough."""
    rng = np.random.default_rng([seed, list(LEVELS).index(level)])
    walled = [expert for expert in experts if expert.maps.has("myo")]
    for which in rng.permutation(len(walled))[:cases]:
        expert = walled[which]
        there = {name: np.ones(expert.maps.values.shape[:2], bool) for name in ("lv", "myo")}
        maps = replace(corrupted(expert.maps, level, rng), warnings=())
        yield SegmentedCase(expert.patient.split(" E")[0], level, seed, maps, expert.maps.values, there)
