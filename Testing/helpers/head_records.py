"""Records of real heads drawn from a known law: sigma, excess and distribution in every region."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS
from GenerativeModelsLib.evaluation.scores.surfaces import Accuracy
from GenerativeModelsLib.evaluation.skull.real_heads import RealHead
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.shape.biometry import Biometry

SIZE_MM = 40.0
"""Head size (HC / 2 pi) of the heads."""
Offsets = Callable[[np.random.Generator, np.ndarray, np.ndarray, int], np.ndarray]
"""(rng, points (M, 3), sigma (M,), number of planes) -> offsets (M,), all in head sizes."""


def accuracy(distance_mm: float = 1.0) -> Accuracy:
    """Of a surface with this mean distance."""
    return Accuracy(0.95, 0.95, 0.95, 4 * distance_mm, 2 * distance_mm, distance_mm, 0.0, 0.0)


def drawn_case(
    rng: np.random.Generator,
    offsets: Offsets,
    *,
    case: int = 0,
    count: int = 500,
    size_mm: float = SIZE_MM,
    volume_error: float = 0.0,
    volume_sd: float = 0.02,
    verdict: str = "typical",
) -> CaseRecords:
    """One examination with points all around, standard deviations of 0.3 to 4 % of the head size and drawn offsets."""
    records = {}
    for subset, planes in SUBSETS.items():
        points = rng.normal(size=(count, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        sigma = np.exp(rng.uniform(np.log(0.003), np.log(0.04), count))
        found = Biometry(70.0, 88.0, 2 * np.pi * size_mm, 79.5, 300.0)
        true = Biometry(70.0, 88.0, 2 * np.pi * size_mm, 79.5, 300.0 * (1 + volume_error))
        d = size_mm * offsets(rng, points, sigma, len(planes))
        sd = {name: 0.01 * getattr(found, name) for name in QUANTITIES} | {"head_volume_ml": 300.0 * volume_sd}
        records[subset] = Record(
            case, subset, {"rigid": accuracy()}, {"rigid": d}, size_mm * sigma, np.full(count, 4.0), points,
            true, found, sd, {}, verdict, 0.0, {},
        )  # fmt: skip
    return CaseRecords(case, records, {"rigid": accuracy(2.0)})


def made_head(name: str, weeks: float, cases: list[CaseRecords], ellipsoid_mm: float = 2.0) -> RealHead:
    """A real head of these examinations."""
    errors: list[Mapping[str, float]] = [dict.fromkeys(case.records, ellipsoid_mm) for case in cases]
    return RealHead(name, weeks, 2 * np.pi * SIZE_MM, cases, [dict(e) for e in errors])
