"""Own cases reconstructed by a model: records where the head is known, circumferences where only these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation.data.test_heads import SUBSETS, imaged
from GenerativeModelsLib.evaluation.skull.records import CaseRecords, evaluate_case
from GenerativeModelsLib.process.parallel import Progress, parallel_map
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.skull.infer.model import SkullModel, load_skull_model
from GenerativeModelsLib.skull.infer.reconstruct import reconstruct
from GenerativeModelsLib.skull.planes.image import PlaneImage
from GenerativeModelsLib.training.shared.cohort_table import CohortRow
from GenerativeModelsLib.training.skull.own_case import OwnCase, read_own_case

__all__ = ["FIRST_OWN", "HELD_OUT_SEED", "Circumference", "OwnResult", "own_images", "own_results"]

FIRST_OWN = 1_000_000
"""First case number of own cases in records."""
HELD_OUT_SEED = 74
"""First word of the seeds for simulated pictures of own heads."""


@dataclass(frozen=True)
class Circumference:
    """Result on an axial picture of which the head circumference alone is known.

    Attributes
    ----------
    hc_mm, interval90 : estimated, None without draws.
    relative_sd : standard deviations of the quantities over their values; that of the "surface" in head sizes, the root
        of the mean square. Empty without draws.
    verdict, measures : of the in-distribution check.
    """

    hc_mm: float
    interval90: tuple[float, float] | None
    relative_sd: dict[str, float]
    verdict: str
    measures: dict[str, float]


@dataclass(frozen=True)
class OwnResult:
    """What a model makes of one own case.

    Attributes
    ----------
    row : of the table.
    hc_mm : true head circumference.
    own_pictures : whether it came with pictures; otherwise one examination of its head was simulated.
    records : of every subset of its planes, where the head is known; None where its circumference alone is.
    circumference : where that alone is known; None otherwise, and for a failure.
    failure : why there is no result; empty if there is one.
    """

    row: CohortRow
    hc_mm: float
    own_pictures: bool
    records: CaseRecords | None
    circumference: Circumference | None
    failure: str = ""

    @property
    def verdict(self) -> str:
        """Verdict on the planes of the last record, or on the axial picture; empty without a result."""
        if self.circumference is not None:
            return self.circumference.verdict
        return list(self.records.records.values())[-1].verdict if self.records and self.records.records else ""


def own_images(case: OwnCase) -> dict[str, PlaneImage]:
    """Pictures of a case or, if it has none, of one simulated examination."""
    return case.images or imaged(case.head.shape, np.random.default_rng([HELD_OUT_SEED, case.row.number]))


def own_results(
    bundle: Path,
    rows: Sequence[CohortRow],
    *,
    samples: int = 100,
    workers: int = 1,
    progress: Progress | None = None,
    whole: bool = False,
) -> list[OwnResult]:
    """Results on cases of a cohort, each computed on one core; with `whole`, from all planes of a case alone."""
    jobs = [(str(bundle), row, samples, whole) for row in rows]
    return parallel_map(_one, jobs, workers, threads=1, progress=progress)


@lru_cache(maxsize=1)
def _model(bundle: str, checksum: str) -> SkullModel:
    return load_skull_model(Path(bundle))


def _one(job: tuple[str, CohortRow, int, bool]) -> OwnResult:
    bundle, row, samples, whole = job
    # A folder may hold another bundle than before: drafts are written over.
    sums = (Path(bundle) / "SHA256SUMS").read_text(encoding="utf-8")
    return own_result(_model(bundle, sums), read_own_case(row), samples, whole=whole)


def own_result(model: SkullModel, case: OwnCase, samples: int = 100, *, whole: bool = False) -> OwnResult:
    """What a model makes of one own case; with `whole`, from all of its planes alone."""
    images, number = own_images(case), FIRST_OWN + case.row.number
    known = (case.row, case.hc_mm, bool(case.images))
    if case.head is None:
        try:
            return OwnResult(*known, None, _circumference(model, images, samples, number))
        except InputError as error:
            return OwnResult(*known, None, None, str(error))
    subsets = [name for name, planes in SUBSETS.items() if set(planes) <= set(images)]
    subsets = subsets[-1:] if whole else subsets
    kind = "own pictures" if case.images else "own heads, simulated pictures"
    records = evaluate_case(model, number, case.head.shape, images, samples=samples, subsets=subsets, variant=kind)
    return OwnResult(*known, records, None, records.failure)


def _circumference(model: SkullModel, images: dict[str, PlaneImage], samples: int, seed: int) -> Circumference:
    found = reconstruct(model, {"axial": images["axial"]}, samples=samples, seed=seed)
    value, relative_sd = found.biometry.hc_mm, {}
    if found.sd_mm is not None:
        intervals = {name: getattr(found.biometry, name) for name in QUANTITIES}
        relative_sd = {name: interval.sd / interval.value for name, interval in intervals.items()}
        sigma = found.surface.point_data["uncertainty_mm"] * (2 * np.pi / value.value)
        relative_sd["surface"] = float(np.sqrt(np.average(sigma**2, weights=found.surface.vertex_areas)))
    judged = found.in_distribution
    return Circumference(value.value, value.interval90, relative_sd, judged.verdict, dict(judged.measures))
