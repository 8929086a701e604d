"""HC18: real head-circumference images with the sonographer's ellipse (CC BY 4.0, van den Heuvel et al. 2018)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

TEST_PICTURES, CALIBRATION_PICTURES = 100, 60
LEAST_HC_MM = 150.0
"""Least head circumference for test and calibration, about 18 weeks; smaller heads are used only for training."""
SPLIT_SEED = 18


@dataclass(frozen=True)
class Hc18Case:
    """One picture of HC18.

    Attributes
    ----------
    path : the PNG.
    spacing_mm : side of its square pixels.
    ellipse : the annotation, centre and half axes in mm of the picture (u right, v down), pixel (0, 0) at the origin.
    hc_mm : its perimeter, as published.
    """

    path: Path
    spacing_mm: float
    ellipse: Ellipse
    hc_mm: float

    def pixels(self) -> np.ndarray:
        from PIL import Image

        return np.asarray(Image.open(self.path).convert("L"))


def read_hc18(folder: Path) -> list[Hc18Case]:
    """All cases of `folder` in the order of its `hc18.csv`; raises InputError if it is missing."""
    table = Path(folder) / "hc18.csv"
    if not table.is_file():
        raise InputError(f"{table} does not exist: give the folder that holds HC18's pictures and hc18.csv.")
    cases = []
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            mm = float(row["pixel_mm"])
            centre = np.array([float(row["ellipse_x_px"]), float(row["ellipse_y_px"])]) * mm
            a, b = float(row["semi_major_px"]) * mm, float(row["semi_minor_px"]) * mm
            ellipse = Ellipse(centre, a, b, float(np.radians(float(row["angle_deg"]))))
            cases.append(Hc18Case(Path(folder) / row["file"], mm, ellipse, float(row["hc_mm"])))
    return cases


@dataclass(frozen=True)
class Hc18Split:
    """Disjoint parts of HC18: `training`, `calibration` and `test`. No examination is in more than one part."""

    training: list[Hc18Case]
    calibration: list[Hc18Case]
    test: list[Hc18Case]


def split_hc18(cases: list[Hc18Case]) -> Hc18Split:
    """100 pictures of HC >= 150 mm for the test and 60 for calibration, drawn with a fixed seed; the rest for training.

    Pictures of smaller heads from an examination in the test or calibration part are excluded.
    """

    def examination(case: Hc18Case) -> str:
        return case.path.name.split("_")[0]

    large = [c for c in cases if c.hc_mm >= LEAST_HC_MM]
    names = sorted({examination(c) for c in large})
    parts: list[set[str]] = [set(), set()]
    left = [TEST_PICTURES, CALIBRATION_PICTURES]
    for i in np.random.default_rng(SPLIT_SEED).permutation(len(names)):
        part = next((k for k in range(2) if left[k] > 0), None)
        if part is None:
            break
        parts[part].add(names[i])
        left[part] -= sum(examination(c) == names[i] for c in large)
    test, calibration = ([c for c in large if examination(c) in part] for part in parts)
    held = parts[0] | parts[1]
    return Hc18Split([c for c in cases if examination(c) not in held], calibration, test)
