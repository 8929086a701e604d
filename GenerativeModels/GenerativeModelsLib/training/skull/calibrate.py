"""Calibration of a trained skull model on held-out cases: surface, biometry and in-distribution check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.hc18 import Hc18Case
from GenerativeModelsLib.evaluation.scores.sigma import fit_calibration
from GenerativeModelsLib.evaluation.skull.head_calibration import SUBSETS_BY_COUNT, least_floor
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, Record
from GenerativeModelsLib.models.ensemble import SkullEnsemble
from GenerativeModelsLib.models.predictor import Conditions
from GenerativeModelsLib.process.parallel import Progress
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import SkullModel
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.infer.typicality import border_vector, shape_vector
from GenerativeModelsLib.skull.locate.locator import PLANES
from GenerativeModelsLib.skull.planes.image import plane_from_array
from GenerativeModelsLib.training.skull.module import SUBSETS
from GenerativeModelsLib.training.skull.readings import Readings, RealReadings
from GenerativeModelsLib.uncertainty.flow import FlowDensity
from GenerativeModelsLib.uncertainty.flow_prior import stored_flows
from GenerativeModelsLib.uncertainty.in_distribution import TypicalInput

WEIGHTS = np.linspace(0, 1, 21)
"""Weights of the network's size that are tried."""


def size_calibration(net: SkullEnsemble, simulated: Readings, real: RealReadings | None) -> dict[str, list[float]]:
    """Weight of the network's size against that of the border, for 1, 2 and 3 planes, see `SizeCalibration`.

    Of `WEIGHTS` that with the least mean absolute error of log size. For one plane it is the mean error of simulated
    heads plus that of real pictures.

    Parameters
    ----------
    net
        Trained networks.
    simulated, real
        Readings that did not train.
    """
    groups: list[list[tuple[np.ndarray, np.ndarray]]] = [[], [], []]
    borders, present = torch.from_numpy(simulated.borders), torch.from_numpy(simulated.present)
    for subset in SUBSETS[:4]:
        groups[int(subset.sum()) - 1].append((_log_size(net, borders, present & subset), simulated.log_size))
    if real is not None and len(real):
        borders, present = map(torch.from_numpy, axial_alone(real))
        groups[0].append((_log_size(net, borders, present), real.log_size))
    errors = [sum(np.abs(true - WEIGHTS[:, None] * rho).mean(1) for rho, true in group) for group in groups]
    return {"weight": [round(float(WEIGHTS[np.argmin(error)]), 2) for error in errors]}


def axial_alone(real: RealReadings) -> tuple[np.ndarray, np.ndarray]:
    """Borders (n, planes, ...) and presence (n, planes) of cases of which the axial plane alone was read."""
    borders = np.zeros((len(real), len(PLANES), *real.borders.shape[1:]), np.float32)
    borders[:, 0] = real.borders
    return borders, np.tile([plane == "axial" for plane in PLANES], (len(real), 1))


@torch.no_grad()
def _log_size(net: SkullEnsemble, borders: torch.Tensor, present: torch.Tensor) -> np.ndarray:
    return net.mean(Conditions(borders, present))[:, -1].double().numpy()


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
    """Axial biometry of a real picture, annotated and estimated; by quantity, of those that are annotated."""

    truth: dict[str, float]
    found: dict[str, float]
    sd: dict[str, float]
    measures: dict[str, float]


def read_biometry(
    model: SkullModel, cases: Sequence[Hc18Case], samples: int = 100, progress: Progress | None = None
) -> list[RealReading]:
    """Reconstruct HC18 pictures from their axial plane; pictures without a located head are left out."""
    readings = []
    for number, case in enumerate(cases):
        if progress is not None:
            progress(number, len(cases))
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
            )
        )
    return readings


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
            known = [r for r in real if quantity in r.truth]
            if known:
                f = max(f, _real_floor(known, quantity, s))
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
    return least_floor(error, drawn)


LEAST_VECTORS = 100
"""Cases that a flow or a discriminant is fitted to, at least."""


@dataclass(frozen=True)
class Typical:
    """Densities of the in-distribution check in a bundle: JSON settings and tensors."""

    settings: dict
    tensors: dict[str, np.ndarray]


@dataclass(frozen=True)
class UsualVectors:
    """Vectors (N, d) behind a measure of usual cases, and the case (N,) of each; one case may have several."""

    rows: np.ndarray
    cases: np.ndarray


def fit_densities(vectors: Mapping[str, UsualVectors], seed: int = 0) -> Typical:
    """A flow for the vectors behind each measure, by the measure's name; a case is fitted to or held out as a whole.

    A measure with fewer than `LEAST_VECTORS` vectors is left out of the check.
    """
    enough = {name: usual for name, usual in vectors.items() if len(usual.rows) >= LEAST_VECTORS}
    flows = {name: FlowDensity.fit(usual.rows, groups=usual.cases, seed=seed) for name, usual in enough.items()}
    settings, tensors = stored_flows(flows)
    return Typical({"flows": settings}, tensors)


def usual_vectors(readings: Readings, shapes: np.ndarray, real: RealReadings | None) -> dict[str, UsualVectors]:
    """Vectors behind the measures `<plane> picture` and `shape` over readings, and over borders of real axial pictures.

    Real pictures are fewer and count as often as simulated ones. `shapes` are the `predicted_shapes` of the readings.
    """
    found = {}
    for k, plane in enumerate(PLANES):
        rows = np.asarray([border_vector(b, plane) for b in readings.borders[readings.present[:, k], k]])
        cases = np.arange(len(rows))
        if plane == "axial" and real is not None and len(real):
            times = max(1, len(rows) // len(real))
            shown = np.asarray([border_vector(b, plane) for b in real.borders])
            rows = np.concatenate([rows, *[shown] * times])
            cases = np.concatenate([cases, np.tile(len(cases) + np.arange(len(shown)), times)])
        found[f"{plane} picture"] = UsualVectors(rows, cases)
    found["shape"] = UsualVectors(np.concatenate(shapes), np.tile(np.arange(len(readings)), len(shapes)))
    return found


@torch.no_grad()
def predicted_shapes(net: SkullEnsemble, borders: np.ndarray, present: np.ndarray) -> np.ndarray:
    """(4, n, d) shape vectors predicted from every subset, with the axial one, of the planes `present` (n, 3)."""
    y, here = torch.from_numpy(borders), torch.from_numpy(present)
    return np.asarray([[shape_vector(x) for x in net.mean(Conditions(y, here & subset))] for subset in SUBSETS[:4]])


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
