"""Segmentations by networks trained on few patients, kept so that a run goes on where it was ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from GenerativeModelsLib.evaluation.data.folders import data_set
from GenerativeModelsLib.evaluation.kept import digest_of, kept
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import (
    TRAINING_PATIENTS,
    ImagedCase,
    imaged_cines,
    imaged_stacks,
    patients_of,
)
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS, predicted, train_unet, unet
from GenerativeModelsLib.output.fingerprint import file_checksum
from GenerativeModelsLib.segmentation.maps import LabelMaps

if TYPE_CHECKING:
    import torch

__all__ = [
    "SegmentedCase",
    "TrainingJob",
    "checksum_of_images",
    "segmented_cases",
    "trained_network",
    "training_cases",
]


@dataclass(frozen=True, eq=False)
class SegmentedCase:
    """Label maps to repair, with the truth where it is known.

    Attributes
    ----------
    patient, kind, seed
        Whose maps, what they are, and the seed of what made them.
    maps
        The label maps.
    truth
        (frames, slices, rows, columns) uint8, values of `CODES`.
    known
        By "lv" and "myo", (frames, slices) bool: whether the truth of the structure is known in the slice.
    """

    patient: str
    kind: str
    seed: int
    maps: LabelMaps
    truth: np.ndarray
    known: dict[str, np.ndarray]


@dataclass(frozen=True)
class TrainingJob:
    """A network to train, or to take from the folder of kept arrays, and the patients that it segments."""

    data: Path
    folder: Path
    seed: int
    final: bool
    steps: int = SETTINGS["steps"]


def checksum_of_images(data: Path) -> str:
    """SHA-256 of the images and contours of `sunnybrook_slices` and `sunnybrook_cine`."""
    slices, cines = data_set(data, "sunnybrook_slices"), data_set(data, "sunnybrook_cine")
    return file_checksum([slices / "slices.npz", slices / "slices.csv", *sorted(cines.glob("*.nii.gz"))])


def training_cases(data: Path) -> list[ImagedCase]:
    """The stacks of the patients that train networks."""
    return [case for case in imaged_stacks(data) if case.patient in TRAINING_PATIENTS]


def segmented_cases(job: TrainingJob) -> list[SegmentedCase]:
    """The stacks and cines of the tested patients, segmented by the network of a seed."""
    trained, settings = _trained(job)
    tested = patients_of(job.data, final=job.final)
    cases = [case for case in (*imaged_stacks(job.data), *imaged_cines(job.data)) if case.patient in tested]

    def labels() -> dict[str, np.ndarray]:
        net = _network(trained)
        return {f"{case.patient} {case.kind}": predicted(net, case) for case in cases}

    by_name = kept(
        job.folder,
        f"segmented-{job.seed}",
        {"network": digest_of(settings), "patients": list(tested)},
        labels,
    )
    return [_segmented(case, by_name[f"{case.patient} {case.kind}"], job.seed) for case in cases]


def trained_network(job: TrainingJob) -> torch.nn.Module:
    """The network of a seed, in evaluation mode."""
    return _network(_trained(job)[0])


def _trained(job: TrainingJob) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Weights of the network of a seed, trained now or by an earlier run, and all that they follow from."""
    settings = {**SETTINGS, "steps": job.steps, "patients": list(TRAINING_PATIENTS), "seed": job.seed}
    settings["data"] = checksum_of_images(job.data)

    def weights() -> dict[str, np.ndarray]:
        net = train_unet(training_cases(job.data), job.seed, job.steps)
        return {name: tensor.numpy() for name, tensor in net.state_dict().items()}

    return kept(job.folder, f"unet-{job.seed}", settings, weights), settings


def _network(weights: dict[str, np.ndarray]) -> torch.nn.Module:
    import torch

    net = unet()
    net.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    return net.eval()


def _segmented(case: ImagedCase, values: np.ndarray, seed: int) -> SegmentedCase:
    maps = replace(case.truth, values=values)
    return SegmentedCase(case.patient, case.kind, seed, maps, case.truth.values, case.known)
