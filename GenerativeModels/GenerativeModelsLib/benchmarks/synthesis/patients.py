"""Which patients of Sunnybrook train and which are tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase, imaged_stacks, patients_of
from GenerativeModelsLib.output.fingerprint import file_checksum
from GenerativeModelsLib.training.synthesis.cases import TRAINING

__all__ = ["Patients", "checksum_of_slices", "patients", "some_patients"]


@dataclass(frozen=True, eq=False)
class Patients:
    """Stacks of ED and ES.

    Attributes
    ----------
    training
        Of the patients that train the networks of image synthesis, `training.synthesis.cases.TRAINING`.
    tested
        Of others.
    """

    training: Sequence[ImagedCase]
    tested: Sequence[ImagedCase]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the training's patients, in order."""
        return tuple(dict.fromkeys(case.patient for case in self.training))

    @property
    def tested_names(self) -> tuple[str, ...]:
        """Of the tested patients, in order."""
        return tuple(dict.fromkeys(case.patient for case in self.tested))


def patients(data: Path, *, final: bool, most: int | None = None) -> Patients:
    """The patients of a run.

    Parameters
    ----------
    final
        Test those that never steered development; else the others that train nothing.
    most
        Test this many at most.

    Raises
    ------
    InputError
        The data are missing.
    """
    tested = [name for name in patients_of(data, final=final) if name not in TRAINING][:most]
    cases = list(imaged_stacks(data))
    return Patients(
        [case for case in cases if case.patient in TRAINING], [case for case in cases if case.patient in tested]
    )


def checksum_of_slices(data: Path) -> str:
    """SHA-256 of `sunnybrook_slices`."""
    folder = data_set(data, "sunnybrook_slices")
    return file_checksum([folder / "slices.npz", folder / "slices.csv"])


def some_patients(names: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """`count` of them in the order of a seed, so that more patients are those of fewer and further ones."""
    order = np.random.default_rng([seed, 11]).permutation(len(names))
    return tuple(names[number] for number in order[:count])
