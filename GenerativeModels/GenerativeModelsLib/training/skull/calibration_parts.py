"""Calibration of a skull bundle: from held-out cases, and what a fine-tuning keeps of its start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from GenerativeModelsLib.evaluation.data.test_heads import CALIBRATION_SET
from GenerativeModelsLib.evaluation.skull.records import CaseRecords
from GenerativeModelsLib.skull.infer.calibration import QUANTITIES
from GenerativeModelsLib.training.skull.calibrate import RealReading, biometry_calibration, surface_calibration
from GenerativeModelsLib.training.skull.config import SkullTrainingConfig
from GenerativeModelsLib.training.skull.kept import Start
from GenerativeModelsLib.training.skull.own_results import OwnResult
from GenerativeModelsLib.training.skull.widths import SURFACE, own_variances, variances, widened

__all__ = ["EVIDENCE", "LEAST_OWN", "Found", "calibration_of", "own_readings"]

LEAST_OWN = 5
"""Own calibration cases with pictures, at least, whose errors raise the floors of the axial quantities."""
EVIDENCE = 20
"""Own calibration cases with pictures from which on intervals may be narrower than those of the start."""


@dataclass(frozen=True)
class Found:
    """Results that a calibration is made from, by the model without calibration.

    Attributes
    ----------
    simulated : held-out simulated cases.
    own : own cases for training and calibration.
    real : HC18's calibration pictures.
    """

    simulated: Sequence[CaseRecords]
    own: Sequence[OwnResult] = ()
    real: Sequence[RealReading] = field(default_factory=tuple)

    @property
    def held_out(self) -> list[OwnResult]:
        """The own cases for calibration."""
        return [result for result in self.own if result.row.part == "calibration"]


def calibration_of(
    config: SkullTrainingConfig, found: Found, start: Start | None, before: Found | None
) -> dict[str, Any]:
    """Calibration without the part of real heads, with `sources`: words on where each part comes from.

    Scale and floor minimise the negative log likelihood of simulated and own calibration cases; real pictures, HC18's
    or `LEAST_OWN` own ones, raise the floors. After a start from a bundle, floors are raised further, until the mean
    variance over neither the simulated nor the own cases is below the start's: those of the biometry unless there is
    HC18, those of the surface unless there are real heads, and none with `EVIDENCE` own calibration cases that have
    pictures.

    Parameters
    ----------
    before
        Results of the start's model, without its calibration, on the same cases; None without a start.
    """
    cases = [*found.simulated, *(one.records for one in found.held_out if one.records is not None)]
    own = own_readings(found.held_out)
    used = [*found.real, *(own if len(own) >= LEAST_OWN else ())]
    parts = {"surface": surface_calibration(cases), "biometry": biometry_calibration(cases, used)}
    heads = len(cases) - len(found.simulated)
    fitted = f"{len(found.simulated)} simulated cases of seed {CALIBRATION_SET}"
    fitted += f", {heads} own cases" if heads else ""
    pictures = [f"{len(found.real)} HC18 pictures"] if found.real else []
    pictures += [f"{len(own)} own pictures"] if len(own) >= LEAST_OWN else []
    sources = {"surface": fitted, "biometry": " and ".join([fitted, *pictures])}
    if start is not None and before is not None and parts["surface"] and start.calibration.get("surface"):
        shown = len(own) >= EVIDENCE
        names = [] if config.heads or shown else [SURFACE]
        names += [] if config.hc18 or shown else [*QUANTITIES]
        groups = [
            [(variances(a), variances(b)) for a, b in zip(before.simulated, found.simulated, strict=True)],
            [(own_variances(a), own_variances(b)) for a, b in zip(before.own, found.own, strict=True)],
        ]
        parts = widened(parts, start.calibration, groups, names)
        kept = f", with floors at which the mean variance is not smaller than that of {start.name}"
        kept += f" (calibrated on {start.calibrated_on})"
        sources["surface"] += kept if SURFACE in names else ""
        sources["biometry"] += kept if QUANTITIES[0] in names else ""
    return {
        **parts,
        "set": " and ".join([fitted, *pictures]),
        "sources": sources,
        "failures": sum(bool(case.failure) for case in cases),
    }


def own_readings(results: Sequence[OwnResult]) -> list[RealReading]:
    """Axial biometry of own pictures, true and estimated, of the cases with a result."""
    readings = []
    for result in results:
        if result.circumference is not None and result.circumference.relative_sd:
            one = result.circumference
            sd = {"hc_mm": one.relative_sd["hc_mm"] * one.hc_mm}
            readings.append(RealReading({"hc_mm": result.hc_mm}, {"hc_mm": one.hc_mm}, sd, one.measures))
        elif result.own_pictures and result.records is not None and "axial" in result.records.records:
            record = result.records.records["axial"]
            names = [name for name in QUANTITIES if name != "head_volume_ml"]
            if record.sigma_mm is not None:
                truth, value = ({n: getattr(b, n) for n in names} for b in (record.truth, record.found))
                readings.append(RealReading(truth, value, {n: record.sd[n] for n in names}, record.measures))
    return readings
