"""Label sequences of the Sunnybrook Cardiac Data: end diastole and end systole of short-axis slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from GenerativeModelsLib.segmentation.population.label_sequence import LabelSequence, known_codes
from GenerativeModelsLib.segmentation.population.sunnybrook_files import CONTOURED, PIXEL_MM, read_slices

__all__ = ["sunnybrook_slices"]

_VIEW = "short-axis"


def sunnybrook_slices(folder: str | Path) -> list[LabelSequence]:
    """The slices of `sunnybrook_slices`, by patient and from base to apex, at `PIXEL_MM`.

    Each has its contoured frames, end diastole first: two, or end diastole alone.

    Raises
    ------
    InputError
        The folder has no slices.npz with slices.csv.
    """
    data = read_slices(folder)
    slices: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (patient, phase), stack in data.stacks.items():
        for number, index in stack.items():
            slices[patient][number][phase] = index
    found = []
    for patient, by_number in slices.items():
        numbers = sorted(by_number)
        for number in numbers:
            phases = by_number[number]
            known = np.stack([known_codes(_VIEW, *CONTOURED[phase]) for phase in phases])
            values = data.labels[list(phases.values())]
            found.append(LabelSequence(values, np.full(2, PIXEL_MM), _VIEW, _role(number, numbers), known, patient))
    return found


def _role(number: int, numbers: Sequence[int]) -> str:
    return "base" if number == numbers[0] else "apex" if number == numbers[-1] else "mid"
