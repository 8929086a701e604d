"""Scores of a trained predictor on the cases of the comparison."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from GenerativeModelsLib.benchmarks.rivals.cases import Cases
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.test_heads import head_surface
from GenerativeModelsLib.evaluation.scores.normal_offsets import signed_offsets
from GenerativeModelsLib.evaluation.scores.surfaces import compare
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.models.low_rank_field import LowRankField
from GenerativeModelsLib.models.predictor import Conditions, Predictor
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.draws import field_statistics
from GenerativeModelsLib.skull.shape.biometry import measure
from GenerativeModelsLib.skull.shape.regions import REGIONS, regions
from GenerativeModelsLib.skull.shape.star_surface import HeadShape
from GenerativeModelsLib.training.shared.whole_file import whole_file
from GenerativeModelsLib.training.skull.field_basis import load_basis

__all__ = ["DRAWS", "Score", "load_scores", "score_case", "score_predictor"]

DRAWS = 100
POINTS = 1000
"""Vertices at which the offsets of the truth are taken."""
OVERLAP_MM = 1.5
"""Voxel size of the overlap."""


@dataclass(frozen=True)
class Score:
    """Scores of one case; lengths in mm, after rigid alignment; None where the method or the truth has none.

    Attributes
    ----------
    case, subset : names.
    fold : see `Cases`.
    failure : why there is no result, else "".
    accuracy : dice, sensitivity, precision, hausdorff_mm, rvd (signed), mean_mm; None where the shape is not known.
    region_mm : mean absolute offset on vault, face and base.
    biometry : predicted minus true, by quantity; of HC18 the circumference alone.
    hc_sd_mm : of the draws' circumference.
    sigma_mm, offset_mm : predicted standard deviation and signed offset at vertices drawn by area.
    seconds : processor time of the prediction with its draws, if it has any, without surface and measurement.
    """

    case: str
    subset: str
    fold: int
    failure: str = ""
    accuracy: dict[str, float] | None = None
    region_mm: dict[str, float] | None = None
    biometry: dict[str, float] | None = None
    hc_sd_mm: float | None = None
    sigma_mm: list[float] | None = None
    offset_mm: list[float] | None = None
    seconds: float | None = None


@lru_cache(maxsize=1)
def basis_of(path: Path) -> LowRankField:
    """The basis of a file, read once a process."""
    return load_basis(path)


def score_case(
    predictor: Predictor, basis: LowRankField, cases: Cases, row: int, column: int, *, draws: int = DRAWS
) -> Score:
    """Score of a predictor on case `row` with the planes of `column`; draws the same for every method."""
    name, subset = str(cases.names[row]), str(cases.subsets[column])
    fold = int(cases.fold[row])
    if cases.refused[row, column]:
        return Score(name, subset, fold, str(cases.refused[row, column]))
    y = Conditions(
        torch.from_numpy(cases.borders[row, column])[None], torch.from_numpy(cases.present[row, column])[None]
    )
    began = time.process_time()
    try:
        predicted = predictor.predict(y, draws, torch.Generator().manual_seed(row))
        seconds = time.process_time() - began
        spread = predicted.draws is not None and len(predicted.draws) > 1
        sample = predicted.mean if predicted.draws is None else predicted.draws
        statistics, _ = field_statistics(basis, sample, float(cases.size_mm[row, column]), spread=spread).recentred()
        surface = statistics.surface()
        found = measure(surface)
    except InputError as error:
        return Score(name, subset, fold, str(error))
    hc_sd = float(np.std([draw.hc_mm for draw in statistics.biometry], ddof=1)) if spread else None
    common = {"hc_sd_mm": hc_sd, "seconds": seconds}
    if not cases.log_radius[row].size:
        return Score(name, subset, fold, biometry={"hc_mm": found.hc_mm - float(cases.hc_mm[row])}, **common)
    truth = head_surface(HeadShape(cases.log_radius[row].astype(float)))
    true = measure(truth)
    moved = surface.transformed(rigid_align(surface, truth))
    met = compare(moved, truth, spacing_mm=OVERLAP_MM)
    area = surface.vertex_areas
    some = np.random.default_rng(row).choice(len(area), POINTS, p=area / area.sum())
    offset = signed_offsets(moved, truth, some)
    where = regions(surface.points[some], found.hc_mm / (2 * np.pi))
    sigma = statistics.along_normals(statistics.sd_mm, surface)[some] if spread else None
    return Score(
        name,
        subset,
        fold,
        "",
        {
            "dice": met.dice,
            "sensitivity": met.sensitivity,
            "precision": met.precision,
            "hausdorff_mm": met.hausdorff_mm,
            "rvd": met.relative_volume_difference,
            "mean_mm": met.mean_surface_distance_mm,
        },
        {region: float(np.abs(offset[where == k]).mean()) for k, region in enumerate(REGIONS)},
        {quantity: getattr(found, quantity) - getattr(true, quantity) for quantity in QUANTITIES},
        sigma_mm=None if sigma is None else np.round(sigma, 4).tolist(),
        offset_mm=np.round(offset, 4).tolist(),
        **common,
    )


def score_predictor(
    predictor: Predictor,
    basis: LowRankField,
    cases: Cases,
    rows: Sequence[int],
    path: Path,
    *,
    draws: int = DRAWS,
) -> list[Score]:
    """Scores of every row and subset of planes, those of an earlier run if `path` exists."""
    if path.is_file():
        return load_scores(path)
    torch.set_num_threads(1)
    found = [
        score_case(predictor, basis, cases, row, column, draws=draws)
        for row in rows
        for column in range(len(cases.subsets))
    ]
    with whole_file(path) as part:
        part.write_text(json.dumps([asdict(score) for score in found]), encoding="utf-8")
    return found


def load_scores(path: Path) -> list[Score]:
    """Scores of a file."""
    return [Score(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
