"""Synthetic images of held-out label maps: their labels found again, their style, their distance to real images.

Each label map of end diastole is drawn twice: in the style of its own image, whose surroundings are then drawn too, and
in that of the image of a patient of the training, from which only the look is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.synthesis.generators import Generator
from GenerativeModelsLib.benchmarks.synthesis.networks import features, network, scores_of
from GenerativeModelsLib.benchmarks.synthesis.patients import Patients, checksum_of_slices
from GenerativeModelsLib.benchmarks.synthesis.stacks import drawn_case, labelled_volume, style_image
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.evaluation.synthesis.distances import (
    frechet_distance,
    mean_discrepancy,
    nearest_similarity,
    precision_recall,
)
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.synthesis.images.fidelity import histogram_distances
from GenerativeModelsLib.synthesis.images.field import Field, middle_of_volume
from GenerativeModelsLib.synthesis.images.tone import Tone

__all__ = ["REAL", "STYLES", "Fidelity", "FidelityJob", "fidelity_of"]

STYLES = ("own image", "another patient")
REAL = "real images"
COMPONENTS = 8
"""Principal components of the features that are compared: fewer than the slices of any set."""
SQUARE, SQUARE_MM = 64, 2.5
"""Pixels of the squares about the heart that are compared with those of the training."""


@dataclass(frozen=True)
class FidelityJob:
    """What to draw and how to judge it.

    Attributes
    ----------
    folder
        Of kept networks.
    steps
        Of the training of the U-Nets.
    """

    data: Path
    patients: Patients
    folder: Path
    seeds: Sequence[int]
    steps: int


@dataclass(frozen=True)
class Fidelity:
    """Figures of one method, or of the real images, in one style.

    Attributes
    ----------
    title, style
        Of the method; one of `STYLES`, or "" of real images.
    scores
        By patient: mean over the segmenters of the Dice and of the 95th percentile of the distance of each structure.
    histogram, histogram_other
        By patient: distance of grey values to the style image, and to that of a random other patient.
    distances
        To the real images of the tested patients: "frechet", "mmd", "precision", "recall".
    similarity
        (N,) of each slice to the most similar real one of the training.
    """

    title: str
    style: str
    scores: Mapping[str, Mapping[str, float]]
    histogram: Mapping[str, float] = field(default_factory=dict)
    histogram_other: Mapping[str, float] = field(default_factory=dict)
    distances: Mapping[str, float] = field(default_factory=dict)
    similarity: tuple[float, ...] = ()


def fidelity_of(
    generators: Sequence[Generator], job: FidelityJob, workers: int, progress: Progress | None = None
) -> list[Fidelity]:
    """Figures of the real images, then of each method in each of `STYLES`."""
    for seed in job.seeds:
        _segmenter(job, seed)
    work = partial(_judged, job)
    found = parallel_map(work, [None, *generators], workers, threads=1, progress=progress)
    return [one for some in found for one in some]


def _segmenter(job: FidelityJob, seed: int):
    """The U-Net of a seed, trained on the real images of all patients of the training."""
    settings = {"patients": list(job.patients.names), "data": checksum_of_slices(job.data)}
    return network(job.folder, f"real-{seed}", settings, seed, job.steps, lambda: (job.patients.training, ()))


def _judged(job: FidelityJob, generator: Generator | None) -> list[Fidelity]:
    nets = [_segmenter(job, seed) for seed in job.seeds]
    real = [case for case in job.patients.tested if case.kind == "ED"]
    training = [case for case in job.patients.training if case.kind == "ED"]
    space = _Space.of(nets[0], training)
    reference, seen = space.features(real), np.concatenate([_squares(case) for case in training])
    if generator is None:
        scores = _scores(nets, real)
        distances = _distances(reference, space.features(training))
        return [Fidelity(REAL, "", scores, distances=distances, similarity=_similar(real, seen))]
    method, found = generator.load(), []
    for style in STYLES:
        drawn, near, far = [], {}, {}
        for number, case in enumerate(real):
            rng = np.random.default_rng([job.seeds[0], number, STYLES.index(style)])
            other = training[int(rng.integers(len(training)))]
            own = style == STYLES[0]
            wanted = style_image(case if own else other, on_grid=own)
            made, told = drawn_case(method, case, case.truth.values[0], wanted, rng)
            drawn.append(made)
            volume = labelled_volume(case)
            rest = [each for each in (*training, *real) if each.patient not in (case.patient, other.patient)]
            stranger = style_image(rest[int(rng.integers(len(rest)))], on_grid=False)
            for kept, image in ((near, wanted), (far, stranger)):
                kept[case.patient] = histogram_distances(told, volume, image)["overall"]
        distances = _distances(reference, space.features(drawn))
        found.append(
            Fidelity(generator.title, style, _scores(nets, drawn), near, far, distances, _similar(drawn, seen))
        )
    return found


def _scores(nets: Sequence, cases: Sequence[ImagedCase]) -> dict[str, dict[str, float]]:
    found = {}
    for case in cases:
        scores = [scores_of(net, case) for net in nets]
        found[case.patient] = {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}
    return found


@dataclass(frozen=True, eq=False)
class _Space:
    """Principal components of a segmenter's features of real training images."""

    net: object
    mean: np.ndarray
    axes: np.ndarray

    @classmethod
    def of(cls, net: object, cases: Sequence[ImagedCase]) -> _Space:
        values = np.concatenate([features(net, case.images[0]) for case in cases]).astype(float)
        mean = values.mean(0)
        axes = np.linalg.svd(values - mean, full_matrices=False)[2][:COMPONENTS]
        return cls(net, mean, axes)

    def features(self, cases: Sequence[ImagedCase]) -> np.ndarray:
        """(N, components) of all slices."""
        values = np.concatenate([features(self.net, case.images[0]) for case in cases])
        return (values - self.mean) @ self.axes.T


def _distances(real: np.ndarray, synthetic: np.ndarray) -> dict[str, float]:
    precision, recall = precision_recall(real, synthetic)
    return {
        "frechet": frechet_distance(real, synthetic),
        "mmd": mean_discrepancy(real, synthetic),
        "precision": precision,
        "recall": recall,
    }


def _similar(cases: Sequence[ImagedCase], training: np.ndarray) -> tuple[float, ...]:
    return tuple(nearest_similarity(np.concatenate([_squares(case) for case in cases]), training).tolist())


def _squares(case: ImagedCase) -> np.ndarray:
    """(slices, rows, columns) squares about the heart, grey values from -1 to 1."""
    images = case.images[0].astype(np.float32)
    cavity = case.truth.values[0] == CODES["lv"]
    place = Field(middle_of_volume(cavity), images.shape[1:], case.truth.pixel_mm, SQUARE, SQUARE_MM)
    return place.cut(Tone.of(images).seen(images)).numpy()
