"""Folders in the format of `sunnybrook_slices`."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

__all__ = ["square", "write_slices"]


def square(size: int, cavity: int, wall: int = 0) -> np.ndarray:
    """(size, size) values of the files: half sides in pixels of the cavity and of the wall around it."""
    values = np.zeros((size, size), np.uint8)
    for half, value in ((wall, 2), (cavity, 3)):
        if half:
            values[size // 2 - half : size // 2 + half, size // 2 - half : size // 2 + half] = value
    return values


def write_slices(folder: Path, slices: dict[tuple[str, int, str], np.ndarray]) -> Path:
    """Write label maps by patient, number and phase, in that order; the image of slice n is n everywhere."""
    labels = np.stack(list(slices.values()))
    images = np.broadcast_to(np.arange(len(labels), dtype=np.uint8)[:, None, None], labels.shape)
    np.savez(folder / "slices.npz", label=labels, image=images)
    with (folder / "slices.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["index", "patient", "slice", "phase"])
        writer.writerows([index, *place] for index, place in enumerate(slices))
    return folder
