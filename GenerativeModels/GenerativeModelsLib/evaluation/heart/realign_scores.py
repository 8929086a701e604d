"""Scores of realigned slices, of one heart each."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RealScores", "SimulatedScores"]


@dataclass(frozen=True)
class SimulatedScores:
    """A simulated heart measured in one way; `way` is "as it is", "curve" (centres alone), "repair" (those of the
    segmentation repair, whole pixels) or "realign".

    `left_mm` is the root mean square along an axis of what is left of the shifts, about its mean; the errors are of the
    mean and the 95th percentile of the wall, and of volumes and ejection fraction of the measured surface.
    """

    name: str
    shift_mm: float
    way: str
    left_mm: float
    dice: dict[str, float]
    distance_mm: dict[str, float]
    wall_error_mm: dict[str, float]
    p95_error_mm: dict[str, float]
    volume_error_percent: dict[str, float]
    ef_error: float


@dataclass(frozen=True)
class RealScores:
    """A patient of ACDC.

    Attributes
    ----------
    found_mm : root mean square along an axis of the shifts found.
    right_before_mm, right_after_mm : that of the distances of the right ventricle's centres, which the fit does not
        see, from a parabola; NaN with too few slices.
    added_mm, left_mm : that of the shifts added, and of what realigning leaves of them, about its mean.
    recovered : slope of the change of the shifts found over the shifts added; 1 = all.
    """

    name: str
    group: str
    found_mm: float
    right_before_mm: float
    right_after_mm: float
    added_mm: float
    left_mm: float
    recovered: float
