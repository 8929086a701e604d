"""Model bundle of trained weights, calibrated on held-out cases, and the report on a cohort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from GenerativeModelsLib.evaluation.data.hc18 import Hc18Split, read_hc18, split_hc18
from GenerativeModelsLib.evaluation.data.real_heads import evaluation_templates
from GenerativeModelsLib.evaluation.data.test_heads import CALIBRATION_SET
from GenerativeModelsLib.evaluation.skull.head_calibration import fit_head_calibration
from GenerativeModelsLib.evaluation.skull.real_heads import examine
from GenerativeModelsLib.evaluation.skull.run import evaluate_set
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.skull.infer.model import load_skull_model
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.shared.prior_part import PriorPart, prior_part
from GenerativeModelsLib.training.shared.progress import Stages
from GenerativeModelsLib.training.shared.trained import Trained
from GenerativeModelsLib.training.skull.bundle_files import gather, plain, write_skull_bundle
from GenerativeModelsLib.training.skull.calibrate import RealReading, rank_tables, read_biometry, size_calibration
from GenerativeModelsLib.training.skull.calibration_parts import Found, calibration_of
from GenerativeModelsLib.training.skull.cohort import OwnCohort, read_cohort, read_own_cohort
from GenerativeModelsLib.training.skull.cohort_figures import own_table
from GenerativeModelsLib.training.skull.cohort_report import Compared, write_skull_report
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.durations import (
    CALIBRATION,
    COMPARISON,
    DENSITIES,
    REAL_HEADS,
    REAL_PICTURES,
)
from GenerativeModelsLib.training.skull.finished import FinishedTraining
from GenerativeModelsLib.training.skull.kept import Start, read_start
from GenerativeModelsLib.training.skull.own_results import own_results
from GenerativeModelsLib.training.skull.prior import head_priors
from GenerativeModelsLib.training.skull.start import compared_bundle, with_start
from GenerativeModelsLib.training.skull.usual_inputs import own_inputs, usual_inputs

__all__ = ["MOST_SEEN", "publish"]

MOST_SEEN = 40
"""Own cases for training and calibration, at most, that the new bundle judges for the report."""


def publish(config: SkullTrainingConfig, stages: Stages) -> Trained:
    """Calibrate the weights of a finished training and write them as a bundle.

    The weights are written first without calibration, but for that of the size; results of that draft on
    `calibration_cases` held-out simulated cases, HC18's calibration pictures and own cases make the calibration, and
    results of the calibrated draft on the real heads what these add. A training that started from a bundle keeps of it
    what it has no data of its own for: see `calibration_parts`, `usual_inputs` and `Start`. Results on own test cases,
    of the start (of the shipped bundle without one) and of the new bundle, go to the card and into the cohort's report.
    """
    start = read_start(config)
    rows = read_cohort(config.cohort) if config.cohort else []
    config = with_start(config)
    wanted = config.bundle
    stages.stage(DENSITIES)
    real = split_hc18(read_hc18(config.hc18)) if config.hc18 else None
    basis = config.output / "basis.safetensors"
    own = read_own_cohort(config, basis) if config.cohort else OwnCohort({}, {})
    training = FinishedTraining(config)
    usual = usual_inputs(training, start, own, real)
    size, size_source = _size(training, start, real)
    prior = _prior(config, start)
    tensors = gather(config) | usual.tensors
    seen = [row for row in rows if row.part != "test"]
    with TemporaryDirectory() as scratch:
        draft = write_skull_bundle(Path(scratch) / "draft", config, tensors, size, usual.settings)
        drafts = [draft] if start is None else [start.write_uncalibrated(Path(scratch) / "start"), draft]
        advance = stages.stage(CALIBRATION)
        found = _found(drafts, wanted.calibration_cases, seen, wanted.workers, advance)
        after = found[-1]
        if real:
            after = Found(after.simulated, after.own, _real_pictures(draft, real, stages.stage(REAL_PICTURES)))
    calibration = size | calibration_of(config, after, start, found[0] if start else None)
    calibration["sources"]["size"] = size_source
    settings = dict(usual.settings)
    if not usual.kept_from:
        settings |= rank_tables(_measures(after))
    calibration["sources"]["usual inputs"] = f"kept from {usual.kept_from}" if usual.kept_from else calibration["set"]
    mine = own_inputs(training, own, after.own)
    if mine is not None:
        settings["own"] = mine.settings()
        calibration["sources"]["usual inputs"] += f"; and what is usual among {mine.cases} own cases"
    _add_heads(config, start, tensors, calibration, settings, stages.stage(REAL_HEADS))
    parts = (config, tensors, calibration, settings)
    write_skull_bundle(wanted.output, *parts, prior=prior, start=start)
    compared = _compared(config, rows, stages)
    if compared is None:
        return Trained(wanted.output)
    records = [one.records for one in compared.after if one.records is not None]
    if records:
        tables = {"tables": own_table(records)}
        write_skull_bundle(wanted.output, *parts, prior=prior, start=start, validation=tables)
    simulated = (found[0].simulated, after.simulated) if start else None
    return Trained(wanted.output, write_skull_report(config, compared, simulated))


def _found(drafts: list[Path], cases: int, rows: list[CohortRow], workers: int, advance: Progress) -> list[Found]:
    """Results of each draft on the simulated calibration cases and on own cases."""
    total = len(drafts) * (cases + len(rows))
    results = []
    for number, draft in enumerate(drafts):
        step = _shifted(advance, number * (cases + len(rows)), total)
        simulated = list(evaluate_set(draft, CALIBRATION_SET, cases, workers=workers, progress=step))
        step = _shifted(advance, number * (cases + len(rows)) + cases, total)
        results.append(Found(simulated, own_results(draft, rows, workers=workers, progress=step)))
    return results


def _shifted(advance: Progress, before: int, total: int) -> Callable[[int, int], object]:
    """Progress of a part of a stage: `before` items of `total` were done before it."""
    return lambda done, _: advance(before + done, total)


def _real_pictures(draft: Path, real: Hc18Split, advance: Progress) -> list[RealReading]:
    return read_biometry(load_skull_model(draft), real.calibration, progress=advance)


def _measures(found: Found) -> list[dict[str, float]]:
    """Measures of all results that a rank refers to."""
    records = [*found.simulated, *(one.records for one in found.held_out if one.records is not None)]
    measures = [dict(record.measures) for case in records for record in case.records.values()]
    measures += [dict(one.circumference.measures) for one in found.held_out if one.circumference is not None]
    return measures + [dict(reading.measures) for reading in found.real]


def _size(training: FinishedTraining, start: Start | None, real: Hc18Split | None) -> tuple[dict[str, Any], str]:
    """Weight of the network's size as an entry of the calibration, and words on where it comes from.

    The start's, which was chosen on real pictures, if its reader reads the pictures and the training has no HC18 of its
    own; else from the readings of the validation and HC18's calibration pictures.
    """
    if start is not None and real is None and start.same_reader:
        return start.size, f"kept from {start.name}"
    pictures = training.read(real.calibration) if real else None
    words = f"readings of {len(training.held_out)} simulated cases"
    words += f" and {len(pictures)} HC18 pictures" if pictures else ""
    return {"size": size_calibration(training.net, training.held_out, pictures)}, words


def _prior(config: SkullTrainingConfig, start: Start | None) -> PriorPart:
    """The start's prior of heads, as a fine-tuning leaves the basis and the population as they are; else a new one."""
    kept = None if start is None else start.prior
    return prior_part(head_priors(config)) if kept is None else kept


