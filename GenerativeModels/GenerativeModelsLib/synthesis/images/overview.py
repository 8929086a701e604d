"""A picture of a synthetic image: some slices side by side, and below them with the outlines of the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from GenerativeModelsLib.segmentation.report.pictures import outlined, side_by_side
from GenerativeModelsLib.synthesis.images.read import LabelledVolume
from GenerativeModelsLib.synthesis.images.synthesiser import Drawn

__all__ = ["middle_slice", "write_overview"]

COLUMNS, SIDE_PX = 4, 220
SHOWN = (0.5, 99.5)
"""Percentiles of the grey values that are black and white."""


def middle_slice(volume: LabelledVolume) -> int:
    """Number of the middle one of the labelled slices, of frames x slices; of a cine that of the first such frame."""
    labelled = (volume.values != 0).any(axis=(2, 3))
    frame = int(labelled.any(axis=1).argmax())
    there = np.flatnonzero(labelled[frame])
    return frame * labelled.shape[1] + int(there[len(there) // 2])


def write_overview(path: Path, volume: LabelledVolume, drawn: Drawn) -> None:
    """Write a PNG of slices of the first labelled frame, at equal steps, in their true aspect."""
    from PIL import Image

    slices = volume.values.shape[1]
    frame = middle_slice(volume) // slices
    labelled = np.flatnonzero((volume.values[frame] != 0).any(axis=(1, 2)))
    picked = np.unique(np.linspace(labelled[0], labelled[-1], min(COLUMNS, len(labelled))).round().astype(int))
    low, high = np.percentile(drawn.values[frame], SHOWN)
    rows, columns = drawn.values.shape[2:] * volume.pixel_mm
    size = (max(1, round(SIDE_PX * columns / max(rows, columns))), max(1, round(SIDE_PX * rows / max(rows, columns))))
    both: list[list[np.ndarray]] = [[], []]
    for number in picked:
        grey = np.clip((drawn.values[frame, number] - low) / max(high - low, 1e-9), 0, 1)
        picture = Image.fromarray(np.round(255 * grey).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
        plain = np.repeat(np.asarray(picture)[..., None], 3, axis=-1)
        maps = [Image.fromarray(each[frame, number]) for each in (volume.values, volume.codes)]
        values, codes = (np.asarray(each.resize(size, Image.Resampling.NEAREST)) for each in maps)
        both[0].append(plain)
        both[1].append(outlined(plain, values, codes))
    side_by_side(both).save(path, optimize=True)
