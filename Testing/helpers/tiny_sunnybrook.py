"""Folders in the format of `sunnybrook_slices` with grey hearts of a few pixels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from GenerativeModelsLib.training.synthesis.cases import TRAINING, VALIDATION

__all__ = ["write_tiny_sunnybrook"]

SIZE, SLICES = 64, 3
FIRST = "SC-HF-I-01"
"""With it those of `VALIDATION` are at even places, which steer development."""
GREY = {0: 60.0, 2: 30.0, 3: 150.0}
"""Of the values of the files: background, wall, cavity."""


def write_tiny_sunnybrook(folder: Path) -> Path:
    """Stacks of every patient of the training, and of three others that are tested while developing."""
    rng = np.random.default_rng(0)
    names = sorted([*TRAINING, *VALIDATION, FIRST])
    images, labels, rows = [], [], []
    for name in names:
        radius = rng.uniform(8, 10)
        for phase, factor in (("ED", 1.0), ("ES", 0.75)):
            for number in range(SLICES):
                away = np.hypot(*(np.indices((SIZE, SIZE)) - SIZE / 2))
                inner = factor * radius * (1 - 0.08 * number)
                label = np.where(away < inner, 3, np.where(away < inner + 6, 2, 0)).astype(np.uint8)
                image = np.vectorize(GREY.get)(label) + rng.normal(0, 4, label.shape)
                image[:, : SIZE // 6] = 200
                rows.append([len(images), name, number, phase])
                images.append(np.clip(image, 0, 255).astype(np.uint8))
                labels.append(label if phase == "ED" else np.where(label == 3, label, 0))
    slices = folder / "sunnybrook_slices"
    slices.mkdir(parents=True)
    np.savez(slices / "slices.npz", label=np.stack(labels), image=np.stack(images))
    with (slices / "slices.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["index", "patient", "slice", "phase"])
        writer.writerows(rows)
    return folder
