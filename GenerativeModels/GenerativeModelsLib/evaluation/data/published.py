"""Published accuracy figures, for comparison only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedAccuracy:
    """Mean and standard deviation over the paper's test heads.

    Attributes
    ----------
    dice, sensitivity, precision : overlap; None where it was not published.
    hausdorff_mm : Hausdorff distance in the paper's unit of length.
    rvd : signed relative volume difference.
    """

    dice: tuple[float, float]
    hausdorff_mm: tuple[float, float]
    rvd: tuple[float, float]
    sensitivity: tuple[float, float] | None = None
    precision: tuple[float, float] | None = None


SKULL_METHODS = {
    "HiREC-CVAE": {
        "three planes": PublishedAccuracy((0.91, 0.04), (4.12, 1.98), (0.03, 0.14), (0.89, 0.06), (0.93, 0.06)),
        "axial + sagittal": PublishedAccuracy((0.89, 0.05), (4.81, 2.44), (0.03, 0.20), (0.90, 0.10), (0.91, 0.08)),
        "axial": PublishedAccuracy((0.86, 0.05), (5.04, 2.82), (0.04, 0.21), (0.86, 0.11), (0.90, 0.08)),
    },
    "REC-CVAE": {
        "three planes": PublishedAccuracy((0.91, 0.02), (4.33, 1.71), (0.03, 0.12), (0.91, 0.05), (0.91, 0.06)),
        "axial + sagittal": PublishedAccuracy((0.86, 0.05), (5.43, 2.78), (0.03, 0.30), (0.88, 0.13), (0.87, 0.09)),
        "axial": PublishedAccuracy((0.83, 0.06), (6.23, 2.88), (0.09, 0.33), (0.86, 0.15), (0.84, 0.13)),
    },
    "TL-net": {
        "three planes": PublishedAccuracy((0.89, 0.03), (4.79, 1.28), (0.09, 0.17), (0.93, 0.05), (0.86, 0.07)),
        "axial + sagittal": PublishedAccuracy((0.89, 0.05), (5.32, 1.99), (0.09, 0.19), (0.90, 0.11), (0.90, 0.06)),
        "axial": PublishedAccuracy((0.85, 0.04), (7.04, 2.34), (0.17, 0.20), (0.88, 0.05), (0.80, 0.09)),
    },
    "GAN": {
        "three planes": PublishedAccuracy((0.89, 0.04), (5.16, 1.5), (0.03, 0.16)),
        "axial + sagittal": PublishedAccuracy((0.86, 0.07), (5.93, 2.66), (0.05, 0.30)),
        "axial": PublishedAccuracy((0.83, 0.08), (8.04, 3.06), (0.17, 0.37)),
    },
}
"""Skull methods of Cerrolaza et al., MICCAI 2018, DOI 10.1007/978-3-030-00928-1_44, by subset of planes.

Overlap, sensitivity and precision are printed in lecture notes of the authors; Hausdorff distance and volume difference
on a slide of theirs, whose subsets of planes are those of the same overlap.
"""


@dataclass(frozen=True)
class PublishedHeart:
    """Means +- SD over 200 held-out hearts: Dice and Hausdorff distance in mm at end diastole and end systole."""

    dice_ed: tuple[float, float]
    dice_es: tuple[float, float]
    hausdorff_ed_mm: tuple[float, float]
    hausdorff_es_mm: tuple[float, float]


HEART_MODELS = {
    "lvae": PublishedHeart((0.79, 0.06), (0.84, 0.05), (3.92, 1.08), (4.09, 1.36)),
    "vae": PublishedHeart((0.71, 0.07), (0.78, 0.06), (4.87, 1.23), (5.09, 1.51)),
}
"""Biffi et al., IEEE TMI 2020;39(6):2088-2099 (LVAE) and MICCAI 2018 (VAE): segmentations in a template's frame."""
HEART_ACCURACY = {"own centre": (200, 200), "ACDC": (36, 40)}
"""Correct and total classified cases, the same for both models: 100 % of their test set, 90 % of 40 ACDC patients."""
