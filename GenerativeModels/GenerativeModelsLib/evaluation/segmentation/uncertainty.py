"""Maps of segmentation uncertainty on the real errors of a small network, beside usual and plain measures.

The U-Nets of `benchmark repair`, three seeds, segment patients that trained neither them nor the joint space. Every
measure is made a probability by the same isotonic regression on the other patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.scores.paired import paired_change
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.segmentation.judged import JudgedSlices, judged_slices
from GenerativeModelsLib.evaluation.segmentation.predictions import TrainingJob, checksum_of_images, trained_network
from GenerativeModelsLib.evaluation.segmentation.repair import KEPT, SEEDS
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import ImagedCase, imaged_stacks, patients_of
from GenerativeModelsLib.evaluation.segmentation.uncertainty_scores import (
    BAND_MM,
    BINS,
    JudgedPixels,
    PatientScore,
    contour_distance,
    patient_scores,
)
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS, probabilities
from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.process.parallel import parallel_map
from GenerativeModelsLib.segmentation.maps import CODES
from GenerativeModelsLib.segmentation.uncertainty.calibration import Calibration
from GenerativeModelsLib.segmentation.uncertainty.model import UncertaintyModel, load_uncertainty_model

__all__ = ["METHODS", "entropy", "run"]

OURS, ENSEMBLE, AUGMENTED, ALONE, DISTANCE = (
    *("joint space", "entropy of the ensemble", "entropy under test-time augmentation"),
    *("entropy of the network alone", "distance to the predicted contour"),
)
METHODS = (OURS, ENSEMBLE, AUGMENTED, ALONE, DISTANCE)
VIEWS = 10
"""Ways to look at an image under test-time augmentation."""
REGIONS = ("all", "band")


@dataclass(frozen=True)
class MeasuringJob:
    """A case to segment by the networks of all seeds and to measure."""

    data: Path
    folder: Path
    seeds: Sequence[int]
    model: Path
    patient: str
    kind: str


def run(model: Path, data: Path, seed: int, workers: int, *, final: bool = False, folder: Path = KEPT) -> Report:
    """All measures on patients that steer development, or with `final` on the others.

    Without `final` the calibrations are fitted to the other patients in turn; with it to those of development.

    Raises
    ------
    InputError
        The bundle was trained on a patient that is tested, or the data are missing.
    """
    seeds = [seed + number for number in range(SEEDS)]
    bundle = load_uncertainty_model(model)
    if bundle.view != "short-axis":
        raise InputError(
            f"{named('model')} is of {bundle.view} views, and Sunnybrook is short-axis: name another model."
        )
    development, tested = patients_of(data, final=False), patients_of(data, final=final)
    _require_unseen(bundle, tested)
    pixels = _measured(model, data, seeds, tested, workers, folder)
    reference = _measured(model, data, seeds, development, workers, folder) if final else None
    scores = []
    for method in METHODS:
        calibration = None if reference is None else _fitted(reference, method)
        scores += patient_scores(pixels, method, REGIONS, calibration)
    figures = {
        "seeds": seeds,
        "final": final,
        "tested_patients": tested,
        "network": SETTINGS,
        "model": {"name": bundle.manifest.name, "sha256": bundle.manifest.sha256},
        "images_sha256": checksum_of_images(data),
        "commit": commit(),
        "scores": [asdict(score) for score in scores],
    }
    return Report([_table(scores, region, phase) for region in REGIONS for phase in ("ED", "ES")], figures)


def entropy(shares: np.ndarray, structures: Sequence[str]) -> np.ndarray:
    """(N, rows, columns) nats of probabilities (N, classes, rows, columns), all but `structures` being one class."""
    known = shares[:, [CODES[name] for name in structures]]
    whole = np.concatenate([known, np.clip(1 - known.sum(1, keepdims=True), 0, 1)], axis=1)
    return -(whole * np.log(np.maximum(whole, 1e-12))).sum(1)


def measured_case(job: MeasuringJob) -> list[JudgedPixels]:
    """The pixels of a case, segmented by the network of each seed, with all measures."""
    case = next(c for c in imaged_stacks(job.data) if (c.patient, c.kind) == (job.patient, job.kind))
    model = load_uncertainty_model(job.model)
    nets = [trained_network(TrainingJob(job.data, job.folder, each, False)) for each in job.seeds]
    flat = case.images.reshape(-1, *case.images.shape[-2:])
    alone = [probabilities(net, flat) for net in nets]
    found = []
    for seed, net, shares in zip(job.seeds, nets, alone):
        by_method = {ENSEMBLE: np.mean(alone, axis=0), AUGMENTED: probabilities(net, flat, VIEWS), ALONE: shares}
        labels = shares.argmax(1).astype(np.uint8).reshape(case.images.shape)
        found += [pixels_of(slices, model, by_method, seed, case) for slices in judged_slices(case, labels)]
    return found


def pixels_of(
    slices: JudgedSlices, model: UncertaintyModel, shares: dict[str, np.ndarray], seed: int, case: ImagedCase
) -> JudgedPixels:
    """The pixels of slices; `shares` by method are probabilities (N, classes, rows, columns) of the whole case."""
    distance = contour_distance(slices.known_labels, slices.pixel_mm)
    levels = {name: entropy(values[slices.which], slices.structures) for name, values in shares.items()}
    found = model.disagreement(slices.images, slices.labels, slices.pixel_mm, slices.structures)
    levels |= {OURS: found.share, DISTANCE: -np.minimum(distance, 1e3)}
    return JudgedPixels(
        case.patient,
        seed,
        case.kind,
        slices.wrong.ravel(),
        distance.ravel(),
        {name: values.astype(np.float32).ravel() for name, values in levels.items()},
    )


def _measured(
    model: Path, data: Path, seeds: Sequence[int], patients: Sequence[str], workers: int, folder: Path
) -> list[JudgedPixels]:
    for each in seeds:
        trained_network(TrainingJob(data, folder, each, False))
    cases = [(case.patient, case.kind) for case in imaged_stacks(data) if case.patient in patients]
    jobs = [MeasuringJob(data, folder, seeds, model, *case) for case in cases]
    with bar("stacks") as progress:
        by_case = parallel_map(measured_case, jobs, workers, threads=1, progress=progress)
    return [pixels for found in by_case for pixels in found]


def _fitted(pixels: Sequence[JudgedPixels], method: str) -> Calibration:
    parts = [(each.levels[method], each.wrong) for each in pixels]
    return Calibration.fit(*(np.concatenate(arrays) for arrays in zip(*parts)))


def _require_unseen(model: UncertaintyModel, tested: Sequence[str]) -> None:
    trained = model.manifest.training_population.get("patients", [])
    if seen := sorted(set(tested) & set(trained)):
        raise InputError(
            f"The model was trained on {', '.join(seen)}, who are tested here: train one by the config of the package."
        )


def _table(scores: Sequence[PatientScore], region: str, phase: str) -> Table:
    of = {
        method: [s for s in scores if (s.method, s.region, s.phase) == (method, region, phase) and s.auc is not None]
        for method in METHODS
    }
    rows = []
    for method, found in of.items():
        patients = [score.patient for score in found]
        cells = []
        for name, better, digits in (("auc", "higher", 3), ("ause", "lower", 3), ("ece", "lower", 4)):
            ours, these = ([getattr(score, name) for score in each] for each in (of[OURS], found))
            change = paired_change(ours, these, patients, better)
            text = f"{change.after:.{digits}f}"
            if method != OURS and change.interval95 is not None:
                low, high = change.interval95
                text += f" ({change.difference:+.{digits}f}, {low:+.{digits}f} to {high:+.{digits}f})"
            cells.append(text)
        rows.append([method, *cells])
    ours = of[OURS]
    wrong = np.mean([score.wrong_share for score in ours]) if ours else float("nan")
    where = "all pixels of a slice" if region == "all" else f"pixels at most {BAND_MM:g} mm from a predicted contour"
    return Table(
        f"{phase}, {where}: {100 * wrong:.2f} % are wrong, {len(ours)} patients",
        ["measure", "AUC of wrong labels", "AUSE / mean error", f"ECE, {BINS} bins of equal size"],
        rows,
        [
            "Means over seeds, then patients.",
            "In brackets the difference from the first row, paired, with its 95 % interval.",
        ],
    )
