"""Whether synthetic images help: U-Nets of a few real patients, with ordinary augmentation alone and with more images.

All arms have the same number of steps and the same size of batches; with synthetic images half of each batch is of
them. All images are turned, scaled, mirrored, shifted and changed in contrast alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from GenerativeModelsLib.benchmarks.synthesis.generators import Generator, own_generator
from GenerativeModelsLib.benchmarks.synthesis.networks import network, scores_of
from GenerativeModelsLib.benchmarks.synthesis.patients import Patients, checksum_of_slices, some_patients
from GenerativeModelsLib.benchmarks.synthesis.stacks import deformed, drawn_case, style_image
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase
from GenerativeModelsLib.process.parallel import Progress, parallel_map

__all__ = ["AUGMENTATION", "OWN", "Arm", "ArmScores", "DownstreamJob", "arms_of", "downstream", "synthetic_cases"]

AUGMENTATION, OWN = "augmentation", "own-spade"
SLOW = frozenset({"ldm"})
"""Methods that take seconds for a slice, hours for all numbers of patients."""
MAPS = 6
"""Deformed label maps of each patient's end diastole: half are drawn in the patient's own style, with its
surroundings, and half in that of another of the patients."""


@dataclass(frozen=True)
class Arm:
    """One training.

    Attributes
    ----------
    key
        `AUGMENTATION`, `OWN`, or that of a method.
    count, seed
        Number of real patients, and of the training.
    """

    key: str
    count: int
    seed: int


@dataclass(frozen=True)
class ArmScores:
    """By tested patient and phase, "NAME ED", the scores of `networks.MEASURES` that are known."""

    arm: Arm
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class DownstreamJob:
    """What the trainings share.

    Attributes
    ----------
    trained
        Folder of trained networks, see `own_generator`.
    folder
        Of kept U-Nets.
    own_changes
        Fields of the config of the SPADE that sees the same patients alone.
    """

    data: Path
    patients: Patients
    generators: Sequence[Generator]
    trained: Path
    folder: Path
    steps: int
    own_changes: Mapping[str, object] | None = None


def arms_of(generators: Sequence[Generator], counts: Sequence[int], own: int, seeds: Sequence[int]) -> list[Arm]:
    """All trainings; with `own` patients alone the methods of `SLOW`, and the SPADE that has seen no others."""

    def keys(count: int) -> list[str]:
        drawn = [one.key for one in generators if count == own or one.method not in SLOW]
        return [AUGMENTATION, *drawn, *([OWN] if count == own else [])]

    return [Arm(key, count, seed) for count in counts for key in keys(count) for seed in seeds]


def downstream(
    arms: Sequence[Arm], job: DownstreamJob, workers: int, progress: Progress | None = None
) -> list[ArmScores]:
    """Train what is not trained yet, and score it on the tested patients."""
    return parallel_map(partial(_scored, job), arms, workers, threads=1, progress=progress)


def _scored(job: DownstreamJob, arm: Arm) -> ArmScores:
    names = some_patients(job.patients.names, arm.count, arm.seed)
    real = [case for case in job.patients.training if case.patient in names]
    settings = {"patients": list(names), "data": checksum_of_slices(job.data), "maps": MAPS}
    generator = None
    if arm.key == OWN:
        generator = own_generator(names, arm.seed, job.data, job.trained, job.own_changes)
    elif arm.key != AUGMENTATION:
        generator = next(one for one in job.generators if one.key == arm.key)
    if generator is not None:
        settings |= generator.settings()

    def data() -> tuple[Sequence[ImagedCase], Sequence[ImagedCase]]:
        return real, () if generator is None else synthetic_cases(generator, real, arm.seed)

    net = network(job.folder, f"{arm.key}-{arm.count}-{arm.seed}", settings, arm.seed, job.steps, data)
    return ArmScores(arm, {f"{case.patient} {case.kind}": scores_of(net, case) for case in job.patients.tested})


def synthetic_cases(generator: Generator, real: Sequence[ImagedCase], seed: int) -> list[ImagedCase]:
    """`MAPS` synthetic stacks for each patient, with deformed label maps of its end diastole."""
    method, whole = generator.load(), [case for case in real if case.kind == "ED"]
    others, found = max(len(whole) - 1, 1), []
    for number, case in enumerate(whole):
        for turn in range(MAPS):
            rng = np.random.default_rng([seed, number, turn])
            own = turn % 2 == 0
            other = whole[(number + 1 + turn // 2 % others) % len(whole)]
            style = style_image(case if own else other, on_grid=own)
            found.append(drawn_case(method, case, deformed(case, rng), style, rng)[0])
    return found
