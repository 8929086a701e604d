"""Whether label maps keep to the rules of the check, and what they measure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from GenerativeModelsLib.heart.shape.ventricle import DENSITY_G_PER_ML
from GenerativeModelsLib.segmentation.check import check_maps, criteria_of
from GenerativeModelsLib.segmentation.criteria.record import PlaneCriterion
from GenerativeModelsLib.segmentation.maps import CODES, LabelMaps
from GenerativeModelsLib.synthesis.labels.grid import VoxelGrid
from GenerativeModelsLib.synthesis.labels.whole_heart import LABELS

__all__ = ["Judged", "Tally", "judged", "volumes"]


@dataclass(frozen=True)
class Judged:
    """What the check said of the frames of one heart: names of the criteria that were applied, and of broken ones."""

    applied: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass
class Tally:
    """Counts of the hearts that were made, of those that broke a rule, and of these by criterion."""

    made: int = 0
    rejected: int = 0
    criteria: Counter[str] = field(default_factory=Counter)

    def count(self, found: Judged) -> bool:
        """Count a heart; returns whether it is accepted."""
        self.made += 1
        self.rejected += bool(found.broken)
        self.criteria.update(found.broken)
        return not found.broken

    def document(self) -> dict[str, Any]:
        """Entries of `result.json`."""
        return {
            "attempts": self.made,
            "rejected": self.rejected,
            "acceptance_rate": round(1 - self.rejected / self.made, 4) if self.made else None,
            "rejected_by": dict(sorted(self.criteria.items())),
        }


def judged(frames: np.ndarray, grid: VoxelGrid, axis: int, frame_s: float | None = None) -> Judged:
    """Check the frames (frames, k, j, i) of one heart, values of `LABELS`, by all criteria of short-axis slices.

    A scar counts as myocardium, and an atrium as background, of which these criteria say nothing. Shifts of slices are
    faults of an acquisition and do not count.

    Parameters
    ----------
    axis
        Of i, j, k, across the slices.
    """
    codes = np.zeros(frames.shape, np.uint8)
    for name, structure in (("lv", "lv"), ("myo", "myo"), ("rv", "rv"), ("scar", "myo")):
        codes[frames == LABELS[name]] = CODES[structure]
    to_lps = grid.to_lps.copy()
    to_lps[:, :3] = grid.to_lps[:, [i for i in range(3) if i != axis] + [axis]]
    values = np.ascontiguousarray(np.moveaxis(codes, 3 - axis, 1))
    known = {name: LABELS[name] for name in ("lv", "myo", "rv")}
    if not all((values == CODES[name]).any(axis=(1, 2, 3)).all() for name in ("lv", "myo")):
        return Judged((), ("no_cavity",))
    maps = LabelMaps(values, to_lps, frame_s if len(values) > 1 else None, known, "made")
    findings = check_maps(maps)
    # The check counts readings of single slices; rules between slices and frames apply to every stack and cine.
    applied = tuple(
        rule.name
        for rule in criteria_of("short-axis", maps)
        if not rule.acquisition and (findings.judged[rule.name] or not isinstance(rule, PlaneCriterion))
    )
    return Judged(applied, tuple(sorted({fault.criterion.name for fault in findings.faults})))


def volumes(ed: np.ndarray, es: np.ndarray | None, grid: VoxelGrid) -> dict[str, float | None]:
    """EDV, ESV, ejection fraction and mass by counting the voxels (k, j, i) of `LABELS`; None without end systole."""
    edv = _ml(ed, grid, "lv")
    esv = None if es is None else _ml(es, grid, "lv")
    return {
        "edv_ml": edv,
        "esv_ml": esv,
        "ef_percent": None if esv is None else 100 * (1 - esv / edv),
        "myocardial_mass_g": DENSITY_G_PER_ML * _ml(ed, grid, "myo", "scar"),
        "rv_edv_ml": _ml(ed, grid, "rv"),
        "rv_esv_ml": None if es is None else _ml(es, grid, "rv"),
        "scar_ml": _ml(ed, grid, "scar"),
    }


def _ml(values: np.ndarray, grid: VoxelGrid, *names: str) -> float:
    return float(np.isin(values, [LABELS[name] for name in names]).sum()) * grid.voxel_ml
