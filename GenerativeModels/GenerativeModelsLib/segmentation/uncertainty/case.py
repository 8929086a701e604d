"""The map of one segmentation, compared with the maps of the training set; its document and its files."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from GenerativeModelsLib.anatomy.run import Case, Progress
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.language import said
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.uncertainty.anatomy import MAP, OVERVIEW
from GenerativeModelsLib.segmentation.uncertainty.found import Uncertainty
from GenerativeModelsLib.segmentation.uncertainty.read import Segmented
from GenerativeModelsLib.segmentation.volume_file import write_volume

if TYPE_CHECKING:
    from GenerativeModelsLib.segmentation.uncertainty.model import UncertaintyModel
    from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest

__all__ = ["compute", "document", "uncertainty_of", "write_files"]

UNLIKE = 0.02
"""Share of the slices of held-out patients that are warned of by each of the two measures."""


def compute(
    request: UncertaintyRequest, segmented: Segmented, model: UncertaintyModel, progress: Progress
) -> Uncertainty:
    """Probabilities of wrong labels of a request; raises `InputError` if the model is of another view."""
    if model.view != request.view:
        raise InputError(
            f"{named('model')} is of {model.view} views, and {named('view')} is {request.view}: name another model."
        )
    start = time.perf_counter()
    found = uncertainty_of(segmented, model, progress)
    return replace(found, seconds={"uncertainty": time.perf_counter() - start})


def uncertainty_of(segmented: Segmented, model: UncertaintyModel, progress: Progress) -> Uncertainty:
    """Probabilities of wrong labels of all slices, with what must be said of them."""
    maps, images = segmented.maps, segmented.images
    probability = np.zeros(maps.values.shape, np.float32)
    similarity, distance = np.full((2, *maps.values.shape[:2]), np.nan)
    for frame in range(maps.frames):
        found = model.disagreement(images[frame], maps.values[frame], maps.pixel_mm)
        similarity[frame], distance[frame] = found.similarity, found.distance
        said_of = np.isfinite(found.similarity)
        probability[frame, said_of] = model.calibration(found.share[said_of])
        progress(f"frame {frame + 1} of {maps.frames}", (frame + 1) / maps.frames)
    limits = float(np.quantile(model.similarities, UNLIKE)), float(np.quantile(model.distances, 1 - UNLIKE))
    plain = Uncertainty(probability, similarity, distance, *limits, ())
    return replace(plain, warnings=(*maps.warnings, *_warnings(maps, model, plain)))


def _warnings(maps: LabelMaps, model: UncertaintyModel, found: Uncertainty) -> list[str]:
    warnings = []
    unknown = [name for name in maps.labels if maps.has(name) and name not in model.structures]
    if unknown:
        sentence = said(
            "The model does not know these structures, which count as background: {structure_list}.",
            structure_list=[STRUCTURES[name] for name in unknown],
        )
        warnings.append(Caution(sentence, "missing"))
    silent = int(np.isnan(found.similarity).sum())
    if silent:
        sentence = said(
            "{silent} of {all} slices have no labels; nothing is said of them, not even whether a heart was missed.",
            silent=silent,
            all=found.similarity.size,
        )
        warnings.append(Caution(sentence, "missing"))
    if len(found.unlike):
        sentence = said(
            "{unlike} of {all} slices are less like the training set than nearly all of held-out patients; their "
            "probabilities are not calibrated.",
            unlike=len(found.unlike),
            all=found.similarity.size - silent,
        )
        warnings.append(Caution(sentence, "verdict"))
    return warnings


def document(case: Case) -> dict[str, Any]:
    """Entries of `result.json` of a map."""
    maps, model, found = case.inputs.maps, case.run.model, case.run.found
    labelled = np.isin(maps.values, [CODES[name] for name in model.structures])
    silent = np.isnan(found.similarity)
    count = np.maximum(labelled.sum(axis=(2, 3)), 1)
    mean = (found.probability * labelled).sum(axis=(2, 3)) / count
    wrong_mm2 = found.wrong_mm2(maps.pixel_mm)
    known = wrong_mm2[~silent]
    return {
        "inputs": {"image": case.request.image.name, "prediction": case.request.prediction.name},
        "frames": maps.frames,
        "slices": maps.slices,
        "view": case.request.view,
        "labels": dict(maps.labels),
        "structures": list(model.structures),
        "mean_wrong_mm2": round(float(known.mean()), 4),
        "largest_wrong_mm2": round(float(known.max()), 4),
        "unlike_slices": len(found.unlike),
        "mean": _rounded(mean, silent),
        "wrong_mm2": _rounded(wrong_mm2, silent),
        "similarity": _rounded(found.similarity, silent),
        "distance": _rounded(found.distance, silent),
        "least_similarity": round(found.least_similarity, 4),
        "largest_distance": round(found.largest_distance, 4),
        "unlike": found.unlike.tolist(),
    }


def write_files(case: Case, folder: Path) -> None:
    """Write the map on the grid of the prediction, and the picture of the most uncertain slices."""
    from GenerativeModelsLib.segmentation.uncertainty.pictures import write_overview

    maps = case.inputs.maps
    write_volume(folder / MAP, case.run.found.in_file(maps), maps.grid, maps.frame_s)
    write_overview(folder / OVERVIEW, case.inputs, case.run.found)


def _rounded(values: np.ndarray, silent: np.ndarray) -> list[list[float | None]]:
    """Values (frames, slices), None for slices of which nothing is said."""
    pairs = zip(values.tolist(), silent.tolist())
    return [[None if no else round(value, 4) for value, no in zip(*row)] for row in pairs]
