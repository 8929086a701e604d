"""Published accuracy figures, for comparison only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedAccuracy:
    """Means over the paper's test heads: Dice, Hausdorff distance in mm and signed relative volume difference."""

    dice: float
    hausdorff_mm: float
    rvd: float


HIREC_CVAE = {
    "three planes": PublishedAccuracy(0.91, 4.12, 0.03),
    "axial + sagittal": PublishedAccuracy(0.89, 4.81, 0.03),
    "axial": PublishedAccuracy(0.86, 5.04, 0.04),
}
"""HiREC-CVAE of Cerrolaza et al., MICCAI 2018, DOI 10.1007/978-3-030-00928-1_44, with 3, 2 and 1 planes."""


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
