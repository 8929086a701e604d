"""The map of one segmentation: read, compared with the maps of the training set, and written if asked for."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from GenerativeModelsLib import __version__
from GenerativeModelsLib.anatomy.run import Progress, model_summary, now, warning_entries, write_json
from GenerativeModelsLib.errors import Caution, InputError, named
from GenerativeModelsLib.label_files.values import STRUCTURES
from GenerativeModelsLib.language import said
from GenerativeModelsLib.output.folder import output_folder
from GenerativeModelsLib.resources import default_bundle
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.segmentation.uncertainty.model import UncertaintyModel, load_uncertainty_model
from GenerativeModelsLib.segmentation.uncertainty.read import Segmented, read_segmented
from GenerativeModelsLib.segmentation.uncertainty.request import UncertaintyRequest
from GenerativeModelsLib.segmentation.volume_file import write_volume

__all__ = ["UNCERTAINTY", "Uncertainty", "UncertaintyCase", "uncertainty_case", "uncertainty_of"]

UNCERTAINTY, DOCUMENT, SCHEMA = "uncertainty.nii.gz", "result.json", "segmentation-uncertainty/1"
UNLIKE = 0.02
"""Share of the slices of held-out patients that are warned of by each of the two measures."""


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Probabilities of wrong labels.

    Attributes
    ----------
    probability
        (frames, slices, rows, columns) float32, 0 to 1; 0 in slices without labels, of which nothing is said.
    similarity, distance
        (frames, slices) of `model.Disagreement`; NaN where nothing is said.
    least_similarity, largest_distance
        Below and above which a slice is outside of the training set.
    warnings
        Sentences.
    """

    probability: np.ndarray
    similarity: np.ndarray
    distance: np.ndarray
    least_similarity: float
    largest_distance: float
    warnings: tuple[str, ...]

    @property
    def unlike(self) -> np.ndarray:
        """(n, 2) frame and slice of those outside of the training set."""
        return np.argwhere((self.similarity < self.least_similarity) | (self.distance > self.largest_distance))


@dataclass(frozen=True, eq=False)
class UncertaintyCase:
    """A computed case.

    Attributes
    ----------
    maps
        The prediction.
    found
        Its probabilities.
    content
        Of `result.json`.
    """

    maps: LabelMaps
    found: Uncertainty
    content: dict[str, Any]

    @property
    def volume(self) -> np.ndarray:
        """Probabilities (frame, k, j, i) of the voxels of the prediction, float32."""
        return np.ascontiguousarray(self.maps.grid.as_in_file(self.found.probability))


def uncertainty_case(request: UncertaintyRequest, *, progress: Progress | None = None) -> UncertaintyCase:
    """Compute a request, and write `uncertainty.nii.gz` and `result.json` if it has an output.

    Raises
    ------
    InputError
        A file, the bundle or the output folder cannot be used; nothing is left behind.
    """
    show = progress or (lambda message, share: None)
    with output_folder(request.output, overwrite=request.overwrite) if request.output else nullcontext() as folder:
        case = _computed(request, show)
        if folder is not None:
            write_volume(folder / UNCERTAINTY, case.volume, case.maps.grid, case.maps.frame_s)
            write_json(case.content, folder / DOCUMENT)
    show("done", 1.0)
    return case


def _computed(request: UncertaintyRequest, show: Progress) -> UncertaintyCase:
    start = time.perf_counter()
    show("reading the image and its labels", 0.05)
    segmented = read_segmented(request)
    show("loading the model", 0.15)
    model = load_uncertainty_model(request.model or default_bundle("uncertainty"))
    if model.view != request.view:
        raise InputError(
            f"{named('model')} is of {model.view} views, and {named('view')} is {request.view}: name another model."
        )
    found = uncertainty_of(segmented, model, lambda message, share: show(message, 0.2 + 0.7 * share))
    content = _document(request, segmented.maps, model, found)
    content["seconds"] = {"total": round(time.perf_counter() - start, 3)}
    return UncertaintyCase(segmented.maps, found, content)


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


def _document(
    request: UncertaintyRequest, maps: LabelMaps, model: UncertaintyModel, found: Uncertainty
) -> dict[str, Any]:
    import torch

    labelled = np.isin(maps.values, [CODES[name] for name in model.structures])
    silent = np.isnan(found.similarity)
    count = np.maximum(labelled.sum(axis=(2, 3)), 1)
    mean = (found.probability * labelled).sum(axis=(2, 3)) / count
    wrong_mm2 = found.probability.sum(axis=(2, 3)) * float(maps.pixel_mm.prod())
    return {
        "schema": SCHEMA,
        "model": {**model_summary(model), "structures": list(model.structures)},
        "software": {"version": __version__, "torch": torch.__version__},
        "device": "cpu",
        "created": now(),
        "inputs": {"image": request.image.name, "prediction": request.prediction.name},
        "frames": maps.frames,
        "slices": maps.slices,
        "view": request.view,
        "labels": dict(maps.labels),
        "mean": _rounded(mean, silent),
        "wrong_mm2": _rounded(wrong_mm2, silent),
        "similarity": _rounded(found.similarity, silent),
        "distance": _rounded(found.distance, silent),
        "least_similarity": round(found.least_similarity, 4),
        "largest_distance": round(found.largest_distance, 4),
        "unlike": found.unlike.tolist(),
        **warning_entries(found.warnings),
    }


def _rounded(values: np.ndarray, silent: np.ndarray) -> list[list[float | None]]:
    """Values (frames, slices), None for slices of which nothing is said."""
    pairs = zip(values.tolist(), silent.tolist())
    return [[None if no else round(value, 4) for value, no in zip(*row)] for row in pairs]
