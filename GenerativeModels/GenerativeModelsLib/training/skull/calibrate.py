"""Calibration of a trained skull model on held-out cases: surface, biometry and in-distribution check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.evaluation.scores.sigma import fit_calibration
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import locate_all, reconstruct
from GenerativeModelsLib.skull.infer.typicality import plane_features
from GenerativeModelsLib.skull.locate.facing import conditions, upright_planes
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.uncertainty.in_distribution import FeatureModel, TypicalInput

SUBSETS_BY_COUNT = (("axial",), ("axial + sagittal", "axial + coronal"), ("three planes",))


def surface_calibration(cases: Sequence[CaseRecords]) -> dict[str, list[float]]:
    """Scale and floor (in head sizes) of sigma for 1, 2 and 3 planes.

    They minimise the negative log likelihood of the offsets after rigid alignment. Empty for a model without draws.
    """
    if not _have_spread(cases):
        return {}
    scale, floor = [], []
    for names in SUBSETS_BY_COUNT:
        records = [c.records[name] for c in cases for name in names if name in c.records]
        size = [r.found.hc_mm / (2 * np.pi) for r in records]
        d = np.concatenate([r.offsets_mm["rigid"] / s for r, s in zip(records, size, strict=True)])
        sigma = np.concatenate([r.sigma_mm / s for r, s in zip(records, size, strict=True)])
        areas = np.concatenate([r.areas for r in records])
        labels = np.concatenate([np.full(len(r.areas), i) for i, r in enumerate(records)])
        fitted = fit_calibration(d, sigma, areas, labels)
        scale.append(round(float(fitted.scale), 4))
        floor.append(round(float(fitted.floor_mm), 5))
    return {"scale": scale, "floor": floor}


@dataclass(frozen=True)
class RealReading:
    """Axial biometry of a real picture, annotated and estimated."""

    truth: dict[str, float]
    found: dict[str, float]
    sd: dict[str, float]
    measures: dict[str, float]
    feature: np.ndarray = field(repr=False)


def read_real(model: SkullModel, cases: Sequence[Hc18Case], samples: int = 100) -> list[RealReading]:
    """Reconstruct HC18 pictures from their axial plane; pictures without a located head are left out."""
    readings = []
    for number, case in enumerate(cases):
        image = plane_from_array(case.pixels(), (case.spacing_mm, case.spacing_mm), "axial")
        try:
            found = reconstruct(model, {"axial": image}, samples=samples, seed=number)
        except InputError:
            continue
        e = case.ellipse
        truth = {"bpd_mm": 2 * e.semi_minor, "ofd_mm": 2 * e.semi_major, "hc_mm": case.hc_mm}
        truth["cephalic_index_percent"] = 100 * e.semi_minor / e.semi_major
        intervals = {name: getattr(found.biometry, name) for name in truth}
        readings.append(
            RealReading(
                truth,
                {name: interval.value for name, interval in intervals.items()},
                {name: interval.sd for name, interval in intervals.items()},
                dict(found.in_distribution.measures),
                axial_feature(model, image),
            )
        )
    return readings


def axial_feature(model: SkullModel, image) -> np.ndarray:
    """Feature vector (F,) of one axial picture."""
    return case_features(model, {"axial": image})["axial"]


def case_features(model: SkullModel, images) -> dict[str, np.ndarray]:
    """Feature vectors (F,) of the planes of one case, by name."""
    findings = locate_all(model, images)
    upright = upright_planes(model.skull, images, findings, findings["axial"].radius_mm, model.device)
    y = conditions([{name: u.plane for name, u in upright.items()}], model.device)
    features = plane_features(model.skull, y)[0]
    return {name: features[PLANES.index(name)] for name in upright}


def biometry_calibration(
    cases: Sequence[CaseRecords], real: Sequence[RealReading]
) -> dict[str, dict[str, list[float]]]:
    """Scale and relative floor of every quantity for 1, 2 and 3 planes.

    They minimise the negative log likelihood of simulated cases. If real pictures are given, the floor of the axial
    quantities is raised until it covers the real errors, for any number of planes, since further planes do not correct
    errors of the axial plane. Empty for a model without draws.
    """
    if not _have_spread(cases):
        return {}
    scale: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    floor: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    for names in SUBSETS_BY_COUNT:
        records = [c.records[name] for c in cases for name in names if name in c.records]
        for quantity in QUANTITIES:
            error, sd = _relative(records, quantity)
            s, f = _fit(error, sd)
            if real and quantity in real[0].truth:
                f = max(f, _real_floor(real, quantity, s))
            scale[quantity].append(round(s, 4))
            floor[quantity].append(round(f, 5))
    return {"scale": scale, "floor": floor}


def _have_spread(cases: Sequence[CaseRecords]) -> bool:
    return all(record.sigma_mm is not None for case in cases for record in case.records.values())


def _relative(records: Sequence[Record], quantity: str) -> tuple[np.ndarray, np.ndarray]:
    found = np.array([getattr(r.found, quantity) for r in records])
    truth = np.array([getattr(r.truth, quantity) for r in records])
    return (truth - found) / found, np.array([r.sd[quantity] for r in records]) / found


def _fit(error: np.ndarray, sd: np.ndarray) -> tuple[float, float]:
    fitted = fit_calibration(error, sd, None, np.arange(len(error)))
    return float(fitted.scale), float(fitted.floor_mm)


def _real_floor(real: Sequence[RealReading], quantity: str, scale: float) -> float:
    """Relative floor at which standardised real errors have unit variance; 0 if the draws already cover them."""
    found = np.array([r.found[quantity] for r in real])
    error = np.array([r.truth[quantity] for r in real]) / found - 1
    drawn = scale * np.array([r.sd[quantity] for r in real]) / found

    def excess(f: float) -> float:
        return float(np.mean(error**2 / (drawn**2 + f**2)) - 1)

    if excess(1e-6) <= 0:
        return 0.0
    low, high = 1e-6, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


@dataclass(frozen=True)
class Typical:
    """Parameters of the in-distribution check in a bundle: JSON settings and tensors."""

    settings: dict
    tensors: dict[str, np.ndarray]


def feature_models(features: dict[str, list[np.ndarray]]) -> Typical:
    """Fit a feature model per plane to the features (F,) of cases like those of the training."""
    settings, tensors = {"rest": {}}, {}
    for name, rows in features.items():
        fitted = FeatureModel.fit(np.asarray(rows, float))
        settings["rest"][name] = fitted.rest
        for part in ("mean", "directions", "variances"):
            tensors[f"{name}.{part}"] = getattr(fitted, part)
    return Typical(settings, tensors)


def rank_tables(measures: Sequence[dict[str, float]]) -> dict:
    """Sorted values of every measure over calibration cases, and of their worst ranks by the number of measures."""
    names = sorted({name for row in measures for name in row})
    quantiles = {name: sorted(round(row[name], 6) for row in measures if name in row) for name in names}
    ranked = TypicalInput(quantiles={name: np.asarray(values) for name, values in quantiles.items()})
    worst: dict[str, list[float]] = {}
    for row in measures:
        ranks = ranked.ranks({n: round(v, 6) for n, v in row.items()})
        worst.setdefault(str(len(ranks)), []).append(max(ranks.values()))
    return {"quantiles": quantiles, "worst": {count: sorted(values) for count, values in worst.items()}}
