"""Figures of the literature, for comparison only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedAccuracy:
    """Means over the paper's test heads: Dice, Hausdorff distance in mm, signed relative volume difference."""

    dice: float
    hausdorff_mm: float
    rvd: float


HIREC_CVAE = {
    "three planes": PublishedAccuracy(0.91, 4.12, 0.03),
    "axial + sagittal": PublishedAccuracy(0.89, 4.81, 0.03),
    "axial": PublishedAccuracy(0.86, 5.04, 0.04),
}
"""HiREC-CVAE of Cerrolaza et al., MICCAI 2018, DOI 10.1007/978-3-030-00928-1_44, with 3, 2 and 1 planes."""
