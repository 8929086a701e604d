"""Scores of measures of uncertainty at the pixels of segmentations: error detection, sparsification, calibration.

All are of the pixels of one patient, so that patients can be compared in pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.evaluation.scores.probability import auc
from GenerativeModelsLib.evaluation.scores.sparsification import sparsification
from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration
from GenerativeModelsLib.uncertainty.platt import expected_calibration_error, reliability

__all__ = ["BAND_MM", "BINS", "JudgedPixels", "PatientScore", "contour_distance", "patient_scores", "pixel_score"]

BAND_MM = 5.0
"""Pixels at most so far from a contour of the prediction make the band."""
BINS = 20


@dataclass(frozen=True, eq=False)
class JudgedPixels:
    """Pixels of a patient, segmented by the network of one seed.

    Attributes
    ----------
    patient, seed : whose, and of which network.
    phase : "ED" or "ES".
    wrong : (n,) bool.
    distance_mm : (n,) to the nearest contour of the prediction.
    levels : by method, (n,) float32, higher where a label is more probably wrong.
    """

    patient: str
    seed: int
    phase: str
    wrong: np.ndarray
    distance_mm: np.ndarray
    levels: dict[str, np.ndarray]

    def of(self, method: str, region: str) -> tuple[np.ndarray, np.ndarray]:
        """Levels and errors of "all" pixels or of the "band"."""
        used = self.distance_mm <= (BAND_MM if region == "band" else np.inf)
        return self.levels[method][used], self.wrong[used]


@dataclass(frozen=True)
class PatientScore:
    """Scores of a method for a patient, means over the seeds; None where no label or all are wrong.

    Attributes
    ----------
    patient, phase, method, region : of what.
    wrong_share : of the pixels.
    auc : area under the ROC curve of detecting wrong labels.
    ause : area under the sparsification error divided by the mean error.
    ece : expected calibration error over `BINS` bins of equal size.
    """

    patient: str
    phase: str
    method: str
    region: str
    wrong_share: float
    auc: float | None
    ause: float | None
    ece: float


def contour_distance(labels: np.ndarray, pixel_mm: np.ndarray) -> np.ndarray:
    """(n, rows, columns) mm from the middle of each pixel to the nearest pixel with another label in its slice.

    A slice of one label has infinite distances.
    """
    from scipy.ndimage import distance_transform_edt

    found = np.full(labels.shape, np.inf)
    for slice_, distance in zip(labels, found):
        present = np.unique(slice_)
        if len(present) > 1:
            for label in present:
                own = slice_ == label
                distance[own] = distance_transform_edt(own, sampling=pixel_mm)[own]
    return found


def pixel_score(probability: np.ndarray, level: np.ndarray, wrong: np.ndarray) -> dict[str, float | None]:
    """AUC and AUSE of the ranking by `level` (n,), and ECE of the probability (n,)."""
    found: dict[str, float | None] = {"wrong_share": float(wrong.mean()), "auc": None, "ause": None}
    if wrong.any() and not wrong.all():
        found |= {"auc": auc(level, wrong), "ause": sparsification(wrong, level).ause_relative}
    return found | {"ece": expected_calibration_error(reliability(probability, wrong, BINS))}


def patient_scores(
    pixels: Sequence[JudgedPixels], method: str, regions: Sequence[str], calibration: Calibration | None = None
) -> list[PatientScore]:
    """Scores of a method for every patient, phase and region ("all", "band").

    The probability is that of `calibration`; without one it is fitted to all pixels of the other patients, both phases
    and all seeds, so that no patient calibrates itself.
    """
    scores = []
    for patient in sorted({each.patient for each in pixels}):
        fitted = calibration or _of_others(pixels, method, patient)
        for phase in ("ED", "ES"):
            own = [one for one in pixels if (one.patient, one.phase) == (patient, phase)]
            for region in regions if own else ():
                pairs = [each.of(method, region) for each in own]
                found = [pixel_score(fitted(level), level, wrong) for level, wrong in pairs]
                means = {name: _mean([one[name] for one in found]) for name in found[0]}
                scores.append(PatientScore(patient, phase, method, region, **means))
    return scores


def _of_others(pixels: Sequence[JudgedPixels], method: str, patient: str) -> Calibration:
    parts = [each.of(method, "all") for each in pixels if each.patient != patient]
    return Calibration.fit(*(np.concatenate(arrays) for arrays in zip(*parts)))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