def _add_heads(
    config: SkullTrainingConfig,
    start: Start | None,
    tensors: dict,
    calibration: dict[str, Any],
    settings: dict[str, Any],
    advance: Progress,
) -> None:
    """Add what real heads contribute to a calibration: from `heads` of the config, else the start's."""
    kept = None if start is None else start.calibration.get("heads")
    if config.heads:
        calibration["heads"] = _head_calibration(config, tensors, calibration, settings, advance)
        calibration["sources"]["heads"] = calibration["heads"]["set"]
    elif kept:
        calibration["heads"] = kept
        calibration["sources"]["heads"] = f"kept from {start.name} ({kept.get('set', 'real heads')})"


def _head_calibration(
    config: SkullTrainingConfig, tensors: dict, calibration: dict, settings: dict, advance: Progress
) -> dict[str, Any]:
    """Calibration on the real heads that did not shape the population, of a model calibrated on simulated ones."""
    with TemporaryDirectory() as scratch:
        draft = write_skull_bundle(Path(scratch) / "heads", config, tensors, plain(calibration), plain(settings))
        paths = evaluation_templates(config.heads)
        heads = examine(draft, paths, config.head_views, 0, config.bundle.workers, progress=advance)
    fitted = fit_head_calibration({head.name: head.cases for head in heads})
    rounded = {name: np.round(value, 4).tolist() for name, value in vars(fitted).items()}
    return rounded | {"set": f"{len(heads)} real heads, {config.head_views} simulated examinations each"}


def _compared(config: SkullTrainingConfig, rows: list[CohortRow], stages: Stages) -> Compared | None:
    """Results of the starting (else the shipped) bundle and of the new one on the own test cases; None without any."""
    test = [row for row in rows if row.part == "test"]
    if not test:
        return None
    seen = [row for row in rows if row.part != "test" and row.planes][:MOST_SEEN]
    start, new, workers = compared_bundle(config), config.bundle.output, config.bundle.workers
    advance, total = stages.stage(COMPARISON), 2 * len(test) + len(seen)
    before = [] if start is None else own_results(start, test, workers=workers, progress=_shifted(advance, 0, total))
    after = own_results(new, test, workers=workers, progress=_shifted(advance, len(test), total))
    again = own_results(new, seen, workers=workers, progress=_shifted(advance, 2 * len(test), total), whole=True)
    verdicts = [verdict for result in again if (verdict := result.verdict)]
    return Compared(start, before, after, (len(verdicts), verdicts.count("typical")) if verdicts else None)
