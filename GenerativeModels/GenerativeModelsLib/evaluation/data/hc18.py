"""HC18: real head-circumference images with the sonographer's ellipse (CC BY 4.0, van den Heuvel et al. 2018)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.skull.shape.ellipse import Ellipse

LEAST_HC_MM = 150.0
"""Least head circumference of a large head, about 18 weeks; the smaller ones are reported apart."""
LARGE = {"test": 100, "calibration": 60, "final": 60}
SMALL = {"test": 30, "calibration": 20, "final": 30}
"""Pictures in each held-out part, of large and of smaller heads."""
SPLIT_SEED, FINAL_SEED = 18, 2026


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

    @property
    def examination(self) -> str:
        """Of the picture: `010_HC.png` and `010_2HC.png` are of one."""
        return self.path.name.split("_")[0]

    def pixels(self) -> np.ndarray:
        from PIL import Image

        return np.asarray(Image.open(self.path).convert("L"))


def read_hc18(folder: Path) -> list[Hc18Case]:
    """All cases in the order of `hc18.csv` of `folder` or of its folder `hc18`; raises InputError if there is none."""
    folder = data_set(folder, "hc18")
    table = folder / "hc18.csv"
    cases = []
    with table.open(newline="") as file:
        for row in csv.DictReader(file):
            mm = float(row["pixel_mm"])
            centre = np.array([float(row["ellipse_x_px"]), float(row["ellipse_y_px"])]) * mm
            a, b = float(row["semi_major_px"]) * mm, float(row["semi_minor_px"]) * mm
            ellipse = Ellipse(centre, a, b, float(np.radians(float(row["angle_deg"]))))
            cases.append(Hc18Case(folder / row["file"], mm, ellipse, float(row["hc_mm"])))
    return cases


@dataclass(frozen=True)
class Hc18Split:
    """Disjoint parts of HC18; no examination is in more than one part.

    Attributes
    ----------
    training : for weights.
    calibration : for intervals and the in-distribution check.
    test : not trained on, but looked at while the models were developed, so no final test.
    final : read by `benchmark hc18 --final` alone; no figure of it may decide anything.
    """

    training: list[Hc18Case]
    calibration: list[Hc18Case]
    test: list[Hc18Case]
    final: list[Hc18Case]


def split_hc18(cases: list[Hc18Case]) -> Hc18Split:
    """Parts with the numbers of pictures in `LARGE` and `SMALL`, drawn by examination with fixed seeds; the rest train.

    An examination is large if it has a picture of HC >= `LEAST_HC_MM`. The large examinations of test and calibration
    were drawn first; the small ones and the final part were added later from what had trained until then.
    """
    by_name: dict[str, list[Hc18Case]] = {}
    for case in cases:
        by_name.setdefault(case.examination, []).append(case)

    def large(name: str) -> int:
        return sum(case.hc_mm >= LEAST_HC_MM for case in by_name[name])

    taken: dict[str, str] = {}

    def draw(names: list[str], wanted: dict[str, int], seed: int, count: Callable[[str], int]) -> None:
        left = dict(wanted)
        for i in np.random.default_rng(seed).permutation(len(names)):
            part = next((k for k, number in left.items() if number > 0), None)
            if part is None:
                break
            taken[names[i]] = part
            left[part] -= count(names[i])

    names = sorted(by_name)
    draw([n for n in names if large(n)], {k: LARGE[k] for k in ("test", "calibration")}, SPLIT_SEED, large)
    draw([n for n in names if large(n) and n not in taken], {"final": LARGE["final"]}, FINAL_SEED, large)
    draw([n for n in names if not large(n)], SMALL, FINAL_SEED, lambda name: len(by_name[name]))
    parts = {"training": [], "calibration": [], "test": [], "final": []}
    for case in cases:
        parts[taken.get(case.examination, "training")].append(case)
    return Hc18Split(**parts)


def training_pictures(folder: Path) -> list[Hc18Case]:
    """The training part of a folder.

    Raises
    ------
    InputError
        There is no table, or no picture is left when test and calibration have theirs.
    """
    cases = read_hc18(folder)
    found = split_hc18(cases).training
    if not found:
        reserved = sum((*LARGE.values(), *SMALL.values()))
        raise InputError(
            f"hc18: {folder} holds {len(cases)} pictures, of which none is left to train on, as up to {reserved} are "
            "kept for test and calibration: list fewer pictures in the table of a cohort, with their hc_mm."
        )
    return found


def large_heads(cases: list[Hc18Case]) -> list[Hc18Case]:
    """Pictures of HC >= `LEAST_HC_MM`."""
    return [case for case in cases if case.hc_mm >= LEAST_HC_MM]
