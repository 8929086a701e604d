"""Slices with their images for the joint space, split by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.camus_images import camus_cases
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import (
    TRAINING_PATIENTS,
    ImagedCase,
    imaged_stacks,
    patients_of,
)
from GenerativeModelsLib.segmentation.population.label_sequence import known_codes
from GenerativeModelsLib.training.uncertainty.config import UncertaintyTrainingConfig

__all__ = ["ImagedSlices", "Parts", "parts_of"]


@dataclass(frozen=True, eq=False)
class ImagedSlices:
    """Labelled slices of one grid.

    Attributes
    ----------
    images : (N, rows, columns) float32, 0 to 1.
    values : (N, rows, columns) uint8, values of `segmentation.maps.CODES`.
    known : (N, 5) bool, as `LabelSequence.known`.
    pixel_mm : (2,) of all slices.
    """

    images: np.ndarray
    values: np.ndarray
    known: np.ndarray
    pixel_mm: np.ndarray

    @classmethod
    def of(cls, cases: Sequence[ImagedCase], view: str) -> ImagedSlices:
        """The slices of cases whose cavity is labelled."""
        parts = []
        for case in cases:
            flat = (case.images, case.truth.values, *case.known.values())
            images, values, *known = (array.reshape(-1, *array.shape[2:]) for array in flat)
            names = [[name for name, is_known in zip(case.known, each) if is_known] for each in zip(*known)]
            there = np.array([known_codes(view, *each) for each in names])
            drawn = (values > 0).any(axis=(1, 2)) & there[:, 1]
            parts.append((images[drawn], values[drawn], there[drawn]))
        images, values, known = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return cls(images.astype(np.float32) / 255, values, known, cases[0].truth.pixel_mm)

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Parts:
    """Cases by what they are for; no patient is in both."""

    training: tuple[ImagedCase, ...]
    calibration: tuple[ImagedCase, ...]


def parts_of(config: UncertaintyTrainingConfig) -> Parts:
    """The cases of a config.

    Raises
    ------
    InputError
        The data are missing, or of fewer than two patients.
    """
    data = config.data
    if data.kind == "sunnybrook":
        calibrating = patients_of(data.folder, final=False)
        cases = list(imaged_stacks(data.folder))
        training: Sequence[str] = TRAINING_PATIENTS
    else:
        cases = camus_cases(data.folder, data.chamber_view, data.rows, data.pixel_mm)
        patients = sorted({case.patient for case in cases})
        if len(patients) < 2:
            raise InputError(f"{data.folder} has the images of one patient: some train and others calibrate.")
        count = min(max(1, round(data.calibration_share * len(patients))), len(patients) - 1)
        chosen = np.random.default_rng([config.seed, 3]).permutation(patients)
        calibrating, training = chosen[:count], chosen[count:]
    return Parts(
        tuple(case for case in cases if case.patient in training),
        tuple(case for case in cases if case.patient in calibrating),
    )
