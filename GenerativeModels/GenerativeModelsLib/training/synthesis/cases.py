"""Slices with their classes of pixels to train image synthesis on, split by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import TRAINING_PATIENTS, imaged_stacks
from GenerativeModelsLib.segmentation.population.sunnybrook_files import PIXEL_MM
from GenerativeModelsLib.synthesis.images.classes import KNOWN, conditioned, intensity_classes
from GenerativeModelsLib.synthesis.images.field import Field, middle_of_volume
from GenerativeModelsLib.synthesis.images.read import read_labels, read_style, require_known
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.tone import Tone
from GenerativeModelsLib.training.synthesis.config import SynthesisTrainingConfig

__all__ = ["TRAINING", "VALIDATION", "ClassedSlices", "Parts", "parts_of"]

TRAINING = (*TRAINING_PATIENTS, "SC-HF-I-40", "SC-HYP-01", "SC-N-03")
"""Of the patients of Sunnybrook that steer development; those of `sunnybrook_cine` train nothing."""
VALIDATION = ("SC-HF-NI-13", "SC-HYP-11")
CANVAS = 1.25
"""Rows and columns of a slice of a folder that are kept, in those of the square: room to turn and shift it."""


@dataclass(frozen=True, eq=False)
class ClassedSlices:
    """Slices of one grid.

    Attributes
    ----------
    shares : (N, rows, columns) float32, grey values as `Tone.shares`.
    classes, plain : (N, rows, columns) uint8, `synthesis.images.classes` with and without the surroundings.
    at : (N, 2) row and column of the middle of the heart.
    pixel_mm : (2,) of all slices.
    """

    shares: np.ndarray
    classes: np.ndarray
    plain: np.ndarray
    at: np.ndarray
    pixel_mm: np.ndarray

    @classmethod
    def of_volume(cls, images: np.ndarray, codes: np.ndarray, pixel_mm: np.ndarray) -> ClassedSlices:
        """The labelled slices of a volume (N, rows, columns) with label maps of `maps.CODES`."""
        shares = Tone.of(images).shares(images)
        surroundings = intensity_classes(shares, pixel_mm, codes > 0)
        kept = (codes > 0).any(axis=(1, 2))
        classes, plain = (conditioned(codes[kept], known, pixel_mm) for known in (surroundings[kept], None))
        at = np.tile(middle_of_volume(codes > 0), (int(kept.sum()), 1))
        return cls(shares[kept], classes, plain, at, np.asarray(pixel_mm))

    @classmethod
    def joined(cls, parts: Sequence[ClassedSlices]) -> ClassedSlices:
        """All slices of volumes of one grid."""
        arrays = ("shares", "classes", "plain", "at")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
        return cls(**joined, pixel_mm=parts[0].pixel_mm)

    def __len__(self) -> int:
        return len(self.shares)


class Parts(NamedTuple):
    """Slices by what they are for, and the patients of both; no patient is in both."""

    training: ClassedSlices
    validation: ClassedSlices
    training_patients: tuple[str, ...]
    validation_patients: tuple[str, ...]


def parts_of(config: SynthesisTrainingConfig) -> Parts:
    """The slices of a config.

    Raises
    ------
    InputError
        The data are missing, of fewer than two patients, or cannot be read.
    """
    data = config.data
    if data.kind == "sunnybrook":
        wanted = TRAINING if data.patients is None else data.patients
        if other := [name for name in wanted if name not in TRAINING]:
            raise InputError(f"data.patients holds {other[0]}, expected some of {', '.join(TRAINING)}.")
        patients = {name: [] for name in (*wanted, *VALIDATION)}
        for case in imaged_stacks(data.folder):
            if case.patient in patients:
                volume = ClassedSlices.of_volume(case.images[0], case.truth.values[0], np.full(2, PIXEL_MM))
                patients[case.patient].append(volume)
        found = {name: ClassedSlices.joined(parts) for name, parts in patients.items() if parts}
        training, validation = ([name for name in names if name in found] for names in (wanted, VALIDATION))
    else:
        paths = _label_files(data.folder)
        names = [path.name.split(".")[0] for path in paths]
        if twice := [name for name in names if names.count(name) > 1]:
            raise InputError(
                f"{paths[0].parent} has several files whose names up to the first point are {twice[0]}: give every "
                "patient a name of its own."
            )
        found = {name: _of_file(path, config) for name, path in zip(names, paths)}
        order = np.random.default_rng([config.seed, 3]).permutation(sorted(found)).tolist()
        count = min(max(1, round(data.validation_share * len(order))), len(order) - 1)
        training, validation = order[count:], order[:count]
    if not training or not validation:
        raise InputError(f"{data.folder} has the images of one patient: some train and others validate.")
    slices = (ClassedSlices.joined([found[name] for name in names]) for names in (training, validation))
    return Parts(*slices, tuple(sorted(training)), tuple(sorted(validation)))


def _label_files(folder: Path) -> list[Path]:
    files = sorted(path for path in (folder / "labels").glob("*") if path.is_file() and path.name[0] != ".")
    if not files:
        raise InputError(f"{folder} has no label maps in a folder labels: put images/NAME and labels/NAME into it.")
    return files


def _of_file(path: Path, config: SynthesisTrainingConfig) -> ClassedSlices:
    """The slices of a label map and its image, cut to squares of the grid of the training."""
    image = path.parent.parent / "images" / path.name
    try:
        request = ImageSynthesisRequest(labels=path, style=image, label_values=config.data.label_values)
        volume = read_labels(path, "labels", request.label_values)
        require_known(volume, config.model, KNOWN)
        style = read_style(request, volume)
    except InputError as error:
        raise InputError(error.in_words(str)) from error
    if not style.on_grid:
        raise InputError(f"{image} does not lie on the grid of its label map: resample it.")
    codes = volume.flat
    size = 2 * round(CANVAS * config.grid / 2)
    field = Field(middle_of_volume(codes > 0), codes.shape[1:], volume.pixel_mm, size, config.grid_mm)
    images, maps = field.cut(style.flat).numpy(), field.cut(codes, "nearest").numpy().astype(np.uint8)
    return ClassedSlices.of_volume(images, maps, np.full(2, config.grid_mm))
