"""Evaluation records of known heads, one per case and subset of planes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, head_surface
from GenerativeModelsLib.evaluation.scores.normal_offsets import signed_offsets
from GenerativeModelsLib.evaluation.scores.surfaces import Accuracy, compare
from GenerativeModelsLib.geometry.registration import rigid_align
from GenerativeModelsLib.geometry.surfaces import Surface
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import Reconstruction, reconstruct
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.skull.population.heads import baseline_head
from GenerativeModelsLib.skull.shape.biometry import Biometry, measure
from GenerativeModelsLib.skull.shape.star_surface import HeadShape

OFFSET_POINTS = 2000


@dataclass(frozen=True)
class Record:
    """Comparison of one reconstruction with the truth.

    Attributes
    ----------
    case, subset : number of the case and name of the subset of planes.
    accuracy : by alignment, "none" (predicted head frame) or "rigid".
    offsets_mm : by alignment, (M,) signed offsets of the truth at a sample of the vertices.
    sigma_mm : (M,) predicted standard deviation at these vertices; None for a model without draws.
    areas : (M,) area of these vertices.
    points : (M, 3) these vertices in the head frame, divided by the head size.
    truth, found : true and estimated biometry.
    sd, interval90 : standard deviation and 90 % interval by quantity; None for a model without draws.
    verdict, score, measures : of the in-distribution check.
    variants : by shape variant, the share of usual heads that resemble it less.
    """

    case: int
    subset: str
    accuracy: dict[str, Accuracy]
    offsets_mm: dict[str, np.ndarray]
    sigma_mm: np.ndarray | None
    areas: np.ndarray
    points: np.ndarray
    truth: Biometry
    found: Biometry
    sd: dict[str, float | None]
    interval90: dict[str, tuple[float, float] | None]
    verdict: str
    score: float
    measures: dict[str, float]
    variants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseRecords:
    """Records of a case by subset, and accuracy of the scaled mean head; `failure` if no head was found."""

    case: int
    records: dict[str, Record]
    baseline: dict[str, Accuracy]
    variant: str = ""
    weeks: float = 0.0
    failure: str = ""


def evaluate_case(
    model: SkullModel,
    case: int,
    shape: HeadShape,
    images: Mapping[str, PlaneImage],
    *,
    subsets: Sequence[str] = tuple(SUBSETS),
    samples: int = 100,
    variant: str = "",
    weeks: float = 0.0,
) -> CaseRecords:
    """Reconstruct one known head from every subset of its planes and measure each result.

    The model needs only the interface that `reconstruct` uses; see `models.predictor`.
    """
    truth = head_surface(shape)
    records: dict[str, Record] = {}
    baseline: dict[str, Accuracy] = {}
    for subset in subsets:
        try:
            found = reconstruct(model, {name: images[name] for name in SUBSETS[subset]}, samples=samples, seed=case)
        except InputError as error:
            return CaseRecords(case, records, baseline, variant, weeks, str(error))
        records[subset] = _record(case, subset, found, truth)
        if not baseline:
            baseline = _baseline(found, truth)
    return CaseRecords(case, records, baseline, variant, weeks)


def _record(case: int, subset: str, found: Reconstruction, truth: Surface) -> Record:
    surface = found.surface
    matrix = rigid_align(surface, truth)
    frames = {"none": surface, "rigid": surface.transformed(matrix)}
    some = np.random.default_rng(case).permutation(len(surface.points))[:OFFSET_POINTS]
    value = measure(surface)
    intervals = {name: getattr(found.biometry, name) for name in QUANTITIES}
    sigma = None if found.sd_mm is None else surface.point_data["uncertainty_mm"][some].astype(np.float32)
    return Record(
        case,
        subset,
        {name: compare(moved, truth) for name, moved in frames.items()},
        {name: signed_offsets(moved, truth, some).astype(np.float32) for name, moved in frames.items()},
        sigma,
        surface.vertex_areas[some].astype(np.float32),
        (surface.points[some] * 2 * np.pi / value.hc_mm).astype(np.float32),
        measure(truth),
        value,
        {name: interval.sd for name, interval in intervals.items()},
        {name: interval.interval90 for name, interval in intervals.items()},
        found.in_distribution.verdict,
        found.in_distribution.score,
        dict(found.in_distribution.measures),
        found.variants,
    )


def _baseline(found: Reconstruction, truth: Surface) -> dict[str, Accuracy]:
    """Accuracy of the population's mean head, scaled by the ellipse located in the axial plane."""
    ellipse = found.planes["axial"].finding.ellipse
    head = head_surface(baseline_head(2 * ellipse.semi_minor, 2 * ellipse.semi_major))
    return {align: compare(head, truth, align) for align in ("none", "rigid")}
