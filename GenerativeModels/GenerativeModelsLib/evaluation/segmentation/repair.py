"""The repair of segmentations beside other methods, on real failures of a network and on graded faults.

Real failures: a small U-Net trained on six patients of Sunnybrook segments the others, whole cines included, with three
seeds. Graded faults: expert maps of Sunnybrook with faults of known kind and size. Patients held out, and those of
ACDC, are read with `final` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from GenerativeModelsLib.evaluation.bar import bar
from GenerativeModelsLib.evaluation.kept import kept
from GenerativeModelsLib.evaluation.scores.tables import Report
from GenerativeModelsLib.evaluation.segmentation import autoencoder as dae
from GenerativeModelsLib.evaluation.segmentation.corrupted import LEVELS, corrupted_cases
from GenerativeModelsLib.evaluation.segmentation.expert_maps import DEVELOPMENT, HELD_OUT, acdc_maps, sunnybrook_maps
from GenerativeModelsLib.evaluation.segmentation.methods import (
    AsItIs,
    InTurn,
    LargestPieces,
    MedianInTime,
    Method,
    Repair,
    WhereFaulty,
)
from GenerativeModelsLib.evaluation.segmentation.predictions import (
    SegmentedCase,
    TrainingJob,
    checksum_of_images,
    segmented_cases,
    training_cases,
)
from GenerativeModelsLib.evaluation.segmentation.repair_scores import CaseScore, ScoringJob, score_case
from GenerativeModelsLib.evaluation.segmentation.repair_tables import table_of_networks, tables_of
from GenerativeModelsLib.evaluation.segmentation.shape_model import ShapeModel, fit_shape_model
from GenerativeModelsLib.evaluation.segmentation.sunnybrook_images import NOMINAL_MM, TRAINING_PATIENTS, patients_of
from GenerativeModelsLib.evaluation.segmentation.unet import SETTINGS
from GenerativeModelsLib.process.checkout import commit
from GenerativeModelsLib.process.parallel import parallel_map

__all__ = ["KEPT", "SEEDS", "fitted_methods", "run"]

KEPT = Path("runs/repair")
"""Folder of networks and predictions, which a later run takes up."""
SEEDS = 3


def run(
    data: Path,
    cases: int,
    seed: int,
    workers: int,
    *,
    bundle: Path | None = None,
    final: bool = False,
    folder: Path = KEPT,
) -> Report:
    """All methods on the segmentations of three networks, and on `cases` maps with faults of each level and source.

    With a `bundle` of label maps, the repair by it is judged beside that by the shipped one.
    """
    seeds = [seed + number for number in range(SEEDS)]
    jobs = [TrainingJob(data, folder, each, final) for each in seeds]
    with bar("networks") as progress:
        by_seed = parallel_map(segmented_cases, jobs, workers, threads=1, progress=progress)
    methods = fitted_methods(data, folder, seed)
    if bundle is not None:
        methods.append(Repair(bundle=bundle))
    sources = {"U-Net": [case for found in by_seed for case in found], **_graded(data, cases, seed, final)}
    scores = {name: _scored(found, methods, workers, name) for name, found in sources.items()}
    figures = {
        "seeds": seeds,
        "final": final,
        "training_patients": TRAINING_PATIENTS,
        "tested_patients": patients_of(data, final=final),
        "network": SETTINGS,
        "images_sha256": checksum_of_images(data),
        "commit": commit(),
        "cases": {name: [asdict(score) for score in found] for name, found in scores.items()},
    }
    tables, figures["summary"] = tables_of(scores, [method.name for method in methods])
    if bundle is not None:
        table, figures["networks"] = table_of_networks(scores, Repair().name, methods[-1].name)
        tables.append(table)
    return Report(tables, figures)


def fitted_methods(data: Path, folder: Path, seed: int, steps: int = dae.SETTINGS["steps"]) -> list[Method]:
    """All methods; shape model and auto-encoder are fitted on the walls and cavities of the training patients."""
    slices = [
        values
        for case in training_cases(data)
        for values, known in zip(case.truth.values[0], case.known["myo"][0])
        if known
    ]
    settings = {"data": checksum_of_images(data), "patients": list(TRAINING_PATIENTS)}
    pixel_mm = np.full(2, NOMINAL_MM[0])
    shapes = ShapeModel.of(kept(folder, "shapes", settings, lambda: fit_shape_model(slices, pixel_mm).arrays()))

    def weights() -> dict[str, np.ndarray]:
        net = dae.train_autoencoder(slices, pixel_mm, seed, steps)
        return {name: tensor.numpy() for name, tensor in net.state_dict().items()}

    own = {**settings, **dae.SETTINGS, "steps": steps, "seed": seed}
    denoising = dae.DenoisingAutoencoder(kept(folder, "autoencoder", own, weights))
    models = [shapes, WhereFaulty(shapes), denoising, WhereFaulty(denoising)]
    usual = LargestPieces()
    return [AsItIs(), usual, MedianInTime(), *models, Repair(network=False), Repair(), InTurn(usual, Repair())]


def _graded(data: Path, cases: int, seed: int, final: bool) -> dict[str, list[SegmentedCase]]:
    """Faults in expert maps of the tested part of Sunnybrook, with `final` also of ACDC; by source and level."""
    part = HELD_OUT if final else DEVELOPMENT
    tested = patients_of(data, final=final)
    sunnybrook = [e for e in sunnybrook_maps(data) if e.part == part and e.patient.split()[0] in tested]
    experts = {"Sunnybrook": sunnybrook, **({"ACDC": list(acdc_maps(data))} if final else {})}
    return {
        f"{name}, {level}": list(corrupted_cases(maps, level, cases, seed))
        for name, maps in experts.items()
        for level in LEVELS
    }


def _scored(found: Sequence[SegmentedCase], methods: Sequence[Method], workers: int, words: str) -> list[CaseScore]:
    with bar(words) as progress:
        jobs = [ScoringJob(case, methods) for case in found]
        by_case = parallel_map(score_case, jobs, workers, threads=1, progress=progress)
    return [score for scores in by_case for score in scores]
